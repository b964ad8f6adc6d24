import { expect, test } from 'vitest';
import { compareNat, type NatShape } from './compare-nat.ts';
import type { NatExpectation } from './nat-table.ts';

const EXPECT: NatExpectation = {
  behaviour: 'endpoint-independent, preserved, address-dependent',
  hairpin: 'works',
  fragments: 'pass, dropped',
  lifetime: { really: 30, atLeast: 20, atMost: [30, 45] },
  lost: [0.05, 0.2],
};

const RIGHT: NatShape = {
  mapping: 'endpoint-independent',
  preservesPort: true,
  filtering: 'address-dependent',
  hairpin: { result: 'works', reason: null },
  fragments: { outward: { result: 'pass', reason: null }, inward: { result: 'dropped', reason: null } },
  lifetime: { atLeastSeconds: 20, atMostSeconds: 45, reason: null },
  path: { sent: 20, returned: 19, roundTripMs: 20, jitterMs: 0 },
};

const UNKNOWN = { result: null, reason: 'loss' };
const life = (atLeastSeconds: number | null, atMostSeconds: number | null) => ({
  lifetime: { atLeastSeconds, atMostSeconds, reason: null },
});

test.each<[about: string, said: Partial<NatShape>, differs: string, where: 'always' | 'known' | 'never']>([
  ['all of it', {}, '', 'never'],
  ['another mapping', { mapping: 'address-dependent' }, 'mapping', 'always'],
  ['another filter', { filtering: 'endpoint-independent' }, 'filtering', 'always'],
  ['ports that are rewritten', { preservesPort: false }, 'port', 'always'],
  ['no filter', { filtering: null }, 'filtering', 'known'],
  ['no hairpin', { hairpin: { result: 'does-not', reason: null } }, 'hairpin', 'always'],
  ['not whether it turns around', { hairpin: UNKNOWN }, 'hairpin', 'known'],
  ['that there is no NAT', { hairpin: { result: null, reason: 'no-nat' } }, 'hairpin', 'always'],
  [
    'fragments that pass',
    { fragments: { outward: { result: 'pass', reason: null }, inward: { result: 'pass', reason: null } } },
    'inward',
    'always',
  ],
  ['nothing of fragments', { fragments: { outward: UNKNOWN, inward: UNKNOWN } }, 'outward', 'known'],
  ['a lifetime that it outlives', life(20, 25), 'lifetime', 'always'],
  ['a lifetime that it does not reach', life(31, null), 'lifetime', 'always'],
  ['that nothing was lost', { path: { ...RIGHT.path, returned: 20 } }, 'path', 'always'],
  ['that more was lost', { path: { ...RIGHT.path, returned: 15 } }, 'path', 'known'],
  ['no round trip', { path: { ...RIGHT.path, roundTripMs: null } }, 'path', 'always'],
  ['no path', { path: { ...RIGHT.path, sent: 0, returned: 0 } }, 'path', 'always'],
  ['wider bounds', life(10, 60), 'lifetime', 'known'],
  ['no lifetime', { lifetime: null }, 'lifetime', 'known'],
])('a report that tells %s', (_, said, differs, where) => {
  const report = { ...RIGHT, ...said };
  const found = (mayNotKnow: boolean) => compareNat(EXPECT, report, mayNotKnow)[0]?.split(':')[0] ?? '';
  expect(found(false)).toBe(where === 'never' ? '' : differs);
  expect(found(true)).toBe(where === 'always' ? differs : '');
});
