import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Cause, PortResult, RunVerdict, ServerState } from '../verdict/index.ts';
import { findFindings } from './find.ts';
import { contextOf, portOf, runOf, serverOf } from './testing.ts';

const KINDS: readonly (readonly [PortResult, Cause | null])[] = [
  ['open', null],
  ['open', null],
  ['open', 'taken-by-neighbour'],
  ['closed', 'not-forwarded'],
  ['closed', 'not-forwarded'],
  ['closed', 'works-by-accident'],
  ['closed', 'shifted'],
  ['closed', null],
  ['translated', 'symmetric'],
  ['translated', 'source-port-rewritten'],
  ['translated', null],
  ['no-answer', 'outbound-blocked'],
  ['no-answer', null],
  ['in-use', 'process'],
  ['in-use', null],
  ['malformed', null],
  ['untested', 'loss'],
  ['untested', 'taken-by-neighbour'],
  ['untested', 'server-silent'],
  ['untested', null],
];

const STATES: readonly ServerState[] = [
  'ok',
  'ok',
  'basic',
  'unresolvable',
  'unreachable',
  'no-second-address',
  'throttling',
];

/** Stretches of few kinds: where the patterns are. */
const arbitraryRun = fc
  .record({
    stretches: fc.array(
      fc.tuple(fc.constantFrom(...KINDS), fc.integer({ min: 1, max: 9 }), fc.constantFrom(1, 1, 1, 40)),
      { maxLength: 8 },
    ),
    start: fc.constantFrom(5059, 5198, 9000),
    states: fc.array(fc.constantFrom(...STATES), { minLength: 1, maxLength: 3 }),
    verdict: fc.constantFrom<RunVerdict['verdict']>('supported', 'unsupported', 'inconclusive', 'cancelled'),
    reason: fc.constantFrom<RunVerdict['reason']>(null, 'loss', 'some-ports'),
    coldAsked: fc.boolean(),
  })
  .map(({ stretches, start, states, ...more }) => {
    let next = start;
    const ports = stretches.flatMap(([[result, cause], length, gap]) => {
      next += gap - 1;
      return Array.from({ length }, () => portOf(next++, result, cause));
    });
    return runOf('', { ...more, ports, servers: states.map((state) => serverOf({ state })) });
  });

const LABEL = /^udp\/(\d+)(?:-(\d+))?$/;

const portsIn = (labels: readonly string[]): number[] =>
  labels.flatMap((label) => {
    const [, from = '', to = from] = LABEL.exec(label) ?? [];
    return Array.from({ length: Number(to) - Number(from) + 1 }, (_, index) => Number(from) + index);
  });

it('says of every port that is not open just once what is wrong', () => {
  fc.assert(
    fc.property(arbitraryRun, fc.integer({ min: 1, max: 20 }), (run, ratio) => {
      const context = contextOf(run, { plannedPorts: run.ports.length * ratio });
      const urgent = findFindings(run, context).filter(({ severity }) => severity !== 'info');
      const said = urgent.flatMap(({ ports }) => portsIn(ports)).sort((a, b) => a - b);
      const bad = run.ports.filter(({ result, cause }) => result !== 'open' || cause !== null).map(({ port }) => port);
      expect(said).toEqual(bad);
    }),
    { numRuns: 500 },
  );
});

it('writes ranges that ascend, do not touch, and hold as many ports as it says', () => {
  fc.assert(
    fc.property(arbitraryRun, (run) => {
      for (const { ports, facts } of findFindings(run, contextOf(run))) {
        expect(ports.every((label) => LABEL.test(label))).toBe(true);
        const ends = ports.map((label) => portsIn([label])).map((range) => [range[0] ?? 0, range.at(-1) ?? 0] as const);
        expect(ends.every(([from], index) => index === 0 || from > (ends[index - 1]?.[1] ?? 0) + 1)).toBe(true);
        expect(portsIn(ports)).toHaveLength(Number(facts['count']));
      }
    }),
    { numRuns: 500 },
  );
});

it('puts errors before warnings, and warnings before notes', () => {
  fc.assert(
    fc.property(arbitraryRun, (run) => {
      const order = findFindings(run, contextOf(run)).map(({ severity }) =>
        ['error', 'warning', 'info'].indexOf(severity),
      );
      expect(order).toEqual(order.toSorted((a, b) => a - b));
    }),
  );
});
