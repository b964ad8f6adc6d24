import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readSegment } from './tcp-segment.ts';

const segment = (flags: number, { offset = 5, bytes = [] as readonly number[] } = {}): Uint8Array =>
  Uint8Array.from([
    ...[0xc3, 0x50, 0x13, 0xc4, 0, 0, 0, 1, 0, 0, 0, 0],
    ...[offset << 4, flags, 0xff, 0xff, 0, 0, 0, 0],
    ...Array.from({ length: 4 * Math.max(0, offset - 5) }, () => 1),
    ...bytes,
  ]);

test.each([
  ['SYN', 0x02, true, false],
  ['SYN of a caller that knows ECN', 0xc2, true, false],
  ['SYN and ACK: an answer', 0x12, false, true],
  ['ACK', 0x10, false, false],
  ['reset', 0x04, false, false],
])('%s', (_, flags, isFirst, isAnswer) => {
  expect(readSegment(segment(flags))).toEqual({ from: 50_000, to: 5060, isFirst, isAnswer, bytes: new Uint8Array() });
});

test('what it carries begins behind its options', () => {
  expect(readSegment(segment(0x18, { offset: 8, bytes: [7, 8, 9] }))?.bytes).toEqual(Uint8Array.from([7, 8, 9]));
});

test('a header that is longer than the segment, or shorter than a header can be, is none', () => {
  expect(readSegment(segment(0x02, { offset: 4 }))).toBeNull();
  expect(readSegment(segment(0x02).subarray(0, 19))).toBeNull();
  expect(readSegment(Uint8Array.from([...segment(0x02).subarray(0, 12), 0xf0, 0x02]))).toBeNull();
});

test('no bytes make it throw', () => {
  const any = fc.uint8Array({ maxLength: 80 });
  fc.assert(fc.property(any, (bytes) => void expect(() => readSegment(bytes)).not.toThrow()));
});
