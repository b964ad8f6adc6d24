import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addFingerprint,
  addMessageIntegrity,
  addMessageIntegritySha256,
  decodeMessage,
  encodeMessage,
  MAGIC_COOKIE,
  type Message,
  type RawAttribute,
  takeFrame,
  verifyFingerprint,
  verifyMessageIntegrity,
  verifyMessageIntegritySha256,
} from './index.ts';
import { violation } from './invariants.ts';

const KEY = Uint8Array.of(1, 2, 3);

const bytesOf = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

/** Padding of zeros is left out, as the decoder does. */
const rawAttribute: fc.Arbitrary<RawAttribute> = fc
  .record({ type: fc.integer({ min: 0, max: 0xffff }), value: fc.uint8Array({ maxLength: 40 }), filler: bytesOf(3) })
  .map(({ type, value, filler }) => {
    const padding = filler.slice(0, -value.length & 3);
    return padding.some((byte) => byte !== 0) ? { type, value, padding } : { type, value };
  });

const attributes = fc.array(rawAttribute, { maxLength: 8 });

const modern: fc.Arbitrary<Message> = fc.record({
  class: fc.constantFrom('request', 'indication', 'success', 'error'),
  method: fc.integer({ min: 0, max: 0xfff }),
  transactionId: bytesOf(12),
  attributes,
});

const old: fc.Arbitrary<Message> = fc.record({
  class: fc.constantFrom('request', 'success', 'error'),
  method: fc.constantFrom(1, 2),
  transactionId: bytesOf(16).filter((id) => Buffer.from(id).readUInt32BE() !== MAGIC_COOKIE),
  attributes,
});

const message = fc.oneof({ weight: 3, arbitrary: modern }, { weight: 1, arbitrary: old });

/** A valid message, then a few bytes of it changed, and the end cut or grown. */
const mutated = fc
  .record({
    bytes: message.map(encodeMessage),
    changes: fc.array(fc.tuple(fc.nat(400), fc.integer({ min: 0, max: 255 })), { maxLength: 5 }),
    tail: fc.oneof(fc.constant(0), fc.integer({ min: -30, max: 30 })),
  })
  .map(({ bytes, changes, tail }) => {
    for (const [at, value] of changes) bytes[at % bytes.length] = value;
    return tail < 0 ? bytes.slice(0, tail) : Uint8Array.of(...bytes, ...new Uint8Array(tail));
  });

/** The field does not agree with random bytes by chance, so it is made to. */
const withLength = fc.uint8Array({ minLength: 20, maxLength: 400 }).map((random) => {
  const bytes = random.slice(0, random.length & ~3);
  bytes.set([(random[0] ?? 0) & 0x3f], 0);
  bytes.set([(bytes.length - 20) >>> 8, (bytes.length - 20) & 0xff, 0x21, 0x12, 0xa4, 0x42], 2);
  return bytes;
});

describe('properties', () => {
  test('decode gives the message that was encoded', () => {
    fc.assert(
      fc.property(message, (given) => {
        expect(decodeMessage(encodeMessage(given))).toEqual({ kind: 'message', message: given });
      }),
    );
  });

  test.each([
    ['messages', message.map(encodeMessage)],
    ['random bytes', fc.uint8Array({ maxLength: 300 })],
    ['random bytes behind a good header', withLength],
    ['mutated messages', mutated],
  ])('%s break no invariant', (_, arbitrary) => {
    fc.assert(
      fc.property(arbitrary, (bytes) => {
        expect(violation(bytes)).toBeNull();
      }),
      { numRuns: 500 },
    );
  });

  test('random bytes behind a good header are messages often enough to mean something', () => {
    const sample = fc.sample(withLength, { numRuns: 500, seed: 1 });
    expect(sample.filter((bytes) => decodeMessage(bytes).kind === 'message').length).toBeGreaterThan(20);
    const mutants = fc.sample(mutated, { numRuns: 500, seed: 1 });
    expect(mutants.filter((bytes) => decodeMessage(bytes).kind === 'message').length).toBeGreaterThan(50);
    expect(mutants.filter((bytes) => decodeMessage(bytes).kind === 'malformed').length).toBeGreaterThan(50);
  });

  test('a view into a larger buffer reads as its own copy does', () => {
    fc.assert(
      fc.property(message.map(encodeMessage), fc.nat(9), (bytes, offset) => {
        const pool = Buffer.alloc(bytes.length + 20, 0xee);
        pool.set(bytes, offset);
        expect(decodeMessage(pool.subarray(offset, offset + bytes.length))).toEqual(decodeMessage(bytes));
      }),
    );
  });

  test('one flipped bit is noticed by integrity and fingerprint', () => {
    const unsigned = modern.filter((given) => !given.attributes.some(({ type }) => [8, 0x1c, 0x8028].includes(type)));
    fc.assert(
      fc.property(unsigned, fc.nat(), fc.nat(7), (given, where, bit) => {
        const signed = addMessageIntegritySha256(addMessageIntegrity(encodeMessage(given), KEY), KEY);
        const bytes = addFingerprint(signed);
        expect(checks(bytes)).toEqual(['valid', 'valid', 'valid']);
        const at = where % (signed.length - 24 - 36);
        bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
        expect(checks(bytes)).not.toContain('valid');
      }),
    );
  });

  test('a stream in any pieces gives its messages in order', () => {
    fc.assert(
      fc.property(
        fc.array(modern.map(encodeMessage), { maxLength: 4 }),
        fc.integer({ min: 1, max: 50 }),
        (all, size) => {
          expect(readStream(Buffer.concat(all), size)).toEqual(all);
        },
      ),
    );
  });
});

const checks = (bytes: Uint8Array): string[] => [
  verifyMessageIntegrity(bytes, KEY),
  verifyMessageIntegritySha256(bytes, KEY),
  verifyFingerprint(bytes),
];

function readStream(stream: Uint8Array, size: number): Uint8Array[] {
  const messages: Uint8Array[] = [];
  let held = new Uint8Array(0);
  for (let at = 0; at < stream.length; at += size) {
    held = Uint8Array.of(...held, ...stream.subarray(at, at + size));
    for (let frame = takeFrame(held); frame.kind !== 'need-more'; frame = takeFrame(held)) {
      if (frame.kind === 'not-stun') throw new Error(frame.why);
      messages.push(frame.bytes);
      held = frame.rest.slice();
    }
  }
  return messages;
}
