import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { requestOf } from '../../lab/run-model.ts';
import { SCENARIOS, type Scenario } from '../../lab/scenarios/index.ts';
import { reportJsonSchema } from '../report/schema.ts';
import { conclude, type FinishedCheck, type RunEvent } from './index.ts';
import { FORWARDED, NOT_FORWARDED, openLab } from './test-lab.ts';

const validate = new Ajv2020({ allErrors: true }).compile(reportJsonSchema);

/** As a file or a browser keeps a run. */
const stored = (events: readonly RunEvent[]): RunEvent[] => JSON.parse(JSON.stringify(events)) as RunEvent[];

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

describe('a stored run', () => {
  test.each(SCENARIOS)('$name: gives the same report again, which keeps to the contract', async (scenario) => {
    for (const { events, report } of await runAll(scenario)) {
      expect(conclude(stored(events))).toEqual(report);
      expect(JSON.parse(JSON.stringify(report))).toEqual(report);
      expect(validate(report) || validate.errors).toBe(true);
    }
  });

  test.each([0, 15, 25, 45, 70, 100, 150, 300])('and so does one that was cancelled after %d ms', async (moment) => {
    const lab = await openLab(NOT_FORWARDED);
    const run = lab.start();
    lab.pbx.clock.at(moment, () => run.cancel());
    const { events, report } = await lab.run(run.finished);
    expect(report.verdict).toBe('cancelled');
    expect(conclude(stored(events))).toEqual(report);
    expect(validate(report) || validate.errors).toBe(true);
  });

  test('says what it says, however often and whatever of it is told twice', async () => {
    const { events, report } = await (await openLab({ ...NOT_FORWARDED, loss: { out: 0.05, in: 0.05 } })).check();
    const twice = events.flatMap((event): RunEvent[] => (event.kind === 'observed' ? [event, event] : [event]));
    expect({ ...conclude(twice), loss: report.loss }).toEqual(report);
    expect(conclude(events)).toEqual(report);
  });
});

test('the report says when, how long and with which version', async () => {
  const lab = await openLab(FORWARDED);
  await lab.advance(3_600_000);
  const begun = lab.now();
  const { report } = await lab.check();
  expect(report).toMatchObject({ version: 'lab', startedAt: '2026-01-01T01:00:00.000Z', bindAddress: '192.168.0.100' });
  expect(report.durationMs).toBe(Math.round(lab.now() - begun));
  expect(report.loss?.sent).toBeGreaterThan(0);
  expect(report.loss?.answered).toBe(report.loss?.sent);
});

test('who holds a port is in the report', async () => {
  const { report } = await (await openLab({ ...FORWARDED, held: [9_001] })).check();
  const held = report.ports.filter(({ process }) => process !== null);
  expect(held).toMatchObject([{ port: 9_001, result: 'in-use', process: { pid: 4_711, name: 'asterisk' } }]);
});

test.each(['started', 'ended'] as const)('a list without "%s" is no run', async (kind) => {
  const { events } = await (await openLab(FORWARDED)).check();
  expect(() => conclude(events.filter((event) => event.kind !== kind))).toThrow(`a run without "${kind}"`);
});
