import { describe, expect, test, vi } from 'vitest';
import { makePasswords } from './secrets.ts';

const working = vi.hoisted(() => ({ now: 0, most: 0, count: 0 }));

/** The real ones, counted. */
vi.mock('@node-rs/argon2', async (load) => {
  const { hash, verify } = await load<typeof import('@node-rs/argon2')>();
  const counted =
    <A extends unknown[], R>(work: (...given: A) => Promise<R>) =>
    async (...given: A): Promise<R> => {
      working.now += 1;
      working.count += 1;
      working.most = Math.max(working.most, working.now);
      try {
        return await work(...given);
      } finally {
        working.now -= 1;
      }
    };
  return { hash: counted(hash), verify: counted(verify) };
});

/** As many as wait at most: another file must not change that by itself. */
const MOST = 20;

describe('passwords', () => {
  test('are kept by Argon2id, as strong as OWASP wants it, and never twice in the same way', async () => {
    const passwords = makePasswords();
    const [one, other] = [await passwords.hash('correct horse'), await passwords.hash('correct horse')];
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
    expect(other).not.toBe(one);
    expect(await passwords.verify(one, 'correct horse')).toBe(true);
    expect(await passwords.verify(one, 'correct house')).toBe(false);
  });

  test('of nobody are looked at all the same, and are never right', async () => {
    const passwords = makePasswords();
    await passwords.verify(null, 'x');
    const before = working.count;
    expect(await passwords.verify(null, 'nobody')).toBe(false);
    expect(working.count).toBe(before + 1);
  });

  test('are computed one after the other; who comes when too many wait is told so at once, and later is not', async () => {
    const passwords = makePasswords();
    const stored = await passwords.hash('right');
    if (stored === 'busy') throw new Error('busy');
    // The first one of all also computes what nobody's is compared with.
    await passwords.verify(stored, 'right');
    working.most = 0;
    const before = working.count;
    let isOver = false;
    const waiting = Array.from({ length: MOST }, () => passwords.verify(stored, 'right'));
    const all = Promise.all(waiting).finally(() => {
      isOver = true;
    });
    expect([await passwords.verify(stored, 'right'), await passwords.hash('x'), isOver]).toEqual([
      'busy',
      'busy',
      false,
    ]);
    expect(await all).toEqual(waiting.map(() => true));
    expect([working.most, working.count - before]).toEqual([1, MOST]);
    expect(await passwords.verify(stored, 'right')).toBe(true);
  });

  test('that cannot be read hold up nobody', async () => {
    const passwords = makePasswords();
    const broken = Array.from({ length: MOST }, () => passwords.verify('no hash', 'x').catch(() => 'broken'));
    expect(await Promise.all(broken)).toEqual(broken.map(() => 'broken'));
    expect(await passwords.verify(null, 'x')).toBe(false);
  });
});
