import { describe, expect, test } from 'vitest';
import type { ModelOptions } from '../../lab/model/index.ts';
import type { NetworkSpec } from '../../lab/scenarios/index.ts';
import { startReflector } from '../app/index.ts';
import { runningAs } from '../pbx/test-machine.ts';
import type { PortsReport } from '../report/index.ts';
import { aloneModel, fakeTerminal, runWords, untouchable } from './test-terminal.ts';
import { EXIT } from './types.ts';

const DISK = {
  '/etc/asterisk/asterisk.conf': '',
  '/etc/asterisk/pjsip.conf':
    '[udp]\ntype=transport\nbind=0.0.0.0:5070\n[tls]\ntype=transport\nprotocol=tls\nbind=127.0.0.1\n',
  '/etc/asterisk/rtp.conf': '[general]\nrtpstart=10000\nrtpend=10009\n',
} as const;

const ASTERISK = runningAs('/usr/sbin/asterisk -f', { unit: 'asterisk.service' });
const KAMAILIO = runningAs('kamailio', { pid: 900 });

async function run(words: readonly string[], options: Partial<ModelOptions> = {}, network: Partial<NetworkSpec> = {}) {
  const { pbx } = aloneModel(network, { disk: DISK, processes: [ASTERISK], ...options });
  const terminal = fakeTerminal({ environment: { LANG: 'C' } });
  const code = await runWords(words, untouchable(pbx), terminal);
  return { code, out: terminal.text('out'), error: terminal.text('error') };
}

const json = (out: string): PortsReport => JSON.parse(out) as PortsReport;

describe('fullcone ports', () => {
  test.each([
    ['nothing is known here', ['ports'], { disk: {}, processes: [] }],
    ['the product is not known', ['ports', '--profile', '4cx'], {}],
  ])('%s: it names the command that checks ports, which this one does not', async (_, words, options) => {
    const { code, error } = await run(words, options);
    expect(code).toBe(EXIT.usage);
    expect(error).toContain('fullcone check --udp 5060,9000-10999');
  });

  test('says of each port what it is for, who holds it, and where it is set', async () => {
    const { code, out, error } = await run(['ports'], {}, { held: [5070, 10_000, 10_004, 10_005] });
    expect([code, error]).toEqual([EXIT.supported, '']);
    expect(out).toMatchInlineSnapshot(`
      "Asterisk, running: asterisk (process 812, asterisk.service)
        UDP 5070               SIP                   asterisk (process 4711,
                                                     asterisk.service)
            /etc/asterisk/pjsip.conf:3
        TCP 5061 on 127.0.0.1  SIP over TLS          held by nobody
            /etc/asterisk/pjsip.conf:7
        UDP 10000-10009        voice, video          asterisk (process 4711,
                                                     asterisk.service): 3 of 10
            /etc/asterisk/rtp.conf:2
        UDP 4000-4999          fax (T.38) (if used)  held by nobody
            not configured, built into the product
      "
    `);
  });

  test('in German, too', async () => {
    const { out } = await run(['ports', '--lang', 'de'], {}, { held: [5070, 10_000] });
    expect(out).toMatchInlineSnapshot(`
      "Asterisk, läuft: asterisk (Prozess 812, asterisk.service)
        UDP 5070                SIP                         asterisk (Prozess 4711,
                                                            asterisk.service)
            /etc/asterisk/pjsip.conf:3
        TCP 5061 auf 127.0.0.1  SIP über TLS                von niemandem belegt
            /etc/asterisk/pjsip.conf:7
        UDP 10000-10009         Sprache, Video              asterisk (Prozess 4711,
                                                            asterisk.service): 1 von
                                                            10
            /etc/asterisk/rtp.conf:2
        UDP 4000-4999           Fax (T.38) (falls genutzt)  von niemandem belegt
            nicht eingestellt, im Produkt fest vorgegeben
      "
    `);
  });

  test('as JSON: the same for programs', async () => {
    const { code, out } = await run(['ports', '--json'], {}, { held: [5070, 10_000, 10_001, 10_004] });
    const { schema, allHoldersKnown, products } = json(out);
    expect([code, schema, allHoldersKnown]).toEqual([EXIT.supported, 'fullcone.ports/1', true]);
    const holder = { pid: 4711, name: 'asterisk', unit: 'asterisk.service' };
    expect(products).toMatchObject([
      {
        profile: 'asterisk',
        running: true,
        processes: [{ pid: 812, name: 'asterisk', unit: 'asterisk.service' }],
        warnings: [],
      },
    ]);
    expect(products[0]?.ports.slice(0, 3)).toEqual([
      {
        ...{ protocol: 'udp', from: 5070, to: 5070, purpose: 'sip', optional: false, address: null },
        origin: { kind: 'configuration', file: '/etc/asterisk/pjsip.conf', line: 3 },
        holders: [{ ...holder, ports: ['udp/5070'] }],
      },
      {
        ...{ protocol: 'tcp', from: 5061, to: 5061, purpose: 'sips', optional: false, address: '127.0.0.1' },
        origin: { kind: 'configuration', file: '/etc/asterisk/pjsip.conf', line: 7 },
        holders: [],
      },
      {
        ...{ protocol: 'udp', from: 10_000, to: 10_009, purpose: 'rtp', optional: false, address: null },
        origin: { kind: 'configuration', file: '/etc/asterisk/rtp.conf', line: 2 },
        holders: [{ ...holder, ports: ['udp/10000-10001', 'udp/10004'] }],
      },
    ]);
  });

  test('of a product that is named lists those that it has when installed', async () => {
    const { code, out } = await run(['ports', '--profile', ' 3CX ', '--json'], {}, { heldTcp: [5090] });
    const [product] = json(out).products;
    expect([code, product?.profile, product?.running]).toEqual([EXIT.supported, '3cx', null]);
    const held = product?.ports.filter(({ holders }) => holders.length > 0);
    expect(held).toMatchObject([{ protocol: 'tcp', from: 5090, purpose: 'tunnel', origin: { kind: 'profile' } }]);
  });

  test('lists all that run', async () => {
    const { code, out } = await run(['ports', '--json', '--profile', 'auto'], {
      processes: [ASTERISK, KAMAILIO],
      disk: { ...DISK, '/etc/kamailio/kamailio.cfg': '' },
    });
    expect(json(out).products.map(({ profile }) => profile)).toEqual(['asterisk', 'kamailio']);
    expect(code).toBe(EXIT.supported);
  });

  test('ends with 2 where it could not find out a port, and says what stood in the way', async () => {
    const disk = { ...DISK, '/etc/asterisk/rtp.conf': { code: 'EACCES' } };
    const { code, out } = await run(['ports'], { disk });
    expect(code).toBe(EXIT.inconclusive);
    const text = out.replace(/\s+/g, ' ');
    expect(text).toContain('Warning /etc/asterisk/rtp.conf: this user may not read it; run as root.');
    expect(text).toContain('UDP 10000-20000 voice, video held by nobody usual port: https://docs.asterisk.org');
  });

  test('does not say that nobody holds a port where it cannot know', async () => {
    const { pbx } = aloneModel({ held: [5070] }, { disk: DISK, processes: [ASTERISK] });
    const host = { ...pbx.host, seesAllHolders: () => Promise.resolve(false) };
    const terminal = fakeTerminal();
    await runWords(['ports'], { ...pbx, host }, terminal);
    expect(terminal.text('out')).toContain('not known who holds it');
    expect(terminal.text('out')).toContain('asterisk (process 4711,');
    expect(terminal.text('out')).not.toContain('nobody');
  });

  test('names who holds a port over IPv6 alone', async () => {
    const { pbx } = aloneModel({ held: [5070] }, { disk: DISK, processes: [ASTERISK] });
    const holders: typeof pbx.host.holders = (protocol, ports, family) =>
      family === 'ipv6' ? pbx.host.holders(protocol, ports, family) : Promise.resolve(new Map());
    const terminal = fakeTerminal();
    await runWords(['ports'], { ...pbx, host: { ...pbx.host, holders } }, terminal);
    expect(terminal.text('out')).toContain('process 4711');
  });

  test('asks in the network of what runs in a container', async () => {
    const { pbx } = aloneModel({ held: [5070] }, { disk: DISK, processes: [{ ...ASTERISK, network: 'own' }] });
    const asked = new Set<number | undefined>();
    const holders: typeof pbx.host.holders = (protocol, ports, family, beside) => {
      asked.add(beside);
      return pbx.host.holders(protocol, ports, family);
    };
    const terminal = fakeTerminal();
    await runWords(['ports'], { ...pbx, host: { ...pbx.host, holders } }, terminal);
    expect([...asked]).toEqual([812]);
    expect(terminal.text('out').replace(/\s+/g, ' ')).toContain('it has a network of its own, as in a container');
  });

  test('shows nothing that a terminal would obey', async () => {
    const evil = '\u001b[31m\u0007\u009b2J\u202e';
    const disk = {
      '/etc/asterisk/asterisk.conf': `[directories]\nastetcdir=/x${evil}`,
      [`/x${evil}/pjsip.conf`]: `[a]\ntype=transport\nbind=h\n#include y${evil}\n`,
    };
    for (const lang of ['en', 'de'])
      for (const more of [[], ['--json']]) {
        const { out } = await run(['ports', '--lang', lang, ...more], {
          disk,
          processes: [{ ...ASTERISK, name: 'asterisk', unit: evil }],
        });
        expect(out).not.toMatch(/[^\P{C}\n]|\p{Zl}|\p{Zp}/u);
        expect(out).toMatch(/pjsip\.conf/);
      }
  });
});

describe.each([
  ['en', 'Known are: 3cx,', 'there are several phone systems'],
  ['de', 'Bekannt sind: 3cx,', 'gibt es mehrere Telefonanlagen'],
])('a mistake, in "%s"', (lang, none, several) => {
  const NOTHING = { disk: {}, processes: [] };
  const auto = ['check', '--server', 'x', '--profile', 'auto', '--lang', lang];

  test.each<[string, readonly string[], Partial<ModelOptions>, readonly string[]]>([
    ['no product, for ports', ['ports', '--lang', lang], NOTHING, [none, '--udp 5060,9000-10999']],
    ['no product, for a check', auto, NOTHING, [none, '--profile 3cx']],
    [
      'several products, for a check',
      auto,
      { processes: [ASTERISK, KAMAILIO] },
      [several, 'asterisk (812), kamailio (900)', '--profile asterisk', 'fullcone ports'],
    ],
    [
      'no port that could be reached',
      auto,
      { disk: { '/etc/kamailio/kamailio.cfg': 'listen=udp:127.0.0.1:5060' }, processes: [] },
      ['--profile auto', 'Kamailio', 'IPv4', 'fullcone ports'],
    ],
    [
      'no port of that family',
      [...auto, '-6'],
      { disk: { '/etc/kamailio/kamailio.cfg': 'listen=udp:10.0.0.10:5060' }, processes: [] },
      ['--profile auto', 'Kamailio', 'IPv6'],
    ],
    ['an unknown product', ['ports', '--profile', '3xc', '--lang', lang], {}, ['--profile "3xc"', '3cx, asterisk']],
    ['a word too many', ['ports', '5060', '--lang', lang], {}, ['"5060"', 'fullcone ports --help']],
  ])('%s', async (_, words, options, said) => {
    const { code, out, error } = await run(words, options);
    expect([code, out]).toEqual([EXIT.usage, '']);
    for (const part of said) expect(error).toContain(part);
  });
});

describe('a check of what was found', () => {
  async function check(words: readonly string[], options: Partial<ModelOptions> = {}) {
    const network: Partial<NetworkSpec> = { server: { kind: 'full' } };
    const model = aloneModel(network, { disk: DISK, processes: [ASTERISK], ...options });
    const server = { primary: '198.51.100.10', alternate: '198.51.100.20', port: 3478, alternatePort: 3479 };
    await model.run(startReflector(model.reflector, { ...server, rfc3489: false, lab: false, fault: null }));
    const terminal = fakeTerminal();
    const all = ['check', '--server', '198.51.100.10', ...words];
    const code = await model.run(runWords(all, model.pbx, terminal));
    return { code, out: terminal.text('out'), error: terminal.text('error') };
  }

  test('asks for its own ports, but for those that nobody outside can reach, and says so', async () => {
    const { code, out, error } = await check(['--profile', 'auto']);
    expect(code).toBe(EXIT.supported);
    expect(error).toBe(
      'fullcone: checks Asterisk as it is configured here: udp/5070, udp/10000-10009. "fullcone ports" shows where that is written.\n',
    );
    expect(out).toContain('All 11 ports are open');
    expect(out.replace(/\s+/g, ' ')).toContain(
      'Ports as Asterisk is configured here: /etc/asterisk/pjsip.conf:3, /etc/asterisk/rtp.conf:2',
    );
  });

  test('leaves out what listens in the other family', async () => {
    const more = '[six]\ntype=transport\nbind=[2001:db8::100]:5080\n[four]\ntype=transport\nbind=192.168.0.100:5090\n';
    const disk = { ...DISK, '/etc/asterisk/pjsip.conf': DISK['/etc/asterisk/pjsip.conf'] + more };
    const { error } = await check(['--profile', 'auto'], { disk });
    expect(error).toContain(': udp/5070, udp/5090, udp/10000-10009.');
  });

  test('asks the listener of the family in which the server is asked, though nobody has named one', async () => {
    const more = '[six]\ntype=transport\nbind=[2001:db8:2::44]:5080\n[four]\ntype=transport\nbind=192.168.0.100:5090\n';
    const disk = { ...DISK, '/etc/asterisk/pjsip.conf': DISK['/etc/asterisk/pjsip.conf'] + more };
    const wants = async (network: Partial<NetworkSpec>) => {
      const model = aloneModel({ ipv6: null, ...network }, { disk, processes: [ASTERISK] });
      const terminal = fakeTerminal();
      const words = ['check', '--server', 'stun.example', '--profile', 'auto', '--json'];
      await model.run(runWords(words, model.pbx, terminal));
      const { ports } = JSON.parse(terminal.text('out')) as { ports: { family: string; port: number }[] };
      return [ports[0]?.family, ...ports.map(({ port }) => port).filter((port) => port < 10_000)];
    };
    expect(await wants({})).toEqual(['ipv4', 5070, 5090]);
    expect(await wants({ families: ['ipv6'] })).toEqual(['ipv6', 5070, 5080]);
  });

  test('has it in its JSON', async () => {
    const { out } = await check(['--profile', 'auto', '--json'], {
      disk: { ...DISK, '/etc/asterisk/rtp.conf': '[general]\nrtpstart=x\n' },
    });
    const { discovered } = JSON.parse(out) as { discovered: unknown };
    expect(discovered).toMatchObject({
      profile: 'asterisk',
      name: 'Asterisk',
      ports: [
        { ports: 'udp/5070', origin: { kind: 'configuration', file: '/etc/asterisk/pjsip.conf', line: 3 } },
        { ports: 'udp/10000-20000', origin: { kind: 'profile' } },
      ],
      warnings: [{ code: 'value', file: '/etc/asterisk/rtp.conf', line: 2, what: 'rtpstart' }],
    });
  });

  test('says on standard error what it could not find out', async () => {
    const { error, out } = await check(['--profile', 'auto', '--lang', 'de', '--sample', '20'], {
      disk: { ...DISK, '/etc/asterisk/rtp.conf': '[general]\nrtpstart=x\n' },
    });
    expect(error).toContain('fullcone: Geprüft wird Asterisk, wie hier eingestellt: udp/5070, udp/10000-20000.');
    expect(error).toContain('fullcone: /etc/asterisk/rtp.conf:2: Aus "rtpstart" lässt sich kein Port lesen;');
    expect(out.replace(/\s+/g, ' ')).toContain('übliche Ports, nicht ermittelt');
  });

  test('looks for nothing where ports are named, and a profile is as it was', async () => {
    const named = await check(['--profile', 'auto', '--udp', '7000', '--json']);
    expect([named.error, JSON.parse(named.out)]).toMatchObject(['', { ports: [{ port: 7000 }] }]);
    expect(JSON.parse(named.out)).not.toHaveProperty('discovered');
    const profile = await check(['--profile', 'asterisk', '--sample', '20', '--json']);
    expect(profile.error).toBe('');
    expect(JSON.parse(profile.out)).toMatchObject({ plannedPorts: 10_002 });
    expect(JSON.parse(profile.out)).not.toHaveProperty('discovered');
  });
});
