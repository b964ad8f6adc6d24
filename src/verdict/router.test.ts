import { describe, expect, test } from 'vitest';
import type { RouterEvidence } from '../evidence/index.ts';
import { judgeRouter } from './router.ts';

const LOCAL = '192.168.0.100';

const says = (address: string, more: Partial<RouterEvidence> = {}): RouterEvidence => ({
  ...{ gateway: '192.168.0.1', local: LOCAL, wan: { address, by: 'upnp' }, unknown: null },
  ...more,
});

const judged = (evidence: RouterEvidence, seen: readonly string[], local = LOCAL): string => {
  const { nats, reason, rule } = judgeRouter(evidence, local, seen);
  return `${nats ?? reason} ${rule}`;
};

describe("the router's address, and the one that is seen", () => {
  test.each<[string, readonly string[], string]>([
    ['203.0.113.44', ['203.0.113.44'], 'one-nat wan-is-seen'],
    ['203.0.113.44', ['198.51.100.7', '203.0.113.44'], 'one-nat wan-is-seen'],
    ['100.64.0.0', ['203.0.113.44'], 'carrier-nat wan-of-a-carrier'],
    ['100.127.255.255', ['203.0.113.44'], 'carrier-nat wan-of-a-carrier'],
    ['100.63.255.255', ['203.0.113.44'], 'other-public-address wan-is-not-seen'],
    ['100.128.0.0', ['203.0.113.44'], 'other-public-address wan-is-not-seen'],
    ['192.0.0.2', ['203.0.113.44'], 'carrier-nat wan-of-a-carrier'],
    ['192.0.0.8', ['203.0.113.44'], 'no-address wan-is-no-address'],
    ['10.0.0.2', ['203.0.113.44'], 'double-nat wan-is-private'],
    ['172.16.0.2', ['203.0.113.44'], 'double-nat wan-is-private'],
    ['172.31.255.254', ['203.0.113.44'], 'double-nat wan-is-private'],
    ['172.32.0.2', ['203.0.113.44'], 'other-public-address wan-is-not-seen'],
    ['192.168.1.2', ['203.0.113.44', '198.51.100.7'], 'double-nat wan-is-private'],
    ['198.51.100.7', ['203.0.113.44'], 'other-public-address wan-is-not-seen'],
    ['127.0.0.1', ['203.0.113.44'], 'no-address wan-is-no-address'],
    ['169.254.7.7', ['203.0.113.44'], 'no-address wan-is-no-address'],
    ['255.255.255.255', ['203.0.113.44'], 'no-address wan-is-no-address'],
    ['203.0.113.44', [], 'no-public-address not-seen'],
    ['192.168.1.2', [], 'no-public-address not-seen'],
    // The server is in the box's network, or in the carrier's: what is beyond is not seen.
    ['192.168.1.2', ['192.168.1.2'], 'server-inside seen-inside'],
    ['100.64.0.2', ['100.64.0.2'], 'server-inside seen-inside'],
  ])('%s, %j: %s', (wan, seen, expected) => {
    expect(judged(says(wan), seen)).toBe(expected);
  });
});

test('asked from another address than the servers, it is not compared', () => {
  expect(judged(says('10.0.0.2'), ['203.0.113.44'], '192.168.7.7')).toBe('other-way other-way');
});

test.each(['silent', 'refused', 'malformed', 'no-address', 'no-lan', 'cancelled'] as const)(
  'without an address it is not known, and why: %s',
  (unknown) => {
    const verdict = judgeRouter(says('', { wan: null, unknown }), LOCAL, ['203.0.113.44']);
    expect(verdict).toEqual({
      ...{ nats: null, reason: unknown, gateway: '192.168.0.1' },
      ...{ wanAddress: null, by: null, rule: 'not-told' },
    });
  },
);
