import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chance } from './test-plan.ts';
import { Transactions } from './transactions.ts';

function opened(count: number, random = chance()) {
  const transactions = new Transactions<number>(random);
  const ids = Array.from({ length: count }, (_, subject) => transactions.open(subject, 100 + subject).id);
  return { transactions, ids };
}

describe('a request', () => {
  it('is found by its id, with what it was about and when it was sent', () => {
    const { transactions, ids } = opened(1000);
    const found = ids.map((id) => transactions.find(Uint8Array.from(id)));
    expect(found.map((pending) => pending?.subject)).toEqual(ids.map((_, subject) => subject));
    expect(found[7]).toMatchObject({ sentAt: 107, answered: false });
  });

  it('has an id of 12 bytes of its own', () => {
    const { ids } = opened(1000);
    expect(new Set(ids.map(String)).size).toBe(1000);
    expect(ids.every((id) => id.length === 12)).toBe(true);
  });

  it('is not found when a single bit of the id differs', () => {
    const { transactions, ids } = opened(50);
    fc.assert(
      fc.property(fc.constantFrom(...ids), fc.nat(95), (id, bit) => {
        const other = Uint8Array.from(id);
        other[bit >> 3] = (other[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(transactions.find(other)).toBeUndefined();
      }),
    );
  });

  it('is not found by an id of another length: the 16 bytes of RFC 3489, a part, nothing', () => {
    const { transactions, ids } = opened(1);
    const id = [...(ids[0] ?? [])];
    const others = [[0x21, 0x12, 0xa4, 0x42, ...id], [...id, 0, 0, 0, 0], id.slice(0, 11), id.slice(0, 6), []];
    expect(others.map((bytes) => transactions.find(Uint8Array.from(bytes)))).toEqual(others.map(() => undefined));
  });

  it('is not found by whatever anybody sends', () => {
    const { transactions, ids } = opened(10);
    const known = new Set(ids.map(String));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        fc.pre(!known.has(String(bytes)));
        expect(transactions.find(bytes)).toBeUndefined();
      }),
    );
  });
});

it('draws again when chance gives the beginning of an id that is under way', () => {
  const drawn = (first: number, last: number) => [...Array<number>(6).fill(first), ...Array<number>(6).fill(last)];
  const bytes = Uint8Array.from([...drawn(0, 1), ...drawn(0, 2), ...drawn(0, 3), ...drawn(1, 4)]);
  const { transactions, ids } = opened(2, () => bytes);
  expect(ids.map((id) => [...id])).toEqual([drawn(0, 1), drawn(1, 4)]);
  expect(ids.map((id) => transactions.find(id)?.subject)).toEqual([0, 1]);
});

describe('several requests in one packet', () => {
  const idOf = (id: Uint8Array, subject: number) => Uint8Array.from(id).fill(subject, 0, 2);
  const transactions = new Transactions<number>(chance());
  const { id, pending } = transactions.openAll([7, 8, 9], idOf, 100);

  it('are found by an id each', () => {
    expect(pending.map(({ subject }) => subject)).toEqual([7, 8, 9]);
    expect([7, 8, 9].map((subject) => transactions.find(idOf(id, subject)))).toEqual(pending);
  });

  it('are found, the first of them, by the id of the packet, which refuses them all', () => {
    expect(transactions.find(id)).toMatchObject({ subject: 7, sentAt: 100 });
  });
});
