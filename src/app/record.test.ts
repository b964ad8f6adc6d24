import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { requestOf } from '../../lab/run-model.ts';
import { SCENARIOS, type Scenario } from '../../lab/scenarios/index.ts';
import { readReport, redact, renderJson } from '../report/index.ts';
import { type FinishedCheck, type RunEvent, replayRun, writeRun } from './index.ts';
import { readRun } from './record.ts';
import { NOT_FORWARDED, openLab } from './test-lab.ts';

async function runAll({ network, steps }: Scenario): Promise<FinishedCheck[]> {
  const lab = await openLab(network);
  const finished: FinishedCheck[] = [];
  for (const { repair, after, check } of steps) {
    if (repair) lab.repair(repair);
    if (after) await lab.advance(1_000 * after);
    finished.push(await lab.check(requestOf(check)));
  }
  return finished;
}

describe('a recorded run', () => {
  test.each(SCENARIOS)('$name: replays to the same report, to the letter', async (scenario) => {
    for (const { events, report } of await runAll(scenario)) {
      const replayed = await replayRun(writeRun(events));
      expect(replayed.kind === 'ok' ? renderJson(replayed.value) : replayed.error).toEqual(renderJson(report));
    }
  });

  test.each(SCENARIOS)('$name: its report can be read, and redacted without a fact that is lost', async (scenario) => {
    for (const { report } of await runAll(scenario)) {
      expect(await readReport(renderJson(report))).toEqual({ kind: 'ok', value: report });
      const redacted = redact(report);
      expect(await readReport(renderJson(redacted))).toEqual({ kind: 'ok', value: redacted });
      const facts = redacted.findings.flatMap((finding) => Object.entries(finding.facts));
      // The last line of a log is all that may be.
      expect(facts.filter(([name, fact]) => fact === '(redacted)' && name !== 'said')).toEqual([]);
    }
  });

  test.each([0, 25, 70, 300])('and so does one that was cancelled after %d ms', async (moment) => {
    const lab = await openLab(NOT_FORWARDED);
    const run = lab.start();
    lab.pbx.clock.at(moment, () => run.cancel());
    const { events, report } = await lab.run(run.finished);
    expect(await replayRun(writeRun(events))).toEqual({ kind: 'ok', value: report });
  });

  test('keeps what JSON has no word for', () => {
    const value = fc.oneof(
      fc.constantFrom<unknown>(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN),
      fc.bigInt(),
      fc.uint8Array(),
      fc.string({ unit: 'binary' }),
      fc.record({ a: fc.array(fc.uint8Array()), $x: fc.string() }),
    );
    fc.assert(
      fc.property(value, value, (one, other) => {
        const [first, last] = [runEvents[0], runEvents.at(-1)];
        const events = [first, { ...runEvents[1], one, other }, last] as readonly RunEvent[];
        expect(readRun(writeRun(events))).toEqual({ kind: 'ok', value: events });
      }),
    );
  });
});

let runEvents: readonly RunEvent[] = [];
let lines: readonly string[] = [];

beforeAll(async () => {
  const { events } = await (await openLab(NOT_FORWARDED)).check();
  runEvents = events;
  lines = writeRun(events).trimEnd().split('\n');
});

const joined = (some: readonly (string | undefined)[]): string => some.map((line) => `${line}\n`).join('');

/** Line 1 says of which schema it is. */
const put = (at: number, line: string): string => joined(lines.with(at - 1, line));

/** That event, changed, in its place. */
const changed = (kind: string, change: (event: Record<string, unknown>) => unknown): [text: string, line: number] => {
  const at = lines.findIndex((line) => line.includes(`"event":{"kind":"${kind}"`));
  const { n, event } = JSON.parse(lines[at] ?? '') as { n: number; event: Record<string, unknown> };
  return [put(at + 1, JSON.stringify({ n, event: change(event) })), at + 1];
};

describe('is refused', () => {
  const of = (text: string) => replayRun(text);

  test('where it is cut off, wherever that is', async () => {
    const text = joined(lines);
    const [head = ''] = lines;
    for (let length = head.length + 1; length < text.length; length += 997)
      expect(await of(text.slice(0, length))).toMatchObject({ error: { kind: 'truncated' } });
    expect(await of(text.slice(0, -1))).toMatchObject({ error: { kind: 'truncated' } });
    expect(await of(joined(lines.slice(0, -1)))).toMatchObject({ error: { kind: 'truncated' } });
    expect(await of(joined(lines.slice(0, 1)))).toMatchObject({ error: { kind: 'truncated' } });
  });

  test('with events out of order, twice, or missing', async () => {
    const swapped = lines.with(3, lines[4] ?? '').with(4, lines[3] ?? '');
    expect(await of(joined(swapped))).toMatchObject({ error: { kind: 'out-of-order', line: 4 } });
    expect(await of(joined([...lines.slice(0, 4), ...lines.slice(3)]))).toMatchObject({ error: { line: 5 } });
    expect(await of(joined(lines.toSpliced(5, 1)))).toMatchObject({ error: { kind: 'out-of-order', line: 6 } });
    expect(await of(joined(lines.toSpliced(1, 1)))).toMatchObject({ error: { kind: 'out-of-order', line: 2 } });
  });

  test('with what cannot follow, although the numbers are right', async () => {
    const renumbered = (events: readonly (RunEvent | undefined)[]) => of(writeRun(events as RunEvent[]));
    const observed = runEvents.find(({ kind }) => kind === 'observed');
    const [started, ...rest] = runEvents;
    expect(await renumbered([started, observed, ...rest])).toMatchObject({ error: { kind: 'out-of-order', line: 3 } });
    expect(await renumbered([started, started, ...rest])).toMatchObject({ error: { kind: 'out-of-order', line: 3 } });
    expect(await renumbered([...rest])).toMatchObject({ error: { kind: 'out-of-order', line: 2 } });
    expect(await renumbered([...runEvents, observed])).toMatchObject({ error: { kind: 'out-of-order' } });
    const planned = runEvents.find((event) => event.kind === 'planned');
    expect(
      await renumbered(runEvents.flatMap((event) => (event === planned ? [event, event] : [event]))),
    ).toMatchObject({
      error: { kind: 'out-of-order' },
    });
  });

  test('with a kind of event, or of observation, that nobody knows', async () => {
    const [event, line] = changed('observed', (one) => ({ ...one, kind: 'weather' }));
    expect(await of(event)).toMatchObject({ error: { kind: 'unknown-event', line, event: 'weather' } });
    const [observation] = changed('observed', (one) => ({ ...one, observation: { kind: 'rain', at: 1 } }));
    expect(await of(observation)).toMatchObject({ error: { kind: 'unknown-event', line, event: 'rain' } });
    const [inherited] = changed('observed', (one) => ({ ...one, observation: { kind: 'toString', at: 1 } }));
    expect(await of(inherited)).toMatchObject({ error: { kind: 'unknown-event', event: 'toString' } });
  });

  test('with an event that is not as it should be', async () => {
    const [noPlan, line] = changed('planned', (one) => ({ ...one, plan: undefined }));
    expect(await of(noPlan)).toMatchObject({ error: { kind: 'event-not-as-agreed', line, at: 'plan' } });
    const [leg] = changed('planned', (one) => ({ ...one, leg: 1e9 }));
    expect(await of(leg)).toMatchObject({ error: { kind: 'event-not-as-agreed', at: 'leg' } });
    const [at] = changed('observed', (one) => ({
      ...one,
      observation: { ...(one['observation'] as object), at: 'noon' },
    }));
    expect(await of(at)).toMatchObject({ error: { kind: 'event-not-as-agreed', at: 'observation.at' } });
  });

  test.each([
    ['a line that is none', 'nonsense'],
    ['an empty line', ''],
    ['a line without its number', '{"event":{"kind":"ended"}}'],
    ['a line that says a thing twice', '{"n":2,"n":2,"event":{"kind":"mode"}}'],
    ['a line that goes too deep', `{"n":2,"event":${'['.repeat(50_000)}${']'.repeat(50_000)}}`],
  ])('with %s', async (_, line) => {
    expect(await of(put(3, line))).toMatchObject({ error: { kind: 'broken-line', line: 3 } });
  });

  test('of another schema', async () => {
    expect(await of(put(1, '{"schema":"fullcone.run/2"}'))).toMatchObject({
      error: { kind: 'other-run', schema: 'fullcone.run/2' },
    });
  });

  test('if it is larger than any', async () => {
    expect(await of({ length: 1e10 } as unknown as string)).toMatchObject({ error: { kind: 'too-large' } });
  });

  test('or gives a right report, whatever was changed in it; nothing throws', async () => {
    const odd: unknown[] = [null, 0, -1, '', {}, [], 'closed', 65_536, { toString: 0 }];
    const anything = fc.oneof(fc.constantFrom(...odd), fc.anything());
    const place = fc.nat(lines.length - 2);
    await fc.assert(
      fc.asyncProperty(place, fc.nat(), anything, async (at, which, value) => {
        const { n, event } = JSON.parse(lines[at + 1] ?? '') as { n: number; event: Record<string, unknown> };
        const names = Object.keys(event);
        const name = names[which % names.length] ?? '';
        const read = await of(put(at + 2, JSON.stringify({ n, event: { ...event, [name]: value } })));
        expect(['ok', 'error']).toContain(read.kind);
      }),
      { numRuns: 300 },
    );
  });
});
