import { createHash, timingSafeEqual } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';

/** OWASP's first choice of parameters: 19 MiB, two passes, one lane. Argon2id is 2 in that package. */
const ARGON2ID = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** One after the other, so that many sign-ins at once take no more memory and time than one; more than so many are refused. */
const MOST_WAITING = 20;

export interface Passwords {
  /** PHC string. `busy`: too many at once. */
  hash(password: string): Promise<string | 'busy'>;
  /** `stored` null: there is no such user, which takes as long to find out. */
  verify(stored: string | null, password: string): Promise<boolean | 'busy'>;
}

export function makePasswords(): Passwords {
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  let nobodys: string | null = null;
  const inTurn = async <T>(work: () => Promise<T>): Promise<T | 'busy'> => {
    if (waiting >= MOST_WAITING) return 'busy';
    waiting += 1;
    const turn = last.then(work);
    last = turn.catch(() => null);
    try {
      return await turn;
    } finally {
      waiting -= 1;
    }
  };
  return {
    hash: (password) => inTurn(() => hash(password, ARGON2ID)),
    verify: (stored, password) =>
      inTurn(async () => {
        nobodys ??= await hash('nobody', ARGON2ID);
        const isRight = await verify(stored ?? nobodys, password);
        return isRight && stored !== null;
      }),
  };
}

/** 256 bits, as a cookie, a link and a header can carry them (RFC 4648 section 5). */
export const newSecret = (random: (count: number) => Uint8Array): string =>
  Buffer.from(random(32)).toString('base64url');

/** What is stored of a secret. It is random, so a plain hash is enough: there is nothing to guess. */
export const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('base64url');

export const isSame = (a: string, b: string): boolean =>
  timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest());
