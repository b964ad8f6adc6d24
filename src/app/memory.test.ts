import { describe, expect, test } from 'vitest';
import { createModel } from '../../lab/model/index.ts';
import type { Observation } from '../engine/index.ts';
import { type ProbePlan, planProbes, type Question, type ServerFacts } from '../plan/index.ts';
import type { Report, ReportPort } from '../report/index.ts';
import type { System } from '../system/index.ts';
import { type Advice, type Memory, memoryOf } from './memory.ts';

/** As a check leaves a server: the ports ask the primary's other port. */
const SERVER: ServerFacts = {
  name: 'stun.example',
  primary: { address: '198.51.100.10', port: 3479 },
  alternate: { address: '198.51.100.20', port: 3478 },
  responsePort: true,
  changeRequest: true,
  allowedRate: 20_000,
  pass: null,
  calls: false,
};
/** The same server by its other address, as a name with both addresses may give it. */
const TURNED: ServerFacts = {
  ...SERVER,
  primary: { address: '198.51.100.20', port: 3478 },
  alternate: { address: '198.51.100.10', port: 3479 },
};
/** Its usual port. */
const USUAL: ServerFacts = {
  ...SERVER,
  primary: { address: '198.51.100.10', port: 3478 },
  alternate: { address: '198.51.100.20', port: 3479 },
};
/** Over IPv6, the same. */
const OVER6: ServerFacts = {
  ...SERVER,
  primary: { address: '2001:db8::10', port: 3479 },
  alternate: { address: '2001:db8::20', port: 3478 },
};
const ANOTHER: ServerFacts = {
  ...SERVER,
  primary: { address: '192.0.2.1', port: 3479 },
  alternate: { address: '192.0.2.2', port: 3478 },
};

/** Cold packets come from there; */
const COLD_AT = '198.51.100.20:3479';
/** and warm answers from here. */
const WARM_AT = '198.51.100.20:3478';
const ASKED_AT = '198.51.100.10:3479';
const USUAL_AT = '198.51.100.10:3478';

const UNANSWERED = 65_000;
const ANSWERED = 185_000;

/** The machine of a run, with what was noted before it, `at` so many milliseconds after the checks of the notes. */
function machine(note: string | null, at = 0): System & { note(): string | null } {
  const { pbx } = createModel({ router: null, server: { kind: 'full' } }, { seed: 1 });
  const notes = new Map(note === null ? [] : [['past-checks.json', note]]);
  const zero = pbx.clock.date().getTime();
  return {
    ...pbx,
    clock: { ...pbx.clock, date: () => new Date(zero + at) },
    files: {
      ...pbx.files,
      readState: (name) => Promise.resolve(notes.get(name) ?? null),
      writeState(name, text) {
        notes.set(name, text);
        return Promise.resolve(true);
      },
    },
    note: () => notes.get('past-checks.json') ?? null,
  };
}

/** Time of day at which the checks of these tests ended. */
const ENDED = machine(null).clock.date().getTime();

interface Note {
  readonly endedAt: number;
  readonly flows: readonly { readonly peer: string; readonly spoken: boolean; readonly ports: string }[];
  readonly mapped: string;
  readonly family?: 'ipv4' | 'ipv6';
}

const came = (peer: string, ports = '5060') => ({ peer, spoken: false, ports });
const spoken = (peer: string, ports = '5060') => ({ peer, spoken: true, ports });

/** One check, with what it left in the router. */
const left = (...flows: Note['flows']): Note => ({ endedAt: ENDED, flows, mapped: '' });
const leftMapping = (ports = '5060'): Note => ({ ...left(), mapped: ports });
const earlier = (note: Note, by: number): Note => ({ ...note, endedAt: note.endedAt - by });

const memory = (notes: unknown, at: number): Promise<Memory> => memoryOf(machine(JSON.stringify(notes), at));

const adviceOf = (
  { advise }: Memory,
  { ways = [SERVER, USUAL], ports = [5060, 9001], isTranslated = true }: Asked = {},
): Advice => advise(ways, ports, isTranslated);

interface Asked {
  readonly ways?: readonly [ServerFacts, ...ServerFacts[]];
  readonly ports?: readonly number[];
  readonly isTranslated?: boolean;
}

const waitOf = (known: Memory, asked: Asked = {}) => adviceOf(known, asked).wait;

const FRESH: Advice = { server: SERVER, wait: 0, stalePorts: [] };

describe('the advice over IPv6', () => {
  const asked = { ways: [OVER6] } as const;

  test.each<[string, Note[], number]>([
    ['the role of the cold packets has sent', [left(came('[2001:db8::20]:3479'))], UNANSWERED],
    ['the controls spoke to the alternate address', [left(spoken('2001:db8::20'))], ANSWERED],
    ['the ports spoke to the usual port', [left(spoken('[2001:db8::10]:3478'))], 0],
    ['the ports spoke to that very port', [left(spoken('[2001:db8::10]:3479'))], ANSWERED],
    ['another address was asked', [left(spoken('[2001:db8::1]:3479'), came('[2001:db8::2]:3478'))], 0],
    ['an address that begins alike', [left(came('[2001:db8::200]:3479'))], 0],
    ['all of it was over IPv4', [left(came(COLD_AT), spoken(ASKED_AT)), leftMapping()], 0],
    ['the router made a mapping', [{ ...leftMapping(), family: 'ipv6' }], ANSWERED],
  ])('%s', async (_, notes, wait) => {
    expect(waitOf(await memory(notes, 0), asked)).toBe(wait);
  });

  test('a port that spoke to the other one is told', async () => {
    const known = await memory([left(spoken('[2001:db8::10]:3478'))], 1);
    expect(adviceOf(known, asked).stalePorts).toEqual([5060]);
  });

  test('a mapping over IPv6 is nothing to IPv4', async () => {
    expect(waitOf(await memory([{ ...leftMapping(), family: 'ipv6' }], 0))).toBe(0);
  });

  test('is taken from what a check over IPv6 has noted', async () => {
    const there = machine(null);
    await (await memoryOf(there)).intend([{ ...plan(), server: OVER6 }]);
    expect(JSON.parse(there.note() ?? '')).toMatchObject([{ family: 'ipv6' }]);
  });
});

describe('the advice', () => {
  test.each<[string, Note[], number, Advice]>([
    ['nothing is remembered', [], 0, FRESH],
    ['the role of the cold packets has sent', [left(came(COLD_AT))], 1, { ...FRESH, wait: UNANSWERED - 1 }],
    ['the role of the warm answers has', [left(came(WARM_AT))], 1, { ...FRESH, wait: UNANSWERED - 1 }],
    [
      'both have, one after the other',
      [earlier(left(came(COLD_AT)), 10_000), left(came(WARM_AT))],
      1,
      { ...FRESH, wait: UNANSWERED - 1 },
    ],
    ['the states are about to die', [left(came(COLD_AT), came(WARM_AT))], 64_999, { ...FRESH, wait: 1 }],
    ['the states are dead', [left(came(COLD_AT), came(WARM_AT))], UNANSWERED, FRESH],
    [
      'the port spoke to one role itself, and the other one sent',
      [left(came(COLD_AT), spoken(WARM_AT))],
      1,
      { ...FRESH, wait: ANSWERED - 1 },
    ],
    ['the router made a mapping', [leftMapping()], 1, { ...FRESH, wait: ANSWERED - 1 }],
    ['that mapping is dead', [leftMapping()], ANSWERED, FRESH],
    [
      'other ports were checked',
      [left(came(COLD_AT, '5061'), came(WARM_AT, '1-5059'), spoken(ASKED_AT, '5061')), leftMapping('9002')],
      1,
      FRESH,
    ],
    ['one of many ports was checked', [left(came(COLD_AT, '9000-9500'))], 1, { ...FRESH, wait: UNANSWERED - 1 }],
    ['another server was asked', [left(came('192.0.2.2:3479'), came('192.0.2.2:3478'))], 1, FRESH],
    [
      'the longest wait counts',
      [left(came(COLD_AT), came(WARM_AT)), earlier(leftMapping(), 60_000)],
      1,
      { ...FRESH, wait: ANSWERED - 60_001 },
    ],
    ['the ports spoke to the other port', [left(spoken(ASKED_AT))], 1, { ...FRESH, server: USUAL, stalePorts: [5060] }],
    ['the ports spoke to the usual port', [left(spoken(USUAL_AT))], 1, { ...FRESH, stalePorts: [5060] }],
    [
      'the ports spoke to both',
      [earlier(left(spoken(ASKED_AT)), 10_000), left(spoken(USUAL_AT))],
      1,
      { ...FRESH, wait: ANSWERED - 10_001, stalePorts: [5060] },
    ],
    [
      'they spoke to the other port, and waited long',
      [left(spoken(ASKED_AT)), left(spoken(WARM_AT))],
      1,
      { ...FRESH, wait: ANSWERED - 1 },
    ],
    [
      'sockets of the controls spoke to the address',
      [left(spoken('198.51.100.10'))],
      1,
      { ...FRESH, wait: ANSWERED - 1 },
    ],
  ])('%s', async (_, notes, at, advice) => {
    expect(adviceOf(await memory(notes, at))).toEqual(advice);
  });

  test('a server of which only one port can be asked is waited for', async () => {
    const known = await memory([left(spoken(USUAL_AT))], 1);
    expect(waitOf(known, { ways: [USUAL] })).toBe(ANSWERED - 1);
  });

  test('where nothing is translated, no mapping is old', async () => {
    const known = await memory([left(spoken(ASKED_AT), spoken(USUAL_AT))], 1);
    expect(adviceOf(known, { isTranslated: false })).toEqual({ ...FRESH, stalePorts: [5060] });
  });

  test('but cold packets may still come by an old entry of a firewall', async () => {
    const known = await memory([left(came(COLD_AT))], 1);
    expect(waitOf(known, { isTranslated: false })).toBe(UNANSWERED - 1);
  });

  test('the old primary, once it is the alternate, is no stranger to the ports', async () => {
    const known = await memory([left(spoken('198.51.100.10'), came(COLD_AT))], 1);
    expect(waitOf(known, { ways: [TURNED] })).toBe(ANSWERED - 1);
  });

  test('a mapping of the router itself is there for every server', async () => {
    expect(waitOf(await memory([leftMapping()], 0), { ways: [ANOTHER] })).toBe(ANSWERED);
  });

  test('a server without a second address asks nothing that an old entry could answer', async () => {
    const known = await memory([left(came(COLD_AT), spoken('198.51.100.10'))], 0);
    expect(waitOf(known, { ways: [{ ...SERVER, alternate: null }] })).toBe(0);
  });
});

describe('a clock that was set back', () => {
  const HOURS = 5 * 3_600_000;
  const both = left(came(COLD_AT), came(WARM_AT));

  test.each<[string, Note, number]>([
    ['packets that came', both, UNANSWERED],
    ['a mapping', leftMapping(), ANSWERED],
  ])('makes %s wait no longer than if the check had ended now', async (_, note, most) => {
    expect(waitOf(await memory([earlier(note, -HOURS)], 0), { ports: [5060] })).toBe(most);
  });

  test('does not make every later check wait again', async () => {
    const early = machine(JSON.stringify([earlier(both, -HOURS)]), 0);
    await (await memoryOf(early)).remember([{ plan: plan(), observations: [] }], report());
    expect(waitOf(await memoryOf(machine(early.note(), UNANSWERED + 1)))).toBe(0);
  });
});

describe('a note that is not ours any more', () => {
  const right = left(came(COLD_AT), came(WARM_AT));
  test.each<[string, string]>([
    ['empty', ''],
    ['cut off', JSON.stringify([right]).slice(0, -5)],
    ['not JSON', 'endedAt: yesterday'],
    ['no list', JSON.stringify(right)],
    ['null', 'null'],
    ['a list of other things', JSON.stringify([null, 5060, 'x', [], {}])],
    ['a time of another type', JSON.stringify([{ ...right, endedAt: '2026' }])],
    ['no time', JSON.stringify([{ ...right, endedAt: undefined }])],
    ['no flows', JSON.stringify([{ ...right, flows: 'all' }])],
    ['flows that are none', JSON.stringify([{ ...right, flows: [null, 7, { peer: 1, ports: '5060' }] }])],
    ['ports that are none', JSON.stringify([left(came(COLD_AT, 'x'), came(WARM_AT, '5060-1'))])],
    [
      'ports of another type',
      JSON.stringify([{ ...right, flows: [{ ...came(COLD_AT), ports: [5060] }], mapped: 5060 }]),
    ],
    ['ports beyond the last', JSON.stringify([left(came(COLD_AT, '1-999999999'), came(WARM_AT, '1-999999999'))])],
  ])('is as good as none: %s', async (_, note) => {
    expect(adviceOf(await memoryOf(machine(note, 1)))).toEqual(FRESH);
  });

  test('does not spoil what is right beside it', async () => {
    expect(waitOf(await memory([{ wrong: true }, right], 0), { ports: [5060] })).toBe(UNANSWERED);
  });

  test('of a thousand flows is read as far as a check of ours could have written it', async () => {
    const many = Array.from({ length: 1000 }, (_, index) => came(`192.0.2.1:${index + 1}`, '1-65535'));
    const known = await memory([left(...many, came(COLD_AT)), left(came(WARM_AT, '9001'))], 0);
    // The flow behind all of them is not looked at; the next note is.
    expect(waitOf(known, { ports: [5060] })).toBe(0);
    expect(waitOf(known, { ports: [9001] })).toBe(UNANSWERED);
  });

  test.each<[string, Note]>([
    ['names the same ports a hundred thousand times', left(came(COLD_AT, `${'1-5059,'.repeat(100_000)}5061-65535`))],
    ['has a wide mapping, as often', leftMapping(`${'1-5059,'.repeat(100_000)}5061-65535`)],
  ])('does not hold a check up where it %s', async (_, note) => {
    const began = performance.now();
    const notes = [note, ...Array.from({ length: 50 }, () => left(...Array(128).fill(came(ASKED_AT, '6000-65535'))))];
    expect(adviceOf(await memory(notes, 0), { ports: [5060] }).wait).toBe(0);
    expect(performance.now() - began).toBeLessThan(3000);
  });

  test('cannot make a check wait for ever', async () => {
    const note = JSON.stringify([right]).replace(String(ENDED), '1e999');
    expect(waitOf(await memoryOf(machine(note, 0)), { ports: [5060] })).toBe(UNANSWERED);
  });
});

function plan(more: Partial<Parameters<typeof planProbes>[0]> = {}): ProbePlan {
  const rest = {
    bindAddress: '0.0.0.0',
    rate: null,
    freeSockets: 100,
    stalePorts: [],
    hasOthers: false,
    needsFilter: 'never' as const,
  };
  return planProbes({ server: SERVER, ports: [1, 2, 3, 4], ...rest, ...more });
}

const sent = (port: number, question: Question): Observation => ({ kind: 'sent', at: 0, port, question, attempt: 1 });

const port = (number: number, more: Partial<ReportPort>): ReportPort => ({
  protocol: 'udp',
  family: 'ipv4',
  port: number,
  result: 'open',
  cause: null,
  mapped: null,
  process: null,
  ...more,
});

const report = (...ports: ReportPort[]): Report => ({
  schema: 'fullcone.report/1',
  verdict: 'unsupported',
  reason: 'some-ports',
  startedAt: '2026-01-01T00:00:00.000Z',
  durationMs: 0,
  mode: 'bind',
  servers: [],
  publicAddresses: ['203.0.113.44'],
  findings: [],
  ports,
});

describe('what is remembered', () => {
  async function noted(observations: readonly Observation[], said = report(), planned = plan()): Promise<Note[]> {
    const there = machine(null);
    await (await memoryOf(there)).remember([{ plan: planned, observations }], said);
    return JSON.parse(there.note() ?? 'null') as Note[];
  }

  test.each<[string, Observation[], Note['flows']]>([
    ['a cold packet came', [sent(1, 'cold')], [came(COLD_AT, '1')]],
    ['a warm answer', [sent(1, 'warm')], [spoken(ASKED_AT, '1'), came(WARM_AT, '1')]],
    ['a plain request', [sent(1, 'outbound')], [spoken(ASKED_AT, '1'), came(ASKED_AT, '1')]],
    ['an answer that went elsewhere', [sent(1, 'relay')], [spoken(ASKED_AT, '1')]],
    [
      'a look from the role that it had never heard',
      [sent(1, 'fresh-elsewhere')],
      [spoken(WARM_AT, '1'), came(WARM_AT, '1')],
    ],
    ['a look from the role of the cold packet', [sent(1, 'far-elsewhere')], [spoken(COLD_AT, '1'), came(COLD_AT, '1')]],
    ['many ports', [sent(2, 'cold'), sent(1, 'cold'), sent(4, 'cold'), sent(1, 'cold')], [came(COLD_AT, '1-2, 4')]],
    ['a port whose turn did not come', [{ kind: 'listening', at: 0, port: 1 }], []],
  ])('%s', async (_, observations, flows) => {
    expect(await noted(observations)).toMatchObject([{ endedAt: ENDED, flows, mapped: '' }]);
  });

  test('ports with a mapping of their own making', async () => {
    const ports = [
      port(1, {}),
      port(2, { result: 'translated', cause: 'symmetric' }),
      port(3, { result: 'closed', cause: 'works-by-accident' }),
      port(4, { result: 'closed', cause: 'not-forwarded' }),
    ];
    expect(await noted([], report(...ports))).toMatchObject([{ mapped: '2-3' }]);
  });

  test('beside what was there, without what no router remembers', async () => {
    const young = earlier(left(came(COLD_AT, '9')), ANSWERED - 1);
    const there = machine(JSON.stringify([earlier(left(came(COLD_AT, '8')), ANSWERED), young]));
    await (await memoryOf(there)).remember([{ plan: plan(), observations: [sent(1, 'cold')] }], report());
    expect(JSON.parse(there.note() ?? '')).toMatchObject([young, left(came(COLD_AT, '1'))]);
  });

  test('what is intended, before the first packet, and in its place what was done', async () => {
    const there = machine(null);
    const own = await memoryOf(there);
    await own.intend([plan()]);
    const intended = JSON.parse(there.note() ?? '') as Note[];
    expect(intended).toHaveLength(1);
    expect(waitOf(await memoryOf(there), { ports: [1] })).toBe(ANSWERED);
    await own.remember([{ plan: plan(), observations: [sent(1, 'cold')] }], report());
    expect(JSON.parse(there.note() ?? '')).toMatchObject([left(came(COLD_AT, '1'))]);
  });

  test('what is intended, again and again until the work is over: a check may be killed after a long time', async () => {
    const model = createModel({ router: null, server: { kind: 'full' } }, { seed: 1 });
    const note = async () => JSON.parse((await model.pbx.files.readState('past-checks.json')) ?? '[]') as Note[];
    const began = model.pbx.clock.date().getTime();
    const own = await memoryOf(model.pbx);
    let finish = (): void => undefined;
    const work = new Promise<void>((resolve) => {
      finish = resolve;
    });
    await own.intend([plan()]);
    const over = own.renew(work);
    await model.advance(200_000);
    expect(await note()).toMatchObject([{ endedAt: began + 180_000 }]);
    expect(waitOf(await memoryOf(model.pbx), { ports: [1] })).toBe(ANSWERED - 20_000);
    finish();
    await over;
    await own.remember([{ plan: plan(), observations: [sent(1, 'cold')] }], report());
    await model.advance(200_000);
    expect((await note()).map(({ flows }) => flows.length)).toEqual([1]);
  });

  test('beside what another check notes at the same time', async () => {
    const there = machine(null);
    const [one, other] = [await memoryOf(there), await memoryOf(there)];
    await one.remember([{ plan: plan(), observations: [sent(1, 'cold')] }], report());
    await other.remember([{ plan: plan(), observations: [sent(2, 'cold')] }], report());
    expect(JSON.parse(there.note() ?? '')).toHaveLength(2);
  });

  test('all ports that spoke, where everybody is let in on a mapping', async () => {
    const seen: Observation[] = [sent(1, 'cold'), sent(1, 'outbound'), sent(2, 'cold'), { kind: 'filter-open', at: 0 }];
    expect(await noted(seen, report(port(1, {})))).toMatchObject([{ mapped: '1' }]);
    const [local] = await noted(seen, { ...report(port(1, {})), bindAddress: '203.0.113.44' });
    expect(local?.mapped).toBe('');
  });

  test('so that the next check finds it', async () => {
    const there = machine(null);
    await (await memoryOf(there)).remember(
      [{ plan: plan(), observations: [sent(2, 'cold'), sent(2, 'warm')] }],
      report(),
    );
    const known = await memoryOf(there);
    expect([2, 3].map((one) => waitOf(known, { ports: [one] }))).toEqual([UNANSWERED, 0]);
    expect(waitOf(known, { ways: [ANOTHER], ports: [2] })).toBe(0);
  });

  test('nothing where nothing can be written, and no harm is done', async () => {
    const there = machine(null);
    const deaf = { ...there, files: { ...there.files, writeState: () => Promise.resolve(false) } };
    await expect((await memoryOf(deaf)).remember([{ plan: plan(), observations: [] }], report())).resolves.toBe(false);
  });
});
