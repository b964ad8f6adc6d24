/** Chance that can be repeated: each user has a stream of its own, so that one more packet here changes nothing there. */
export interface Chance {
  /** 0 <= x < 1. */
  real(): number;
  /** `from` and `to` included. */
  integer(from: number, to: number): number;
  bytes(count: number): Uint8Array;
}

export function createChance(seed: number, stream: string): Chance {
  const next = sfc32(seed, hash(stream));
  const real = (): number => next() / 2 ** 32;
  const integer = (from: number, to: number): number => from + Math.floor(real() * (to - from + 1));
  function bytes(count: number): Uint8Array {
    const drawn = new Uint8Array(count);
    for (let index = 0; index < count; index++) drawn[index] = next() >>> 24;
    return drawn;
  }
  return { real, integer, bytes };
}

/** Chris Doty-Humphrey's small fast counter, of PractRand: 32 bits a call, period about 2^127. */
function sfc32(seed: number, stream: number): () => number {
  let [a, b, c, counter] = [seed | 0, Math.floor(seed / 2 ** 32) | 0, stream | 0, 1];
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  // The author's own warming up: after 12 rounds every bit of the seed has reached every bit of the state.
  for (let round = 0; round < 12; round++) next();
  return next;
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  return value;
}
