import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Budgets, MOST_COUNTED, perPeriod } from './budgets.ts';
import { CallTable, MOST_PER_HOUR, MOST_REMEMBERED } from './calls.ts';

const ASKER = '203.0.113.44';
const HOUR = 3_600;
const MOST_PORTS = 32;

const idOf = (number: number): Uint8Array => Uint8Array.of(0, 0, 0, 0, 0, 0, number >> 8, number & 0xff);
const call = (number: number, ports: readonly number[] = [5060, 5061]) => ({ id: idOf(number), ports });
const addressOf = (number: number): string => `198.51.${number >> 8}.${number & 0xff}`;
const MANY = Array.from({ length: MOST_PORTS }, (_, index) => 9000 + index);

const statesIn = (table: CallTable, number: number, ports?: readonly number[], address = ASKER) =>
  table.states(address, call(number, ports)).ports.map(({ state }) => state);

describe('the table of calls', () => {
  test('a call is made once, and its news are told as they come', () => {
    const table = new CallTable();
    expect(table.place(ASKER, call(1), 0)).toEqual([5060, 5061]);
    expect(statesIn(table, 1)).toEqual(['under-way', 'under-way']);
    table.ended(ASKER, idOf(1), 5061, 'refused', 1);
    expect(table.place(ASKER, call(1), 1)).toEqual([]);
    expect(statesIn(table, 1)).toEqual(['under-way', 'refused']);
    table.ended(ASKER, idOf(1), 5060, 'connected', 5);
    expect(table.place(ASKER, call(1), 5)).toEqual([]);
    expect(table.states(ASKER, call(1))).toEqual({
      id: idOf(1),
      ports: [
        { port: 5060, state: 'connected' },
        { port: 5061, state: 'refused' },
      ],
    });
  });

  test('another id is another call, and so is the same id of another address', () => {
    const table = new CallTable();
    table.place(ASKER, call(1), 0);
    expect(table.place(ASKER, call(2), 0)).toEqual([5060, 5061]);
    expect(table.place('203.0.113.45', call(1), 0)).toEqual([5060, 5061]);
    table.ended(ASKER, idOf(1), 5060, 'timed-out', 5);
    expect(statesIn(table, 2)).toEqual(['under-way', 'under-way']);
    expect(statesIn(table, 1, [5060], '203.0.113.45')).toEqual(['under-way']);
  });

  test('a port that is named twice is called once; one that is named later is not called', () => {
    const table = new CallTable();
    expect(table.place(ASKER, call(1, [5060, 443, 5060]), 0)).toEqual([5060, 443]);
    expect(table.place(ASKER, call(1, [5060, 22]), 0)).toEqual([]);
    expect(statesIn(table, 1, [5060, 22, 5060])).toEqual(['under-way', 'not-called', 'under-way']);
  });

  test('a finished call is forgotten after 60 s, one that is under way is not', () => {
    const table = new CallTable();
    table.place(ASKER, call(1), 0);
    table.place(ASKER, call(2, [80]), 0);
    table.ended(ASKER, idOf(1), 5060, 'unreachable', 2);
    table.ended(ASKER, idOf(1), 5061, 'unreachable', 5);
    expect(table.place(ASKER, call(1), 64)).toEqual([]);
    expect(table.place(ASKER, call(1), 65)).toEqual([5060, 5061]);
    expect(table.place(ASKER, call(2, [80]), 10_000)).toEqual([]);
  });

  test('the end of a call that nobody knows is none', () => {
    const table = new CallTable();
    table.ended(ASKER, idOf(1), 5060, 'connected', 0);
    table.place(ASKER, call(1), 0);
    table.ended(ASKER, idOf(1), 22, 'connected', 0);
    expect(statesIn(table, 1, [5060, 22])).toEqual(['under-way', 'not-called']);
  });

  test('beyond 1,024 ports an hour nobody is called, and others still are', () => {
    const table = new CallTable();
    const calls = MOST_PER_HOUR / MOST_PORTS;
    for (let number = 0; number < calls - 1; number++)
      expect(table.place(ASKER, call(number, MANY), number)).toHaveLength(MOST_PORTS);
    expect(table.place(ASKER, call(500, MANY.slice(0, 30)), 100)).toHaveLength(30);
    expect(table.place(ASKER, call(501), 100)).toEqual([5060, 5061]);
    expect(table.place(ASKER, call(502), 100)).toEqual([]);
    expect(statesIn(table, 502)).toEqual(['not-called', 'not-called']);
    expect(table.place(ASKER, call(0, MANY), 100)).toEqual([]);
    expect(statesIn(table, 0, [9000])).toEqual(['under-way']);
    expect(table.place('203.0.113.45', call(1), 100)).toEqual([5060, 5061]);
    expect(table.place(ASKER, call(503), HOUR - 1)).toEqual([]);
    expect(table.place(ASKER, call(503), HOUR)).toEqual([5060, 5061]);
  });

  test('the last of an hour is called in part', () => {
    const table = new CallTable();
    for (let number = 0; number < MOST_PER_HOUR - 1; number++) table.place(ASKER, call(number, [80]), 0);
    expect(table.place(ASKER, call(2_000), 0)).toEqual([5060]);
    expect(statesIn(table, 2_000)).toEqual(['under-way', 'not-called']);
  });

  test('a full table calls nobody until a call has ended; the oldest of these is forgotten first', () => {
    const table = new CallTable();
    const calls = MOST_REMEMBERED / MOST_PORTS;
    const end = (number: number): void => {
      for (const port of MANY) table.ended(addressOf(number), idOf(number), port, 'refused', 5);
    };
    for (let number = 0; number < calls; number++)
      expect(table.place(addressOf(number), call(number, MANY), 0)).toHaveLength(MOST_PORTS);
    expect(table.place(ASKER, call(1), 1)).toEqual([]);
    expect(statesIn(table, 1)).toEqual(['not-called', 'not-called']);
    end(7);
    end(3);
    expect(table.place(ASKER, call(1), 6)).toEqual([5060, 5061]);
    const known = [7, 3, 4].map((number) => statesIn(table, number, [9000], addressOf(number))[0]);
    expect(known).toEqual(['not-called', 'refused', 'under-way']);
  });

  test('whatever is ordered, only so many are under way or remembered, and each is told of once', () => {
    const order = fc.record({
      from: fc.nat(400),
      number: fc.nat(3),
      ports: fc.nat(MOST_PORTS),
      ends: fc.boolean(),
      pause: fc.nat(20),
    });
    fc.assert(
      fc.property(fc.array(order, { minLength: 200, maxLength: 300 }), (orders) => {
        const table = new CallTable();
        let [now, underWay] = [0, 0];
        for (const { from, number, ports, ends, pause } of orders) {
          now += pause;
          const address = addressOf(from);
          const called = table.place(address, call(number, MANY.slice(0, ports)), now);
          if (!ends) underWay += called.length;
          else for (const port of called) table.ended(address, idOf(number), port, 'connected', now);
          expect(underWay).toBeLessThanOrEqual(MOST_REMEMBERED);
          const states = new Set(called.map((port) => statesIn(table, number, [port], address)[0]));
          expect([...states]).toEqual(called.length === 0 ? [] : [ends ? 'connected' : 'under-way']);
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe('budgets', () => {
  test('an hour begins with the first order', () => {
    const budgets = new Budgets(perPeriod(MOST_PER_HOUR, HOUR));
    expect(budgets.take(ASKER, 1_000, 50)).toBe(1_000);
    expect(budgets.take(ASKER, 1_000, 60)).toBe(24);
    expect(budgets.take(ASKER, 1, HOUR + 49)).toBe(0);
    expect(budgets.take(ASKER, 2_000, HOUR + 50)).toBe(MOST_PER_HOUR);
  });

  test('of too many addresses the one that began first is forgotten, and only for a new one', () => {
    const budgets = new Budgets(perPeriod(MOST_PER_HOUR, HOUR));
    for (let number = 0; number < MOST_COUNTED; number++) budgets.take(addressOf(number), MOST_PER_HOUR, 0);
    for (const number of [0, 1, MOST_COUNTED - 1]) expect(budgets.take(addressOf(number), 1, 1)).toBe(0);
    expect(budgets.take(ASKER, 1, 1)).toBe(1);
    expect(budgets.take(addressOf(1), 1, 1)).toBe(0);
    expect(budgets.take(addressOf(0), 1, 1)).toBe(1);
  });
});
