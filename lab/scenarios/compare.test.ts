import { expect, test } from 'vitest';
import { isContradiction } from './compare.ts';

test.each([
  ['udp/9000: expected open, got closed/not-forwarded', true],
  ['check 2: tcp/5060: expected open, got no-answer/outbound-blocked', true],
  ['udp/9000: expected closed/not-forwarded, got open', true],
  ['udp/9000: expected translated/symmetric, got open', true],
  ['udp/9000: expected open, got untested/loss', false],
  ['udp/9000: expected closed/not-forwarded, got closed', false],
  ['udp/9000: expected translated/symmetric, got closed/not-forwarded', false],
  ['udp/9000: expected open or untested/taken-by-neighbour, got translated', false],
  ['verdict: expected supported, got unsupported', false],
  ['finding nothing-forwarded is missing', false],
])('%s: %j', (line, is) => expect(isContradiction(line)).toBe(is));
