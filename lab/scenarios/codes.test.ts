import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { reportJsonSchema } from '../../src/report/schema.ts';
import { reasonToSkip, SCENARIOS, type Scenario } from './index.ts';

/*
 * The codes of a report and the table, tied both ways: the compiler keeps the schema in step with the types, so that a
 * new code fails here until a row expects it, or it is named below with a reason; and a row cannot expect what no
 * report says.
 */

/** Where the schema lists codes, and what rows say of them: only what they are sure of, not one of several. */
const CODES = {
  verdict: { at: ['verdict'], of: ({ verdict }) => [verdict] },
  reason: { at: ['reason'], of: ({ reason }) => [reason] },
  result: { at: ['ports', 'result'], of: ({ certain }) => certain.map(({ result }) => result) },
  cause: { at: ['ports', 'cause'], of: ({ certain }) => certain.map(({ cause }) => cause) },
  'server state': { at: ['servers', 'state'], of: ({ server }) => [server] },
  finding: { at: ['findings', 'code'], of: ({ findings }) => findings },
  nats: { at: ['router', 'nats'], of: ({ nats }) => [nats] },
} as const satisfies Readonly<Record<string, { at: readonly string[]; of: (said: Said) => readonly unknown[] }>>;

type Kind = keyof typeof CODES;

interface Said {
  readonly verdict: string;
  readonly reason: string | null;
  readonly certain: readonly { readonly result: string; readonly cause: string | null }[];
  /** Of ports where chance decides, too. */
  readonly possible: readonly { readonly result: string; readonly cause: string | null }[];
  readonly server: string;
  readonly findings: readonly string[];
  readonly nats: string | null | undefined;
}

const EXCLUSIVE = 'no row stops services: src/app/exclusive.test.ts, test/exclusive.kernel.test.ts';
const CERTIFICATES = 'no machine of the labs has certificates: test/certificates.test.ts';
const CONTAINERS = "the labs' phone system is in no container: test/beside.kernel.test.ts";
const NO_NAT64 = 'Linux itself translates nothing between the families';

/** In no row. */
const NOWHERE: Partial<Record<Kind, Readonly<Record<string, string>>>> = {
  reason: { 'passed-on': CONTAINERS, services: EXCLUSIVE },
  cause: { 'passed-on': CONTAINERS },
  finding: {
    'passed-on': CONTAINERS,
    'service-not-started': EXCLUSIVE,
    'service-not-held': EXCLUSIVE,
    'service-not-stopped': EXCLUSIVE,
    'services-unguarded': EXCLUSIVE,
    'certificate-expired': CERTIFICATES,
    'certificate-not-yet-valid': CERTIFICATES,
    'certificate-wrong-name': CERTIFICATES,
    'certificate-self-signed': CERTIFICATES,
    'certificate-chain-incomplete': CERTIFICATES,
    'certificate-untrusted': CERTIFICATES,
    'certificate-weak': CERTIFICATES,
    'certificate-unreadable': CERTIFICATES,
    'certificate-expires-soon': CERTIFICATES,
    'in-use': 'ports in use have a cause, and this is for those without: src/advice/texts.test.ts',
    malformed: 'no router of the table puts its own address in the place of who answers: test/live.kernel.test.ts',
    untested: 'untested ports have a cause, or a server that is one: src/advice/texts.test.ts',
    trial: 'it is about a reflector on the own machine: src/advice/texts.test.ts',
    'tcp-left-out': 'it is about the ports of a profile, and no row has one: src/advice/texts.test.ts',
  },
};

/** In no row that the kernel lab runs. */
const NOT_IN_THE_KERNEL: typeof NOWHERE = {
  cause: { 'wrong-family': NO_NAT64 },
  finding: {
    'wrong-family': NO_NAT64,
    'router-without-address': 'a real miniupnpd says it: test/router.kernel.test.ts',
  },
};

type Schema = { readonly [key: string]: unknown };

/** All texts that the schema allows there. */
function codesAt([key, ...rest]: readonly string[], schema: unknown): string[] {
  const { properties, items, anyOf, enum: texts } = schema as Schema;
  if (Array.isArray(anyOf))
    return anyOf.flatMap((one: unknown) => codesAt(key === undefined ? [] : [key, ...rest], one));
  if (items !== undefined) return codesAt(key === undefined ? [] : [key, ...rest], items);
  if (key !== undefined) return codesAt(rest, (properties as Schema)[key]);
  return Array.isArray(texts) ? (texts as string[]) : [];
}

const saidBy = ({ steps }: Scenario): Said[] =>
  steps.map(({ expect: { verdict, reason, ports, tcp = {}, server = 'ok', findings = [], facts = {}, nats } }) => {
    const all = [...Object.values(ports), ...Object.values(tcp)].map((one) => [one].flat());
    return {
      ...{ verdict, reason, server, nats },
      certain: all.flatMap((one) => (one.length === 1 ? one : [])),
      possible: all.flat(),
      findings: [...findings, ...Object.keys(facts)],
    };
  });

const expectedOf = (kind: Kind, scenarios: readonly Scenario[]): Set<unknown> =>
  new Set<unknown>(scenarios.flatMap(saidBy).flatMap((said): readonly unknown[] => CODES[kind].of(said)));

const inModel = SCENARIOS.filter((scenario) => reasonToSkip(scenario, 'model') === null);
const inKernel = SCENARIOS.filter(
  (scenario) => reasonToSkip(scenario, 'kernel') === null || reasonToSkip(scenario, 'live') === null,
);

describe.each(Object.keys(CODES) as Kind[])('every %s', (kind) => {
  const codes = codesAt(CODES[kind].at, reportJsonSchema);
  const missing = (scenarios: readonly Scenario[]) => {
    const expected = expectedOf(kind, scenarios);
    return codes.filter((code) => !expected.has(code)).sort();
  };

  it('is known', () => {
    expect(codes.length).toBeGreaterThan(3);
  });

  it('is expected by a row of the model lab, or named here', () => {
    expect(missing(inModel)).toEqual(Object.keys(NOWHERE[kind] ?? {}).sort());
  });

  it('is expected by a row of the kernel lab, or named here', () => {
    const named = { ...NOWHERE[kind], ...NOT_IN_THE_KERNEL[kind] };
    expect(missing(inKernel)).toEqual(Object.keys(named).sort());
  });
});

it('is tested elsewhere where it is said to be', () => {
  const reasons = [NOWHERE, NOT_IN_THE_KERNEL].flatMap((named) => Object.values(named).flatMap(Object.values<string>));
  const files = new Set(reasons.flatMap((reason) => [...reason.matchAll(/\S+\.test\.ts/g)].map(([path]) => path)));
  expect(files.size).toBeGreaterThan(3);
  expect([...files].filter((path) => !existsSync(path))).toEqual([]);
});

it.each(SCENARIOS)('$name expects nothing that no report says', (scenario) => {
  const known = (kind: Kind) => new Set<unknown>([...codesAt(CODES[kind].at, reportJsonSchema), null, undefined]);
  for (const said of saidBy(scenario))
    for (const kind of Object.keys(CODES) as Kind[]) {
      const words = CODES[kind].of({ ...said, certain: said.possible });
      expect(words.filter((word) => !known(kind).has(word))).toEqual([]);
    }
});
