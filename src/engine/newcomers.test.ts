import { describe, expect, it } from 'vitest';
import type { Endpoint, Milliseconds } from '../base/index.ts';
import { collectEvidence } from '../evidence/index.ts';
import type { SocketFailure } from '../system/index.ts';
import { RangeCheck } from './range-check.ts';
import { but, drive, honest, type Request, type Server } from './test-network.ts';
import { chance, planOf } from './test-plan.ts';
import type { Observation } from './types.ts';

const MANY = Array.from({ length: 300 }, (_, index) => 9000 + index);

/** A router that lets a host begin so many flows at a time, each of which it forgets after so long. */
function limited(flows: number, forgets: Milliseconds): Server {
  const known = new Map<string, Milliseconds>();
  return but(({ at, port, to, responsePort }: Request) => {
    // What the server sends unasked is not the host's flow.
    if (responsePort !== null) return null;
    for (const [flow, since] of known) if (at - since > forgets) known.delete(flow);
    const flow = `${port} ${to.address}:${to.port}`;
    if (!known.has(flow) && known.size >= flows) return [];
    known.set(flow, at);
    return null;
  });
}

/** Whatever these ports send gets lost. */
const mute =
  (...ports: readonly number[]): Server =>
  (request) =>
    ports.includes(request.port) ? [] : honest(request);

function check(server: Server, ports = MANY, options: Parameters<typeof drive>[2] = {}) {
  const plan = planOf(ports);
  const run = drive<Observation>(new RangeCheck(plan, chance()), server, options);
  const evidence = collectEvidence(plan, run.observations);
  const outbound = (kind: string) =>
    evidence.ports.filter(({ answers }) => answers.outbound.kind === kind).map(({ port }) => port);
  const newcomers = run.observations.filter((seen) => 'role' in seen && seen.role === 'newcomer');
  return { ...run, outbound, newcomers, pauses: evidence.pauses };
}

describe('a limit on the flows of a host', () => {
  it('is waited for: no port looks as if it could not send', () => {
    const { outbound, pauses } = check(limited(100, 12_000));
    expect(outbound('no')).toEqual([]);
    expect(outbound('yes')).toEqual(MANY);
    expect(pauses[0]).toMatchObject({ by: 'outbound' });
  });

  it('that stays leaves ports unknown', () => {
    const { outbound, observations } = check(limited(100, Number.POSITIVE_INFINITY));
    expect(outbound('no')).toEqual([]);
    expect(outbound('unknown').length).toBeGreaterThan(180);
    expect(observations.some(({ kind }) => kind === 'refused-by-router')).toBe(true);
  });

  it.each([10, 20, 50, 150, 290])('of %d flows never makes a silence count', (flows) => {
    expect(check(limited(flows, Number.POSITIVE_INFINITY)).outbound('no')).toEqual([]);
  });
});

describe('a port that cannot send', () => {
  it('is known by flows that could begin before and after', () => {
    const { outbound, newcomers, pauses } = check(mute(9001), [9000, 9001, 9002, 9003]);
    expect(outbound('no')).toEqual([9001]);
    expect(newcomers.length).toBeGreaterThanOrEqual(2);
    expect(newcomers.every(({ kind }) => kind === 'control-answered')).toBe(true);
    expect(pauses).toEqual([]);
  });

  it('needs no more of them than one in a while, each from a socket of its own', () => {
    const { newcomers, endedAt } = check(mute(...MANY));
    expect(newcomers.length).toBeLessThan((endedAt - 1000) / 250);
    const locals = newcomers.flatMap((seen) => (seen.kind === 'control-answered' ? [seen.local] : []));
    expect(new Set(locals).size).toBe(locals.length);
  });
});

describe('where no newcomer finds a socket', () => {
  const NO_MORE: SocketFailure = { kind: 'no-more-sockets', code: 'EMFILE' };
  const few = [9000, 9001, 9002, 9003];

  it.each<[about: string, bind: (local: Endpoint, nth: number) => number | SocketFailure]>([
    ['since there is none left', ({ port }, nth) => (nth >= 6 ? NO_MORE : port || 50_001 + nth)],
    ['since the system hands out ports that are checked', ({ port }, nth) => port || (nth >= 6 ? 9000 : 50_001 + nth)],
  ])('%s: the silence of a port says nothing, and the run ends', (_about, bind) => {
    const { outbound, newcomers, endedAt } = check(mute(9001), few, { bind });
    expect([outbound('no'), outbound('unknown'), newcomers]).toEqual([[], [9001], []]);
    expect(endedAt).toBeLessThan(60_000);
  });

  it('after some were lost: the ports do not wait for them', () => {
    let opened = 0;
    const bind = ({ port }: Endpoint, nth: number) =>
      port === 0 && nth >= 6 && ++opened > 4 ? NO_MORE : port || 50_001 + nth;
    const known = new Set<number>();
    // The helpers are known from the beginning; whoever comes later is not let out.
    const server: Server = (request) => {
      if (request.at < 1100) known.add(request.port);
      return known.has(request.port) && request.port !== 9001 ? honest(request) : [];
    };
    const { outbound, endedAt } = check(server, few, { bind });
    expect(outbound('no')).toEqual([]);
    expect(endedAt).toBeLessThan(90_000);
  });
});

it('nobody opens a socket where all ports are answered', () => {
  expect(check(honest).newcomers).toEqual([]);
});
