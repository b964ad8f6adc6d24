import { expect, test } from 'vitest';
import { createChance } from '../../lab/model/chance.ts';
import { drawServers, PUBLIC_SERVERS as list, parseServerList } from './index.ts';

const draw = (seed: number) => drawServers(list, createChance(seed, 'servers').bytes);

test('three servers, none twice, with the date of their list', () => {
  for (let seed = 1; seed <= 100; seed++) {
    const { names, date } = draw(seed);
    expect([new Set(names).size, names.length, date]).toEqual([3, 3, list.date]);
  }
});

test('each has its turn', () => {
  const drawn = Array.from({ length: 300 }, (_, seed) => draw(seed).names).flat();
  expect([...new Set(drawn)].sort()).toEqual([...list.servers].sort());
});

test('of a shorter list, all', () => {
  const { names } = drawServers({ date: '2026-11', servers: ['a.example', 'b.example'] }, createChance(1, 'x').bytes);
  expect(names.toSorted()).toEqual(['a.example', 'b.example']);
});

test('a list is read as the built-in one is written', () => {
  expect(parseServerList(JSON.stringify(list))).toEqual(list);
});

test.each([
  '',
  '[]',
  'null',
  '{"date":"2026-11"}',
  '{"date":"2026-11","servers":[]}',
  '{"date":"2026-11","servers":["a",1]}',
  '{"servers":["a"]}',
])('%j is no list', (text) => expect(parseServerList(text)).toBeNull());
