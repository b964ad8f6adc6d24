import { describe, expect, it } from 'vitest';
import { formatRanges } from '../base/index.ts';
import { judgeSample } from './index.ts';
import { largestShare } from './sample.ts';
import type { Cause, PortResult, PortVerdict } from './types.ts';

const verdict = (port: number, result: PortResult, cause: Cause | null = null): PortVerdict => ({
  protocol: 'udp',
  family: 'ipv4',
  port,
  result,
  cause,
  mapped: null,
  rule: result,
  arrivedOn: null,
});

const RANGES = [
  { from: 5060, to: 5060 },
  { from: 9000, to: 9100 },
];

const judge = (ports: readonly PortVerdict[], later: readonly PortVerdict[] = []) =>
  judgeSample({ ranges: RANGES, ports: [...ports, ...later], first: ports.map(({ port }) => port) });

const said = (...args: Parameters<typeof judge>) =>
  judge(...args).inferred.map(
    ({ ports, result, cause, count }) => `${formatRanges(ports)} ${result} ${cause} ${count}`,
  );

describe('what is inferred', () => {
  const ends = [verdict(5060, 'open'), verdict(9000, 'open')];

  it.each<[what: string, ports: readonly PortVerdict[], expected: readonly string[]]>([
    ['ports between two that agree', [...ends, verdict(9100, 'open')], ['9001-9099 open null 99']],
    ['none between two that differ', [...ends, verdict(9100, 'closed', 'not-forwarded')], []],
    [
      'each kind for itself',
      [...ends, verdict(9010, 'open'), ...[9011, 9100].map((port) => verdict(port, 'closed', 'not-forwarded'))],
      ['9001-9009 open null 9', '9012-9099 closed not-forwarded 88'],
    ],
    [
      'none where the causes differ',
      [verdict(9000, 'closed', 'rejected'), verdict(9100, 'closed', 'not-forwarded')],
      [],
    ],
    [
      'all but those that told nothing, which are asked ports',
      [...ends, verdict(9050, 'in-use', 'process'), verdict(9100, 'open')],
      ['9001-9049, 9051-9099 open null 98'],
    ],
    ['nothing from ports that told nothing', [9000, 9050, 9100].map((port) => verdict(port, 'untested')), []],
    ['nothing across ports that nobody asked for', ends, []],
  ])('%s', (_, ports, expected) => {
    expect(said(ports)).toEqual(expected);
  });
});

describe('with what confidence', () => {
  const open = (...ports: readonly number[]) => ports.map((port) => verdict(port, 'open'));

  it.each([
    [0, 1, 0.95],
    [0, 98, 0.0301],
    [0, 300, 0.00994],
    [1, 98, 0.0475],
    [5, 50, 0.2],
  ])('%d of %d drawn: a share of no more than %f (Clopper and Pearson)', (hits, draws, share) => {
    expect(largestShare(hits, draws)).toBeCloseTo(share, 2);
  });

  it('is the rule of three where nothing was a surprise', () => {
    expect(largestShare(0, 1_000) * 1_000).toBeCloseTo(3, 1);
  });

  it('edges do not count: they were not drawn', () => {
    expect(judge(open(9000, 9100)).mostDiffering).toBe(99);
    expect(judge(open(9000, 9033, 9066, 9100)).mostDiffering).toBe(Math.floor((1 - Math.sqrt(0.05)) * 100));
  });

  it('later rounds do not count: they were chosen', () => {
    const sample = [...open(9000, 9033, 9066), verdict(9100, 'closed')];
    const [early, late] = [judge(sample), judge(sample, open(9070, 9080, 9090))];
    expect(late.mostDiffering).toBeGreaterThanOrEqual(early.mostDiffering);
  });

  it('a port that is not what its neighbours are makes it worse', () => {
    const drawn = Array.from({ length: 19 }, (_, index) => 9005 + index * 5);
    const all = judge(open(9000, ...drawn, 9100));
    const odd = judge([...open(9000, ...drawn.filter((port) => port !== 9050), 9100), verdict(9050, 'closed')]);
    expect(odd.mostDiffering).toBeGreaterThan(all.mostDiffering);
  });

  it('no bound: so many ports would be missed in one of twenty samples, and no fewer', () => {
    // 20 stretches of 50 ports; `hidden` of them in each differ; one port of each is drawn.
    const hidden = judgeSample({
      ranges: [{ from: 1, to: 1002 }],
      ports: [1, ...Array.from({ length: 20 }, (_, index) => 2 + index * 50), 1002].map((port) =>
        verdict(port, 'open'),
      ),
      first: [1, ...Array.from({ length: 20 }, (_, index) => 2 + index * 50), 1002],
    }).mostDiffering;
    expect((1 - (hidden + 1) / 1000) ** 20).toBeLessThanOrEqual(0.05);
    expect((1 - (hidden - 1) / 1000) ** 20).toBeGreaterThan(0.05);
  });
});
