import { describe, expect, it } from 'vitest';
import { RangeCheck } from './range-check.ts';
import { but, drive, honest, type Server } from './test-network.ts';
import { chance, planOf } from './test-plan.ts';
import type { Observation } from './types.ts';

/* The end of a run that waits to know whether the router lets everybody in on a mapping. */

const HELPERS_FROM = 50_001;

/** Nobody but whom they ask reaches the sockets that are not checked. */
const filters: Server = but(({ change, port, responsePort }) =>
  change?.address && port >= HELPERS_FROM && responsePort === null ? [] : null,
);

function run(server: Server, packetsPerSecond: number, needsFilter: 'always' | 'never' = 'always') {
  const rate = { kind: 'paced', packetsPerSecond } as const;
  const plan = planOf([9000], { allowedRate: null }, { needsFilter, rate });
  const { observations, endedAt } = drive<Observation>(new RangeCheck(plan, chance()), server);
  const askedUntil = Math.max(...observations.flatMap((one) => ('port' in one ? [one.at] : [])));
  const filter = observations.find(({ kind }) => kind.startsWith('filter-'))?.kind;
  return { filter, seconds: Math.round((endedAt - askedUntil) / 1000) };
}

describe('a run that needs to know the filter', () => {
  it.each([
    [10, 'filter-closed', 3],
    [5, 'filter-closed', 8],
    [4, 'filter-closed', 10],
    // Eight tries would take half a minute and more.
    [2, undefined, 12],
  ])('at %d packets per second: %s, after %d s', (rate, filter, seconds) => {
    expect(run(filters, rate)).toEqual({ filter, seconds });
  });

  it('knows an open one at once', () => {
    expect(run(honest, 2)).toEqual({ filter: 'filter-open', seconds: 0 });
  });
});

it('one that does not need it is over at once', () => {
  expect(run(filters, 10, 'never').seconds).toBe(0);
});
