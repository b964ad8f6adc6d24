import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { familyOf, scopeOf } from '../base/index.ts';
import type { Report } from './contract.ts';
import { FORMATS, type FormatName, formatOf, readReport, redact, renderJson } from './index.ts';
import { reportJsonSchema } from './schema.ts';
import { addressesIn, Substitutes } from './substitutes.ts';
import { EVERYTHING, reportOf } from './test-reports.ts';

const validate = new Ajv2020({ allErrors: true }).compile(reportJsonSchema);
const SECRET = 'acmephone';
const PLAIN = { columns: 200, colour: false, verbose: true };

describe('a redacted report', () => {
  const report = reportOf(EVERYTHING, SECRET);
  const redacted = redact(report);
  const from = { from: '192.168.0.100:9000', to: '198.51.100.10:3478', answerFrom: '198.51.100.20:3479' };
  const answer = { answerTo: '203.0.113.44:9000', answer: 'yes', why: null, mapped: '203.0.113.44:9000' } as const;
  const packets = { tries: [{ atMs: 0, answeredMs: 2 }], moreTries: 0, backedBy: [] };
  const proof = { port: 'udp/9000', exchanges: [{ question: 'cold', ...from, ...answer, ...packets } as const] };
  const proven: Report = { ...report, findings: report.findings.map((finding) => ({ ...finding, proof })) };
  const originals = [...new Set(addressesIn(renderJson(report)))];

  it('is a report like any other, and says what it is', async () => {
    expect(validate(JSON.parse(renderJson(redacted))) || validate.errors).toBe(true);
    expect(await readReport(renderJson(redacted))).toEqual({ kind: 'ok', value: redacted });
    expect(redacted.redacted).toBe(true);
    for (const [language, said] of [
      ['en', 'Redacted:'],
      ['de', 'Geschwärzt:'],
    ] as const)
      expect(formatOf('text').render(redacted, language, PLAIN)).toContain(said);
    expect(await FORMATS.junit.render(redacted, 'en')).toContain('name="fullcone.redacted" value="true"');
  });

  test.each(Object.keys(FORMATS) as FormatName[])('holds in %s none of the addresses and names', async (format) => {
    expect(originals.length).toBeGreaterThan(6);
    for (const language of ['en', 'de'] as const) {
      const text = String(await formatOf(format).render(redacted, language, PLAIN));
      expect(text.length).toBeGreaterThan(500);
      const found = new Set(addressesIn(text));
      expect(originals.filter((address) => found.has(address))).toEqual([]);
      expect(text.toLowerCase()).not.toContain(SECRET);
      expect(text).not.toMatch(/acme|pbx\.example|stun\./);
    }
  });

  it('keeps what is not anybody’s', () => {
    const kept = ({ ports, verdict, reason, findings, startedAt, loss }: Report) => ({
      ...{ verdict, reason, startedAt, loss },
      ports: ports.map(({ protocol, port, result, cause, rule }) => ({ protocol, port, result, cause, rule })),
      findings: findings.map(({ code, severity, ports: labels }) => ({ code, severity, labels })),
    });
    expect(kept(redacted)).toEqual(kept(report));
  });

  it('has the same in the place of the same, everywhere', () => {
    expect(redacted.router?.gateway).toMatch(/^192\.168\./);
    const [first] = redacted.servers;
    const finding = redacted.findings.find(({ facts }) => facts['sources'] !== undefined);
    expect(finding?.facts['sources']).toContain(String(first?.address));
    expect(finding?.facts['server']).toBe(first?.name);
    expect(first?.name).toMatch(/^host-\d+\.example:3478$/);
    expect(redacted.ports.find(({ mapped }) => mapped)?.mapped?.replace(/:\d+$/, '')).toBe(redacted.publicAddresses[1]);
    const process = redacted.findings.find(({ code }) => code === 'process');
    expect(process?.facts['process']).toBe(redacted.ports.find((port) => port.process)?.process?.name);
    expect(process?.facts['unit']).toBe(redacted.ports.find((port) => port.process)?.process?.unit);
    expect(redacted.bindAddress).toBe(finding?.facts['bindAddress']);
  });

  it('keeps families and kinds of addresses', () => {
    const kinds = (one: Report) =>
      [one.bindAddress, one.router?.gateway, one.router?.wanAddress, ...one.publicAddresses].map((address = '') => [
        familyOf(address ?? ''),
        scopeOf(address ?? ''),
      ]);
    expect(kinds(redacted)).toEqual(kinds(report));
  });

  it('leaves out what anybody may have written, and what it does not know', () => {
    const more = { ...report, weather: { town: `${SECRET} town`, at: '192.168.7.77' } };
    const text = renderJson(redact(more));
    expect(text).not.toMatch(/192\.168\.7\.|town"?: "?acme/);
    expect(redacted.services?.failures[0]?.lines).toEqual(['(redacted)', '(redacted)']);
  });

  test.each([
    ['192.168.000.017', 'with leading zeros'],
    ['1.192.168.7.9', 'with a number too many'],
    ['001a.2b3c.4d5e', 'a MAC as switches write it'],
    ['001a2b3c4d5e', 'a MAC without signs'],
    ['deadbeefcafe', 'a name of hexadecimal digits'],
    ['3232237321', 'an address as one number'],
    ['bad.face:5060', 'a host name of hexadecimal digits'],
    ['192.168.7.9, cafe', 'an address and more'],
  ])('where an address belongs, %s (%s) does not get through', (said) => {
    const [server] = report.servers;
    const odd = { ...report, bindAddress: said, publicAddresses: [said], servers: [{ ...server, otherAddress: said }] };
    expect(renderJson(redact(odd as Report))).not.toContain(
      said
        .split(/[,:]/)
        .at(said.includes(', ') ? 1 : 0)
        ?.trim(),
    );
  });

  test('a number after a name is a port, or is left out', () => {
    const names = ['pbx.acme.example:5061', 'serial:4711998877'];
    const [one] = report.certificates ?? [];
    const shown = one?.certificate && { ...one, certificate: { ...one.certificate, names } };
    expect(redact({ ...report, certificates: shown ? [shown] : [] }).certificates?.[0]?.certificate?.names).toEqual([
      expect.stringMatching(/^host-\d+\.example:5061$/),
      expect.stringMatching(/^host-\d+\.example$/),
    ]);
  });

  test('a name stands for itself, in whatever letters it is written', () => {
    const substitutes = new Substitutes([]);
    const names = ['PBX.acme.example', 'pbx.ACME.example', 'other.example'].map((name) =>
      substitutes.name('host', name),
    );
    expect(names).toEqual(['host-1', 'host-1', 'host-2']);
  });

  test('a word of the contract with an address in it is none', () => {
    const servers = report.servers.map((server) => ({ ...server, detail: 'EHOSTUNREACH 192.168.7.9' }));
    expect(redact({ ...report, servers }).servers[0]?.detail).toBe('(redacted)');
  });

  it.each(['192.168.7.9', '2001:db8:7::9', '::ffff:192.168.7.9', '00:1a:2b:3c:4d:5e'])(
    'lets %s through in no field, whatever else stands there',
    (address) => {
      const everywhere = (value: unknown): unknown => {
        if (typeof value === 'string') return `${value} ${address}`;
        if (Array.isArray(value)) return value.map(everywhere);
        if (typeof value !== 'object' || value === null) return value;
        return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, everywhere(part)]));
      };
      expect(renderJson(redact(everywhere(proven) as Report))).not.toContain(address);
    },
  );

  it('can be redacted once more', () => {
    expect(validate(JSON.parse(renderJson(redact(redacted))))).toBe(true);
  });

  it('names programs that half the world runs', () => {
    const [port] = reportOf('5060 in-use process', 'asterisk').ports;
    expect(redact(reportOf('5060 in-use process', 'asterisk')).ports[0]?.process).toEqual(port?.process);
  });
});

describe('an address', () => {
  let substitutes: Substitutes;
  beforeAll(() => {
    substitutes = new Substitutes(['203.0.113.1', '192.168.0.1']);
  });

  test.each([
    ['8.8.8.8', '203.0.113.2'],
    ['8.8.8.8:53 and [2a00::1]:9000', '203.0.113.2:53 and [2001:db8::1]:9000'],
    ['10.0.0.7', '192.168.0.2'],
    ['172.16.0.7', '192.168.0.3'],
    ['100.64.3.4', '100.64.0.1'],
    ['169.254.3.4', '169.254.0.1'],
    ['fd12::7', 'fd00::1'],
    ['fe80::abcd%eth0', 'fe80::1'],
    ['::ffff:8.8.8.8', '::ffff:203.0.113.2'],
    ['64:ff9b::8.8.8.8', '64:ff9b::cb00:7102'],
    ['127.0.0.1, 0.0.0.0, ::, ::1', '127.0.0.1, 0.0.0.0, ::, ::1'],
    ['2A00:0:0::1', '2001:db8::1'],
    ['00:1a:2B:3c:4d:5e', '00:00:5e:00:53:01'],
    ['00-1A-2b-3c-4d-5e', '00:00:5e:00:53:01'],
    [
      '1.2.3, 1.2.3.4.5, 300.1.1.1, 12:30:15, 2026-11-20T09:47:12.345Z',
      '1.2.3, 1.2.3.4.5, 300.1.1.1, 12:30:15, 2026-11-20T09:47:12.345Z',
    ],
  ])('%s becomes %s', (text, expected) => {
    expect(substitutes.text(text)).toBe(expected);
  });

  it('never stands for another one that is there', () => {
    const many = Array.from({ length: 600 }, (_, n) => `8.8.${Math.floor(n / 200)}.${n % 200}`);
    const made = many.map((address) => substitutes.text(address));
    expect(new Set(made).size).toBe(600);
    expect(made).not.toContain('203.0.113.1');
    expect(made.every((address) => scopeOf(address) === 'public')).toBe(true);
  });
});
