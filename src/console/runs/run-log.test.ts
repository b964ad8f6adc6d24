import { expect, test } from 'vitest';
import type { NetworkSpec } from '../../../lab/scenarios/index.ts';
import type { CheckRequest, RunEvent } from '../../app/index.ts';
import { FORWARDED, NOT_FORWARDED, openLab, PRIMARY } from '../../app/test-lab.ts';
import { runProgress } from '../api/index.ts';
import { Progress } from './progress.ts';
import { RunLog } from './run-log.ts';

/** The log of a whole run, oldest first. */
async function logOf(network: NetworkSpec, more: Partial<CheckRequest> = {}): Promise<string[]> {
  const lab = await openLab(network);
  const [progress, began] = [new Progress(1, lab.now()), lab.now()];
  await lab.run(
    lab.start({ tcp: [{ from: 5061, to: 5061 }], ...more }, (event) => progress.apply(event, lab.now())).finished,
  );
  const { log } = runProgress.parse(progress.snapshot(lab.now()));
  const times = log.map(({ atMs }) => atMs);
  expect(times).toEqual([...times].sort((a, b) => b - a));
  expect(times[0]).toBeLessThanOrEqual(lab.now() - began);
  return log.map(({ code, facts }) => [code, ...Object.values(facts)].join(' ')).reverse();
}

const BEGIN = ['router 192.168.0.1', `server-two 198.51.100.10 198.51.100.20`, 'mode-bind'];

test('a run in which all is open says who answers, and who is asked about how much', async () => {
  expect(await logOf(FORWARDED)).toEqual([...BEGIN, `asked-first ${PRIMARY} 7`, `calls ${PRIMARY} 1`]);
});

test('that a silence counts is said once, when a control probe has been answered', async () => {
  const log = await logOf(NOT_FORWARDED, { udp: [{ from: 9000, to: 9299 }] });
  expect(log.filter((line) => line.startsWith('silence'))).toEqual(['silence-counts']);
});

test('a server without a second address, and one that is mute, are told apart', async () => {
  const first = async (kind: 'one-address' | 'silent') => (await logOf({ ...FORWARDED, server: { kind } }))[1];
  expect(await first('one-address')).toBe(`server-one 198.51.100.10`);
  expect(await first('silent')).toBe(`server-silent 198.51.100.10`);
});

const observed = (observation: object): RunEvent => ({ kind: 'observed', leg: 0, observation }) as RunEvent;

test('what is said is not said twice in a row, and the newest dozen is kept', () => {
  const log = new RunLog();
  for (let at = 0; at < 20; at++) {
    log.apply(observed({ kind: 'paused', at, by: 'router', until: at + 1 }), at + 0.4);
    log.apply(observed({ kind: 'paused', at, by: 'router', until: at + 1 }), at + 0.6);
    log.apply(observed({ kind: 'resumed', at, by: 'router', since: at }), at + 0.9);
  }
  expect(log.lines).toHaveLength(12);
  expect(log.lines.slice(0, 3)).toEqual([
    { atMs: 20, code: 'resumed', facts: {} },
    { atMs: 19, code: 'paused-router', facts: {} },
    { atMs: 19, code: 'resumed', facts: {} },
  ]);
});

test('services that are stopped, and what did not work', () => {
  const log = new RunLog();
  const step = (one: object): void => log.apply({ kind: 'service', step: { at: 0, ...one } } as RunEvent, 0);
  step({ step: 'stopping', service: 'sip' });
  step({ step: 'failed', what: 'guard', service: null, failure: { kind: 'failed', lines: [] } });
  expect(log.lines.map(({ code, facts }) => [code, facts['service']])).toEqual([
    ['service-failed-guard', ''],
    ['service-stopping', 'sip'],
  ]);
});
