import { expect, test } from 'vitest';
import { lengthOf } from './past.ts';

test.each([
  [0, '0 s'],
  [14_400, '14 s'],
  [125_000, '2 min 5 s'],
  [300_000, '5 min'],
])('%i ms are %s', (ms, says) => {
  expect(lengthOf(ms)).toBe(says);
});
