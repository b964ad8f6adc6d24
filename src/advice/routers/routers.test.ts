import { describe, expect, it } from 'vitest';
import type { Finding } from '../types.ts';
import { ANY_ROUTER, findRouter, NEEDS, needsOf, portsThatNeed, ROUTERS, recognise, stepsFor } from './index.ts';

const STEPS = [ANY_ROUTER, ...ROUTERS].flatMap(({ id, steps }) =>
  Object.entries(steps).map(([need, step]) => ({ at: `${id} ${need}`, ...step })),
);

const placeholders = (text: string): string[] =>
  [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name = '']) => name).sort();

describe('what is known of routers', () => {
  it('is of more than thirty products, each in one place', () => {
    expect(ROUTERS.length).toBeGreaterThan(30);
    const ids = [ANY_ROUTER, ...ROUTERS].map(({ id }) => id);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index || !/^[a-z0-9-]+$/.test(id))).toEqual([]);
    expect(ROUTERS.filter(({ steps }) => Object.keys(steps).length === 0)).toEqual([]);
  });

  it('is named alike in every language', () => {
    const worded = ROUTERS.filter(({ name, versions }) => /\b(and|to|with|on|or|series|later)\b/.test(name + versions));
    expect(worded.map(({ name, versions }) => `${name}, ${versions}`)).toEqual([]);
  });

  it('has words for every need, whatever the router', () => {
    expect(Object.keys(ANY_ROUTER.steps).sort()).toEqual([...NEEDS].sort());
  });

  it('fills the same into both languages, and nothing that there is not', () => {
    const names = ['pbx', 'ports', 'public', 'sources', 'wan'];
    const unlike = STEPS.filter(({ text }) => `${placeholders(text.en)}` !== `${placeholders(text.de)}`);
    const unknown = STEPS.filter(({ text, commands = [] }) =>
      [text.en, ...commands].some((line) => placeholders(line).some((name) => !names.includes(name))),
    );
    expect([unlike, unknown]).toEqual([[], []]);
  });

  it('is told in sentences, in German to an adult', () => {
    const loose = STEPS.filter(({ text }) =>
      [text.en, text.de].some((line) => !/[.:]$/.test(line) || line.includes('!')),
    );
    // AVM writes its name so.
    expect(loose.filter(({ at }) => !at.startsWith('fritzbox'))).toEqual([]);
    expect(STEPS.filter(({ text }) => /\b(du|dir|dich|dein\w*)\b/i.test(text.de))).toEqual([]);
    expect(STEPS.filter(({ text }) => text.de === text.en && text.en.length > 20)).toEqual([]);
  });

  it('has no command that changes something for an address, a port or a number that is only an example', () => {
    const commands = STEPS.flatMap(({ at, commands: lines = [] }) => lines.map((line) => `${at}: ${line}`));
    const examples = commands.filter((line) =>
      /\b(192\.0\.2|198\.51\.100|203\.0\.113)\.|delete \d|\}\} 5060/.test(line),
    );
    expect(examples).toEqual([]);
    // An address in a pattern ends somewhere: else it is that of others, too.
    expect(commands.filter((line) => /~"\{\{pbx\}\}"/.test(line))).toEqual([]);
  });

  it('says where it was read, or that it was not', () => {
    expect(STEPS.filter(({ source }) => source === '')).toEqual([]);
    // A place where one can look it up, named as it is there.
    expect(
      STEPS.filter(({ source }) => source && /^(public|common|various)\b/.test(source)).map(({ at }) => at),
    ).toEqual([]);
    expect(STEPS.filter(({ source }) => source === null).length).toBeGreaterThan(40);
  });
});

const finding = (code: string, ports: readonly string[], facts: Finding['facts'] = {}): Finding =>
  ({ code, severity: 'error', ports, facts }) as Finding;

describe('what a finding asks of the router', () => {
  it.each([
    ['nothing-forwarded', {}, ['forward', 'flush']],
    ['random-source-ports', {}, ['forward', 'keep-source-port', 'flush']],
    ['source-port-rewritten', {}, ['keep-source-port', 'flush']],
    ['outbound-blocked', {}, ['let-out', 'flush']],
    ['rejected', {}, ['forward', 'flush']],
    ['rejected', { by: '192.168.0.1' }, ['forward', 'let-out', 'flush']],
    ['scan-protection', {}, ['scan-exemption']],
    ['sip-alg', {}, ['alg-off', 'flush']],
    ['host-firewall', {}, []],
    ['carrier-nat', {}, []],
    ['server-unreachable', {}, []],
  ] as const)('%s %j', (code, facts, needs) => {
    expect([...needsOf(finding(code, [], facts))].sort()).toEqual([...needs].sort());
  });

  it('names the ports of those findings alone, and what a sample says of those between', () => {
    const findings = [finding('not-forwarded', ['udp/9000', 'udp/9050', 'tcp/5060']), finding('loss', ['udp/7000'])];
    const unasked = [
      { ports: ['udp/9001-9049'], like: 'udp/9000' },
      { ports: ['udp/8000-8999'], like: 'udp/5060' },
    ];
    expect(portsThatNeed('forward', findings, unasked)).toEqual({
      udp: [{ from: 9000, to: 9050 }],
      tcp: [{ from: 5060, to: 5060 }],
    });
    expect(portsThatNeed('let-out', findings, unasked)).toEqual({ udp: [], tcp: [] });
  });
});

describe('what lies between the ports of a sample', () => {
  const between = { ports: ['udp/9001-9099'], like: 'udp/9050' };
  const from9000 = { udp: [{ from: 9000, to: 9100 }], tcp: [] };

  it.each([
    ['forward', 'symmetric'],
    ['forward', 'no-answer'],
    ['keep-source-port', 'source-port-rewritten'],
    ['let-out', 'outbound-blocked'],
  ] as const)('%s for %s: like those that were asked', (need, code) => {
    expect(portsThatNeed(need, [finding(code, ['udp/9000', 'udp/9045-9055', 'udp/9100'])], [between])).toEqual(
      from9000,
    );
  });

  it('is left alone where another finding is about its like', () => {
    const findings = [finding('not-forwarded', ['udp/5060']), finding('host-firewall', ['udp/9000', 'udp/9050'])];
    expect(portsThatNeed('forward', findings, [between])).toEqual({ udp: [{ from: 5060, to: 5060 }], tcp: [] });
    const tcp = [finding('not-forwarded', ['udp/5060', 'tcp/9050'])];
    expect(portsThatNeed('forward', tcp, [between]).udp).toEqual([{ from: 5060, to: 5060 }]);
  });
});

describe('who a router is', () => {
  it.each([
    [['AVM Berlin', 'FRITZ!Box 7590', 'FRITZ!Box 7590 AX'], [], 'fritzbox'],
    [['pfSense', 'FreeBSD router'], [], 'pfsense'],
    [['OpenWrt', 'OpenWRT router'], [], 'openwrt'],
    [['Ubiquiti', 'UniFi Dream Machine', 'UDM'], [], 'unifi'],
    [['Ubiquiti Networks', 'EdgeRouter X', 'EdgeOS'], [], 'edgeos'],
    [[], ['nginx', 'OPNsense - Login'], 'opnsense'],
    [[], ['', 'RouterOS router configuration page'], 'mikrotik'],
    [[], ['lighttpd', 'Speedport Smart 4'], 'speedport'],
    [['ASUSTeK Computer Inc.', 'RT-AX88U', 'ASUS Wireless Router'], ['httpd'], 'asus'],
    [['Acme', 'Box 1'], ['nginx', 'Welcome'], null],
    // It may be either.
    [['Netgear', 'Linksys'], [], null],
    [[], [], null],
  ] as const)('%j %j: %s', (device, page, id) => {
    expect(recognise({ device, page })?.id ?? null).toBe(id);
  });

  it('is found by its id, however it is typed', () => {
    expect(findRouter(' PfSense ')?.id).toBe('pfsense');
    expect(findRouter('__proto__')).toBe(null);
  });
});

describe('the steps for a router', () => {
  const VALUES = { pbx: '192.168.0.100', wan: null, publicAddress: '203.0.113.44', sources: ['198.51.100.10'] };
  const findings = [finding('source-port-rewritten', ['udp/5060', 'udp/9000-9005']), finding('sip-alg', [])];

  it('are its own where they are known, and in general words elsewhere', () => {
    const steps = stepsFor(findRouter('speedport') ?? ANY_ROUTER, findings, VALUES);
    expect(steps.map(({ need, own }) => [need, own])).toEqual([
      ['keep-source-port', true],
      ['alg-off', false],
      ['flush', false],
    ]);
  });

  it('leave no template unfilled, whatever is not known', () => {
    const needs = [...findings, finding('no-answer', ['udp/9000']), finding('scan-protection', ['udp/9001'])];
    const nothing = { pbx: null, wan: null, publicAddress: null, sources: [] };
    const lines = [ANY_ROUTER, ...ROUTERS].flatMap((router) =>
      stepsFor(router, needs, nothing).flatMap(({ text, commands }) => [text.en, text.de, ...commands]),
    );
    expect(lines.filter((line) => /\{\{|\}\}|undefined|null/.test(line))).toEqual([]);
    expect(lines.join('\n')).toContain('<LAN-Adresse der Telefonanlage>');
  });

  it('name no more ranges than anybody would type', () => {
    const odd = Array.from({ length: 500 }, (_, index) => `udp/${9001 + 2 * index}`);
    const [forward] = stepsFor(ANY_ROUTER, [finding('not-forwarded', odd)], VALUES);
    expect(forward?.text.en).toContain('9015 (and 492 more ranges)');
  });
});
