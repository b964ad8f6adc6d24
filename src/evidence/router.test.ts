import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RouterObservation } from '../router/index.ts';
import { collectRouter } from './router.ts';

const ASKED = { gateway: '192.168.0.1', local: '192.168.0.100' };
const failure = { kind: 'other', code: 'EIO' } as const;

const told = (address: string, at = 5, by: 'nat-pmp' | 'upnp' = 'upnp'): RouterObservation => ({
  ...{ kind: 'router-address', at, by, address },
});
const refused: RouterObservation = { kind: 'router-refused', at: 1, by: 'pcp', code: null };
const malformed: RouterObservation = { kind: 'router-malformed', at: 2, by: 'upnp' };
const silent: RouterObservation = { kind: 'router-silent', at: 3 };
const failed: RouterObservation = { kind: 'router-failed', at: 4, failure };
const cancelled: RouterObservation = { kind: 'router-cancelled', at: 4 };

const outcome = (...observations: RouterObservation[]): string | null => {
  const { wan, unknown } = collectRouter(ASKED, observations);
  return wan ? `${wan.address} ${wan.by}` : unknown;
};

test.each<[string, readonly RouterObservation[]]>([
  ['203.0.113.44 upnp', [told('203.0.113.44')]],
  ['203.0.113.44 nat-pmp', [told('203.0.113.44'), told('203.0.113.44', 4, 'nat-pmp')]],
  ['203.0.113.44 upnp', [told('0.0.0.0', 1, 'nat-pmp'), refused, malformed, told('203.0.113.44')]],
  ['contradictory', [told('203.0.113.44'), told('10.0.0.1')]],
  ['no-address', [told('0.0.0.0'), refused, malformed]],
  ['malformed', [refused, malformed]],
  ['refused', [refused]],
  ['refused', [{ kind: 'router-refused', at: 1, by: 'nat-pmp', code: 2 }]],
  ['refused', [{ kind: 'router-refused', at: 1, by: 'upnp', code: 3 }]],
  ['no-address', [malformed, { kind: 'router-refused', at: 1, by: 'nat-pmp', code: 3 }]],
  ['refused', [refused, cancelled]],
  ['cancelled', [cancelled]],
  ['failed', [failed]],
  ['silent', [silent]],
  ['silent', []],
])('%s', (expected, observations) => {
  expect(outcome(...observations)).toBe(expected);
});

test('in any order, and with duplicates, the same', () => {
  const any = fc.constantFrom(
    told('203.0.113.44'),
    told('10.0.0.1', 2),
    told('0.0.0.0'),
    refused,
    malformed,
    silent,
    failed,
    cancelled,
  );
  const lists = fc
    .array(any, { maxLength: 8 })
    .chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray([...list, ...list], { minLength: 2 * list.length })),
    );
  const run = fc.property(lists, ([list, shuffled]) => outcome(...list) === outcome(...shuffled));
  expect(() => fc.assert(run)).not.toThrow();
});
