import { describe, expect, it } from 'vitest';
import type { Milliseconds } from '../base/index.ts';
import { collectEvidence } from '../evidence/index.ts';
import type { PlanInput } from '../plan/index.ts';
import { RangeCheck } from './range-check.ts';
import { but, closed, drive, failure, honest, type Request, type Server } from './test-network.ts';
import { chance, PRIMARY, planOf } from './test-plan.ts';
import type { Observation } from './types.ts';

const MANY = Array.from({ length: 300 }, (_, index) => 9000 + index);
/** RFC 5780 section 5. */
const STRANGERS = { rate: { kind: 'paced', packetsPerSecond: 10 } } as const;
/** Nobody listens there, so that silences have to be told from a refusal. */
const SILENT = 9299;

function check(server: Server, ports = MANY, input: Partial<PlanInput> = {}) {
  const plan = planOf(ports, {}, input);
  const run = drive<Observation>(new RangeCheck(plan, chance()), server);
  const kinds = run.observations.map(({ kind }) => kind);
  const { ports: seen, pauses } = collectEvidence(plan, run.observations);
  const cold = (kind: string) => seen.filter(({ answers }) => answers.cold.kind === kind).map(({ port }) => port);
  return { ...run, kinds, cold, pauses, seconds: (run.endedAt - 1000) / 1000 };
}

/** Whether a request makes the alternate address send to a port that has never heard that role. */
const isNewFlow = ({ change, responsePort }: Request): boolean =>
  change?.address === true && responsePort !== null && responsePort < 50_000;

/** After so many ports a router lets nothing new in for so long, each time that it is asked for more than so many in a second. */
function guarded(after: number, lasts: Milliseconds, perSecond: number): Server {
  let until = 0;
  let times: Milliseconds[] = [];
  let count = 0;
  return but((request) => {
    if (request.responsePort === SILENT) return [];
    if (!isNewFlow(request)) return null;
    if (request.at < until) return [];
    count++;
    times = [...times.filter((at) => at > request.at - 1000), request.at];
    if (count <= after || times.length <= perSecond) return null;
    until = request.at + lasts;
    return [];
  });
}

describe('a router that refuses new flows', () => {
  it('for a while is waited for, and asked more slowly: no port is lost by it', () => {
    const { cold, kinds, pauses } = check(guarded(100, 12_000, 300));
    expect(cold('yes')).toEqual(MANY.filter((port) => port !== SILENT));
    expect(cold('no')).toEqual([SILENT]);
    expect(kinds).not.toContain('refused-by-router');
    expect(pauses).toHaveLength(1);
    const [pause] = pauses;
    expect(pause).toMatchObject({ by: 'router' });
    expect(pause?.ports).toBeGreaterThanOrEqual(100);
    // It is asked after 10 s and after 15 s.
    expect(pause?.atLeast).toBeGreaterThan(9_000);
    expect(pause?.atLeast).toBeLessThan(12_000);
    expect(pause?.atMost).toBeGreaterThan(12_000);
    expect(pause?.atMost).toBeLessThan(20_000);
  });

  it('until the check has slowed down to what it takes is met a few times', () => {
    const { cold, pauses } = check(guarded(50, 5_000, 30));
    expect(pauses).toHaveLength(3);
    expect(cold('yes')).toHaveLength(299);
    expect(cold('no')).toEqual([SILENT]);
  });

  it('for longer is given up, and calls nothing closed', () => {
    const { cold, kinds, pauses, seconds } = check(guarded(100, 3_600_000, 300));
    expect(cold('no')).toEqual([]);
    expect(kinds).toContain('refused-by-router');
    expect(pauses).toMatchObject([{ by: 'router', atMost: null }]);
    expect(seconds).toBeGreaterThan(60);
    expect(seconds).toBeLessThan(90);
  });

  it('at any pace ends after a few minutes', () => {
    const { cold, kinds, seconds } = check(guarded(8, 30_000, 0));
    expect(cold('no')).toEqual([]);
    expect(kinds).toContain('refused-by-router');
    expect(seconds).toBeLessThan(300);
  });

  it('is asked little meanwhile', () => {
    const { sent, observations } = check(guarded(100, 3_600_000, 300));
    const paused = observations.find(({ kind }) => kind === 'paused')?.at ?? 0;
    const later = sent.filter(({ at }) => at > paused);
    expect(later.filter(isNewFlow).length).toBeLessThanOrEqual(18);
    expect(later.length).toBeLessThan(200);
  });
});

describe('a server that is not to be reached', () => {
  const gone =
    (from: Milliseconds, duration: Milliseconds): Server =>
    (request) =>
      request.at >= from && request.at < from + duration ? [] : honest(request);

  it('for a while is waited for', () => {
    const { cold, kinds, pauses } = check(gone(1100, 9_000));
    expect(cold('yes')).toEqual(MANY);
    expect(kinds).not.toContain('server-lost');
    expect(pauses).toMatchObject([{ by: 'server' }]);
    expect(pauses[0]?.atMost).toBeGreaterThan(9_000);
    expect(pauses[0]?.atMost).toBeLessThan(13_000);
  });

  it('is asked at the usual pace after the first time: an interruption is no sign of too much', () => {
    const usual = check(honest).seconds;
    expect(check(gone(1100, 9_000)).seconds).toBeLessThan(usual + 14);
  });

  it.each([20_000, 30_000])('once, in a run that takes long at its usual pace, does not end it early: %d', (at) => {
    const many = Array.from({ length: 700 }, (_, index) => 9000 + index);
    const slowly = { rate: { kind: 'paced', packetsPerSecond: 5 } } as const;
    const { cold, kinds, seconds } = check(gone(at, at + 50_000), many, slowly);
    expect(kinds.filter((kind) => kind === 'paused')).toHaveLength(1);
    expect(seconds).toBeGreaterThan(300);
    expect(cold('yes')).toEqual(many);
    expect(kinds).not.toContain('refused-by-router');
  });

  it('while the router refuses new flows is only waited for', () => {
    const { cold, kinds } = check((request) =>
      request.at > 1200 && (request.to === PRIMARY || isNewFlow(request)) ? [] : honest(request),
    );
    expect(cold('no')).toEqual([]);
    expect(kinds.filter((kind) => kind === 'server-lost' || kind === 'refused-by-router')).toHaveLength(1);
  });
});

describe('a server that is asked too much, and says so,', () => {
  const CLOSED = Array.from({ length: 200 }, (_, index) => 9000 + index);
  /** Once; it would again if it were asked more often than that in a second. */
  function throttling(bears: number, otherwise: Server): Server {
    let said = false;
    let times: Milliseconds[] = [];
    return but(({ at, id, to, port, nth }) => {
      times = [...times.filter((time) => time > at - 1000), at];
      if (said ? times.length <= bears : nth < 60) return null;
      said = true;
      return [{ after: 20, from: to, port, bytes: failure(id, 500) }];
    }, otherwise);
  }

  it('is asked at half the pace that strangers bear, and the run goes on to its end, however long that takes', () => {
    const { cold, kinds, seconds } = check(throttling(10, closed(...CLOSED)), CLOSED, STRANGERS);
    expect(seconds).toBeGreaterThan(300);
    expect(kinds).not.toContain('server-lost');
    expect(cold('no')).toEqual(CLOSED);
  });

  it('of one that bore much more not much is left to wait for: what is left is not closed', () => {
    const fast = { rate: { kind: 'paced', packetsPerSecond: 900 } } as const;
    const { cold, kinds, seconds } = check(throttling(100, closed(...CLOSED)), CLOSED, fast);
    expect(seconds).toBeGreaterThan(240);
    expect(seconds).toBeLessThan(260);
    expect(kinds.filter((kind) => kind === 'paused')).toHaveLength(1);
    expect(kinds).toContain('server-lost');
    expect(cold('no').length).toBeLessThan(CLOSED.length);
    expect(cold('yes')).toEqual([]);
  });
});

it('a router that has paused a run is no reason to end it where the usual pace is slower than any', () => {
  const ports = MANY.slice(0, 280);
  const server = but(
    (request) => (isNewFlow(request) && request.at > 3_000 && request.at < 15_000 ? [] : null),
    closed(...MANY.slice(30, 280)),
  );
  const { cold, kinds, seconds } = check(server, ports, STRANGERS);
  expect(seconds).toBeGreaterThan(300);
  expect(kinds).toContain('paused');
  expect(kinds).not.toContain('refused-by-router');
  expect(cold('no')).toEqual(MANY.slice(30, 280));
});

it('a plan without patience ends at once', () => {
  const plan = { ...planOf(MANY), patience: { router: 0, server: 0, slow: 0 } };
  const run = drive<Observation>(new RangeCheck(plan, chance()), (request) =>
    request.at > 1100 ? [] : honest(request),
  );
  expect(run.endedAt).toBeLessThan(6_000);
  expect(run.observations.filter(({ kind }) => kind === 'paused' || kind === 'server-lost')).toMatchObject([
    { kind: 'server-lost' },
  ]);
});
