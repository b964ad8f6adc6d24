import { decodeMessage } from './decode.ts';
import { encodeMessage } from './encode.ts';
import { verifyFingerprint } from './fingerprint.ts';
import { takeFrame } from './framing.ts';
import { verifyMessageIntegrity, verifyMessageIntegritySha256 } from './integrity.ts';
import { HEADER_LENGTH, type Message } from './message.ts';
import { ATTRIBUTES } from './registry.ts';

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, i) => byte === b[i]);

/**
 * For the property tests and the fuzzer: what must hold for whatever bytes come in.
 * In words what these bytes break, or null; also when they come in a Buffer, whose `slice` is
 * another one.
 */
export const violation = (bytes: Uint8Array): string | null => broken(bytes) ?? broken(Buffer.from(bytes));

function broken(bytes: Uint8Array): string | null {
  const before = Uint8Array.from(bytes);
  try {
    const why = inMessage(bytes) ?? inFrames(bytes) ?? inChecks(bytes);
    return why ?? (sameBytes(before, bytes) ? null : 'the input was changed');
  } catch (error) {
    return `threw ${String(error)}`;
  }
}

function inMessage(bytes: Uint8Array): string | null {
  const decoded = decodeMessage(bytes);
  if (decoded.kind !== 'message') return decoded.why === '' ? 'no reason given' : null;
  const { message } = decoded;
  if (!sameBytes(encodeMessage(message), bytes)) return 'encode(decode(x)) is not x';
  if (message.attributes.length > (bytes.length - HEADER_LENGTH) / 4) return 'more attributes than fit';
  return inAttributes(message);
}

/** Every reader meets every value, also one that is not its own. */
function inAttributes({ attributes, transactionId }: Message): string | null {
  // All readers on all of 16,000 attributes would only repeat themselves.
  for (const { value } of attributes.slice(0, 50)) {
    for (const attribute of ATTRIBUTES) {
      const read = attribute.decode(value, transactionId);
      if (read.kind === 'error' && read.error === '') return `${attribute.name} gives no reason`;
      if (read.kind === 'ok' && !isStable(attribute, read.value, transactionId)) {
        return `${attribute.name} does not read what it writes`;
      }
    }
  }
  return null;
}

/** What was read can be written, and comes back the same. Texts may be longer when read than when written. */
function isStable(attribute: (typeof ATTRIBUTES)[number], value: unknown, id: Uint8Array): boolean {
  const written = attempt(() => attribute.encode(value, id));
  if (written === null) return true;
  const again = attribute.decode(written, id);
  return again.kind === 'ok' && sameBytes(attribute.encode(again.value, id), written);
}

function attempt<T>(run: () => T): T | null {
  try {
    return run();
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** Cutting a stream loses no byte, makes progress, and asks for a sensible number of bytes. */
function inFrames(bytes: Uint8Array): string | null {
  const frame = takeFrame(bytes);
  if (frame.kind === 'need-more') return frame.bytes > 0 && frame.bytes <= 0xffff + 20 ? null : 'asks for nonsense';
  if (frame.kind === 'not-stun') return null;
  const whole = frame.bytes.length >= HEADER_LENGTH && frame.bytes.length + frame.rest.length === bytes.length;
  return whole ? null : 'a frame lost bytes';
}

const KEY = Uint8Array.of(1, 2, 3);

function inChecks(bytes: Uint8Array): string | null {
  const checks = [
    verifyMessageIntegrity(bytes, KEY),
    verifyMessageIntegritySha256(bytes, KEY, 16),
    verifyFingerprint(bytes),
  ];
  const isMessage = decodeMessage(bytes).kind === 'message';
  return isMessage || checks.every((check) => check === 'absent') ? null : 'a check found something in no message';
}
