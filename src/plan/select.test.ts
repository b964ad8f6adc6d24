import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PortRange, portsOf } from '../base/index.ts';
import { type DrawNumbers, samplePorts, shuffle } from './index.ts';

const range = (from: number, to = from): PortRange => ({ from, to });

/** Numbers that only look random. */
const drawWith =
  (seed: number): DrawNumbers =>
  (count, below) => {
    let state = seed;
    return Array.from({ length: count }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state % below;
    });
  };

const always =
  (pick: (below: number) => number): DrawNumbers =>
  (count, below) =>
    Array.from({ length: count }, () => pick(below));

describe('a sample', () => {
  const ranges = fc.array(
    fc.tuple(fc.integer({ min: 1, max: 65_000 }), fc.nat(80)).map(([from, length]) => range(from, from + length)),
    { minLength: 1, maxLength: 5 },
  );
  const draws = fc.oneof(
    fc.integer().map(drawWith),
    fc.constantFrom(
      always(() => 0),
      always((below) => below - 1),
    ),
  );
  const anySample = fc.tuple(ranges, fc.integer({ min: 1, max: 200 }), draws);

  it('has as many ports as it should, each once, ascending, all of them asked for', () => {
    fc.assert(
      fc.property(anySample, ([given, count, draw]) => {
        const ports = portsOf(given);
        const sample = samplePorts(given, ports, count, draw);
        expect(sample).toHaveLength(Math.min(count, ports.length));
        expect(sample).toEqual([...new Set(sample)].toSorted((a, b) => a - b));
        expect(sample.filter((port) => !ports.includes(port))).toEqual([]);
      }),
    );
  });

  it('has the edges of every range, if it is large enough for them', () => {
    fc.assert(
      fc.property(anySample, ([given, count, draw]) => {
        const edges = new Set(given.flatMap(({ from, to }) => [from, to]));
        const sample = new Set(samplePorts(given, portsOf(given), count + edges.size, draw));
        expect([...edges].filter((edge) => !sample.has(edge))).toEqual([]);
      }),
    );
  });

  it('is the same for the same draws, and needs no more of them than it has to fill', () => {
    fc.assert(
      fc.property(ranges, fc.integer({ min: 1, max: 100 }), fc.integer(), (given, count, seed) => {
        const asked: [count: number, below: number][] = [];
        const draw: DrawNumbers = (...numbers) => {
          asked.push(numbers);
          return drawWith(seed)(...numbers);
        };
        const ports = portsOf(given);
        expect(samplePorts(given, ports, count, draw)).toEqual(samplePorts(given, ports, count, drawWith(seed)));
        expect(asked.every(([numbers]) => numbers <= count)).toBe(true);
      }),
    );
  });

  it('does not touch the list that it is drawn from', () => {
    const ports = portsOf([range(9000, 9099)]);
    samplePorts([range(9000, 9099)], ports, 50, drawWith(3));
    expect(ports).toEqual(portsOf([range(9000, 9099)]));
  });

  it('begins with the first edges where it is too small for all', () => {
    const given = [range(5060), range(9000, 9999), range(20_000, 20_099)];
    expect(samplePorts(given, portsOf(given), 2, drawWith(1))).toEqual([5060, 9000]);
  });

  it('leaves no gap that is wider than two of its stretches', () => {
    const given = [range(9000, 18_999)];
    for (let seed = 0; seed < 100; seed++) {
      const sample = samplePorts(given, portsOf(given), 100, drawWith(seed));
      const gaps = sample.slice(1).map((port, index) => port - (sample[index] ?? 0));
      expect(Math.max(...gaps)).toBeLessThanOrEqual(206);
    }
  });

  it('is everything where that is no more', () => {
    const given = [range(9000, 9004)];
    const none: DrawNumbers = () => {
      throw new Error('nothing is to be drawn');
    };
    expect(samplePorts(given, portsOf(given), 5, none)).toEqual([9000, 9001, 9002, 9003, 9004]);
    expect(samplePorts(given, portsOf(given), 99, none)).toHaveLength(5);
  });

  it('reaches every port: none is left out for good', () => {
    const given = [range(9000, 9019)];
    const seen = new Set(
      Array.from({ length: 300 }, (_, seed) => samplePorts(given, portsOf(given), 5, drawWith(seed))).flat(),
    );
    expect(seen.size).toBe(20);
  });
});

describe('the order of asking', () => {
  const ports = portsOf([range(5060), range(9000, 9099)]);

  it('has every port once', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        expect(shuffle(ports, drawWith(seed)).toSorted((a, b) => a - b)).toEqual(ports);
      }),
    );
  });

  it('is another one for other draws, and touches no list', () => {
    expect(shuffle(ports, drawWith(1))).not.toEqual(shuffle(ports, drawWith(2)));
    expect(ports).toEqual(portsOf([range(5060), range(9000, 9099)]));
  });

  it('gives each port every place alike', () => {
    const places = Array.from({ length: 4 }, () => [0, 0, 0, 0]);
    const dice = [0, 1, 2, 3].flatMap((a) => [0, 1, 2].flatMap((b) => [0, 1].map((c) => [a, b, c, 0])));
    for (const picks of dice)
      for (const [place, port] of shuffle([0, 1, 2, 3], () => picks).entries()) {
        const of = places[port];
        if (of) of[place] = (of[place] ?? 0) + 1;
      }
    expect(places).toEqual(Array.from({ length: 4 }, () => [6, 6, 6, 6]));
  });
});
