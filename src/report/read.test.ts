import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { findFindings } from '../advice/index.ts';
import { certificateOf, contextOf, runOf, serverOf } from '../advice/testing.ts';
import { faultIn, type JsonSchema } from '../base/index.ts';
import { buildReport } from './build.ts';
import type { Report } from './contract.ts';
import { readReport, renderJson } from './index.ts';
import { reportJsonSchema } from './schema.ts';

const SCHEMA = reportJsonSchema as JsonSchema;
const validate = new Ajv2020({ allErrors: true }).compile(reportJsonSchema);

const meta = {
  version: '0.1.0',
  startedAt: new Date('2026-11-20T09:47:12.345Z'),
  durationMs: 16_200,
  mode: 'bind' as const,
  bindAddress: '192.168.0.100',
  plannedPorts: 4,
  loss: { sent: 400, answered: 399 },
  holders: new Map([['udp/5061', { pid: 812, name: 'asterisk', unit: 'asterisk.service' }]]),
  certificates: [certificateOf(5061), certificateOf(443, { hostName: null })],
};

const run = runOf('5060 open; 5061 in-use process; 9000 closed not-forwarded; 9001 translated symmetric', {
  servers: [serverOf({ detail: 'no-response-port' }), serverOf({ name: 'old.example', address: null })],
});
const REPORT = buildReport(run, findFindings(run, contextOf(run, meta)), meta);
const TEXT = renderJson(REPORT);

const changed = (more: object): string => JSON.stringify({ ...REPORT, ...more });

describe('a stored report', () => {
  it('is read as it was written', async () => {
    expect(await readReport(TEXT)).toEqual({ kind: 'ok', value: REPORT });
  });

  it('may have been saved with a byte order mark, or on one line', async () => {
    expect(await readReport(`\ufeff${TEXT.replaceAll('\n', '\r\n')}`)).toEqual({ kind: 'ok', value: REPORT });
    expect(await readReport(JSON.stringify(REPORT))).toEqual({ kind: 'ok', value: REPORT });
  });

  it('may have fields that a later version adds', async () => {
    expect(await readReport(changed({ weather: [] }))).toMatchObject({ kind: 'ok' });
  });

  it('may hold names that stand elsewhere, too, and texts that look like names', async () => {
    const facts = { name: '{"name":1,"name":2}', text: '"a":"a":\\', schema: 'x' };
    const finding = { code: 'not-forwarded', severity: 'error', ports: [], facts };
    expect(await readReport(changed({ findings: [finding, finding] }))).toMatchObject({ kind: 'ok' });
  });

  it.each<[string, string, object]>([
    ['nothing', '', { kind: 'not-json' }],
    ['a text', 'Supported: All ports are open.', { kind: 'not-json' }],
    ['a page', '<html></html>', { kind: 'not-json' }],
    ['something after it', `${TEXT}x`, { kind: 'not-json' }],
    ['a comma too many', TEXT.replace(/\}\s*$/, ',}'), { kind: 'not-json' }],
    ['another list', '[]', { kind: 'no-schema' }],
    ['null', 'null', { kind: 'no-schema' }],
    ['a number', '17', { kind: 'no-schema' }],
    ['no schema', changed({ schema: undefined }), { kind: 'no-schema' }],
    ['a schema that is no text', changed({ schema: 1 }), { kind: 'no-schema' }],
    ['another schema', changed({ schema: 'fullcone.nat/1' }), { kind: 'other-schema', schema: 'fullcone.nat/1' }],
    ['a schema that never was', changed({ schema: 'fullcone.report/0' }), { kind: 'other-schema' }],
    ['a newer one', changed({ schema: 'fullcone.report/2' }), { kind: 'newer', schema: 'fullcone.report/2' }],
    ['one much newer', changed({ schema: 'fullcone.report/10' }), { kind: 'newer' }],
    ['the same field twice', TEXT.replace('{', '{"verdict": "supported",'), { kind: 'twice', name: 'verdict' }],
    ['it in another spelling', TEXT.replace('{', '{"verd\\u0069ct": "supported",'), { kind: 'twice', name: 'verdict' }],
    ['it inside', TEXT.replace('"port": 5060', '"port": 1, "port" :5060'), { kind: 'twice', name: 'port' }],
    ['no ports', changed({ ports: undefined }), { kind: 'not-as-agreed', at: 'ports' }],
    ['a port in no state', changed({ ports: [{ ...REPORT.ports[0], result: 'opened' }] }), { at: 'ports[0].result' }],
    ['port 0', changed({ ports: [REPORT.ports[0], { ...REPORT.ports[1], port: 0 }] }), { at: 'ports[1].port' }],
    [
      'half a process',
      changed({ ports: [{ ...REPORT.ports[0], process: { pid: 1 } }] }),
      { at: 'ports[0].process.name' },
    ],
    ['a code of tomorrow', changed({ findings: [{ ...REPORT.findings[0], code: 'x' }] }), { at: 'findings[0].code' }],
    [
      'a fact that is none',
      changed({ findings: [{ ...REPORT.findings[0], facts: { a: [] } }] }),
      { at: 'findings[0].facts.a' },
    ],
    ['the 31st of June', changed({ startedAt: '2026-13-31T09:47:12Z' }), { kind: 'contradictory', at: 'startedAt' }],
    ['more answers than questions', changed({ loss: { sent: 1, answered: 2 } }), { kind: 'contradictory', at: 'loss' }],
    ['a port twice', changed({ ports: [REPORT.ports[0], REPORT.ports[0]] }), { kind: 'contradictory', at: 'ports[1]' }],
    [
      'a verdict that its ports deny',
      changed({ verdict: 'supported', reason: null }),
      { kind: 'contradictory', at: 'verdict' },
    ],
    [
      'a reason why it should not be supported',
      changed({ ports: [REPORT.ports[0]], verdict: 'supported', reason: 'some-ports' }),
      { kind: 'contradictory', at: 'verdict' },
    ],
    ...['untested', 'in-use', 'malformed'].map((result): [string, string, object] => [
      `a fault, and a port that is ${result}`,
      changed({ ports: [{ ...REPORT.ports[0], result }] }),
      { kind: 'contradictory', at: 'verdict' },
    ]),
    ['a fault that no port shows', changed({ ports: [REPORT.ports[0]] }), { kind: 'contradictory', at: 'verdict' }],
    [
      'a range upside down',
      changed({ findings: [{ ...REPORT.findings[0], ports: ['udp/2-1'] }] }),
      { kind: 'contradictory', at: 'udp/2-1' },
    ],
    [
      'a range beyond the end',
      changed({ findings: [{ ...REPORT.findings[0], ports: ['udp/70000'] }] }),
      { kind: 'contradictory' },
    ],
    [
      'a port twice in a finding',
      changed({ findings: [{ ...REPORT.findings[0], ports: ['udp/9000-9001', 'tcp/9001', 'udp/9001'] }] }),
      { kind: 'contradictory', at: 'udp/9001' },
    ],
    [
      'more ports in a finding than there are',
      changed({ findings: [{ ...REPORT.findings[0], ports: Array(20_000).fill('udp/1-65535') }] }),
      { kind: 'contradictory', at: 'udp/1-65535' },
    ],
  ])('is refused with %s', async (_, text, problem) => {
    expect(await readReport(text)).toMatchObject({ kind: 'error', error: problem });
  });

  it('is refused wherever it is cut off', async () => {
    for (let length = 1; length < TEXT.length - 2; length += 7)
      expect(await readReport(TEXT.slice(0, length))).toEqual({ kind: 'error', error: { kind: 'truncated' } });
  });

  it('is not read if it is larger than any', async () => {
    const endless = { length: 1e9 } as unknown as string;
    expect(await readReport(endless)).toEqual({ kind: 'error', error: { kind: 'too-large' } });
  });

  it('may be of any depth, and of all ports, without harm', async () => {
    expect(await readReport('['.repeat(1_000_000))).toMatchObject({ kind: 'error' });
    const [port] = REPORT.ports;
    const ports = Array.from({ length: 65_535 }, (_, index) => ({ ...port, port: index + 1 }));
    const before = process.cpuUsage();
    expect(await readReport(changed({ ports, verdict: 'supported', reason: null }))).toMatchObject({ kind: 'ok' });
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(5_000);
  });

  it('is whatever text without harm', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), async (text) => {
        expect((await readReport(text)).kind).toBe('error');
      }),
    );
  });
});

describe('the schema, as it is read here', () => {
  const KNOWN = [
    ...['type', 'const', 'enum', 'anyOf', 'properties', 'required', 'additionalProperties', 'propertyNames', 'items'],
    ...['pattern', 'minimum', 'maximum', '$schema', '$id', 'title', 'description'],
  ];

  const words = (schema: object): string[] =>
    Object.entries(schema).flatMap(([word, value]: [string, unknown]) => {
      if (word === 'properties') return [word, ...Object.values(value as object).flatMap(words)];
      if (word === 'anyOf') return [word, ...(value as object[]).flatMap(words)];
      const isSchema = ['items', 'additionalProperties', 'propertyNames'].includes(word);
      return isSchema ? [word, ...words(value as object)] : [word];
    });

  test('says nothing that is not understood', () => {
    expect(words(reportJsonSchema).length).toBeGreaterThan(100);
    expect(words(reportJsonSchema).filter((word) => !KNOWN.includes(word))).toEqual([]);
  });

  /** The places of a value: paths to everything in it. */
  const places = (value: unknown, path: (string | number)[] = []): (string | number)[][] =>
    typeof value === 'object' && value !== null
      ? [path, ...Object.entries(value).flatMap(([name, part]) => places(part, [...path, name]))]
      : [path];

  function put(value: unknown, [first, ...rest]: readonly (string | number)[], what: unknown): unknown {
    if (first === undefined) return what;
    if (Array.isArray(value))
      return value.map((part, index) => (index === Number(first) ? put(part, rest, what) : part));
    return { ...(value as object), [first]: put((value as Record<string, unknown>)[first], rest, what) };
  }

  test('means what a full validator says it means', () => {
    const data = JSON.parse(TEXT) as Report;
    const place = fc.constantFrom(...places(data));
    const what = fc.oneof(
      fc.constantFrom<unknown>(null, undefined, '', 'open', 'udp/5060', 0, -1, 0.5, 65_536, 1e300, true, [], {}, [{}]),
      fc.anything(),
    );
    fc.assert(
      fc.property(place, what, (where, instead) => {
        const text = JSON.stringify(put(data, where, instead)) ?? 'null';
        const value: unknown = JSON.parse(text);
        expect([text, faultIn(value, SCHEMA) === null]).toEqual([text, validate(value)]);
      }),
      { numRuns: 500 },
    );
  });
});
