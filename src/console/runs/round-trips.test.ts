import { expect, test } from 'vitest';
import { RoundTrips } from './round-trips.ts';

const RECORD = [
  { kind: 'planned', leg: 0, plan: { server: { primary: { address: '198.51.100.10', port: 3478 } } } },
  { kind: 'observed', leg: 0, observation: { kind: 'control-answered', role: 'primary', sentAt: 0, at: 24.8 } },
]
  .map((event, index) => JSON.stringify({ n: index + 1, event }))
  .join('\n');

function open(records: Map<number, string>) {
  const read: number[] = [];
  const record = (id: number): Promise<string | null> => {
    read.push(id);
    return Promise.resolve(records.get(id) ?? null);
  };
  return { trips: new RoundTrips({ record }), read };
}

test('the packets of the newest run are read once, whoever looks, and those of the next one by themselves', async () => {
  const { trips, read } = open(new Map([[1, RECORD]]));
  const looks = await Promise.all([trips.of(1), trips.of(1)]);
  expect(looks.map((one) => one.get('198.51.100.10'))).toEqual([24.8, 24.8]);
  await trips.of(1);
  expect(read).toEqual([1]);
  expect([...(await trips.of(2))]).toEqual([]);
  expect(read).toEqual([1, 2]);
});

test('packets that are not stored yet are looked for again', async () => {
  const records = new Map<number, string>();
  const { trips } = open(records);
  expect([...(await trips.of(1))]).toEqual([]);
  records.set(1, RECORD);
  expect([...(await trips.of(1))]).toEqual([['198.51.100.10', 24.8]]);
});
