/**
 * Throws bytes at the codec until the time is over: `npx tsx src/stun/fuzz.ts --seconds 10 [--seed N]`.
 * The same seed gives the same inputs. Stops with a hex dump at the first input that breaks an invariant.
 */
import { addFingerprint } from './fingerprint.ts';
import { ATTRIBUTES, BINDING, encodeMessage, type Message, type RawAttribute } from './index.ts';
import { addMessageIntegrity, addMessageIntegritySha256 } from './integrity.ts';
import { violation } from './invariants.ts';

/** An input that takes longer is a violation, too: it would stop a server. */
const TOO_SLOW_MS = 1000;

type Chance = (below: number) => number;

/** A linear congruential generator with the constants of Numerical Recipes; its high bits are good enough here. */
function chanceFrom(seed: number): Chance {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const someBytes = (chance: Chance, length: number): Uint8Array => Uint8Array.from({ length }, () => chance(256));

const pick = <T>(chance: Chance, list: readonly [T, ...T[]]): T => list[chance(list.length)] ?? list[0];

function someAttribute(chance: Chance): RawAttribute {
  const type = chance(4) === 0 ? chance(0x10000) : (ATTRIBUTES[chance(ATTRIBUTES.length)]?.type ?? 0);
  const value = someBytes(chance, pick(chance, [0, 1, 2, 4, 8, 8, 20, 20, 32, chance(64), chance(900)]));
  if (value.length > 1 && chance(2) === 0) value.set([0, 1 + chance(3)]);
  return { type, value };
}

function someMessage(chance: Chance): Uint8Array {
  const message: Message = {
    class: pick(chance, ['request', 'success', 'error']),
    method: BINDING,
    transactionId: someBytes(chance, chance(8) === 0 ? 16 : 12),
    attributes: Array.from({ length: chance(7) }, () => someAttribute(chance)),
  };
  const bytes = encodeMessage(message);
  const taken = message.attributes.some(({ type }) => [0x0008, 0x001c, 0x8028].includes(type));
  return taken ? bytes : pick(chance, [asIs, signed, strong, addFingerprint])(bytes);
}

const KEY = Uint8Array.of(1, 2, 3);
const asIs = (bytes: Uint8Array): Uint8Array => bytes;
const signed = (bytes: Uint8Array): Uint8Array => addFingerprint(addMessageIntegrity(bytes, KEY));
const strong = (bytes: Uint8Array): Uint8Array => addMessageIntegritySha256(bytes, KEY);

type Mutation = (bytes: Uint8Array, chance: Chance) => Uint8Array;

const flipBit: Mutation = (bytes, chance) => {
  const at = chance(bytes.length);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << chance(8));
  return bytes;
};
const setByte: Mutation = (bytes, chance) => {
  bytes[chance(bytes.length)] = pick(chance, [0, 1, 3, 4, 0x7f, 0x80, 0xff, chance(256)]);
  return bytes;
};
const cut: Mutation = (bytes, chance) => bytes.slice(0, chance(bytes.length + 1));
const grow: Mutation = (bytes, chance) => Uint8Array.of(...bytes, ...someBytes(chance, chance(40)));
/** Makes the header agree with the number of bytes, so that the attributes are reached. */
const mend: Mutation = (bytes) => {
  const length = (bytes.length - 20) & ~3;
  if (length < 0) return bytes;
  bytes[2] = length >>> 8;
  bytes[3] = length;
  return bytes.slice(0, 20 + length);
};

function someInput(chance: Chance): Uint8Array {
  if (chance(10) === 0) return someBytes(chance, chance(120));
  let bytes = someMessage(chance);
  for (let i = chance(6); i > 0 && bytes.length > 0; i--) {
    bytes = pick(chance, [flipBit, flipBit, setByte, setByte, cut, grow, mend])(bytes, chance);
  }
  return chance(2) === 0 ? mend(bytes, chance) : bytes;
}

function hexDump(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const row = [...bytes.subarray(at, at + 16)].map((byte) => byte.toString(16).padStart(2, '0'));
    lines.push(`${at.toString(16).padStart(4, '0')}  ${row.join(' ')}`);
  }
  return lines.join('\n');
}

function option(name: string): number | null {
  const at = process.argv.indexOf(`--${name}`);
  if (at < 0) return null;
  const value = Number(process.argv[at + 1]);
  if (!Number.isFinite(value) || value < 0) throw new Error(`--${name} needs a number`);
  return value;
}

function main(): void {
  const seconds = option('seconds') ?? 10;
  const seed = option('seed') ?? Date.now() >>> 0;
  const chance = chanceFrom(seed);
  const end = performance.now() + 1000 * seconds;
  let iterations = 0;
  let slowest = 0;
  process.stdout.write(`seed ${seed}\n`);
  for (let now = performance.now(); now < end; iterations++) {
    const input = someInput(chance);
    const start = performance.now();
    const broken = violation(input);
    now = performance.now();
    slowest = Math.max(slowest, now - start);
    const why = broken ?? (now - start > TOO_SLOW_MS ? `took ${Math.round(now - start)} ms` : null);
    if (why !== null) {
      process.stdout.write(`iteration ${iterations}: ${why}\n${hexDump(input)}\n`);
      process.exitCode = 1;
      return;
    }
  }
  process.stdout.write(`${iterations} iterations, the slowest took ${slowest.toFixed(2)} ms, nothing found\n`);
}

main();
