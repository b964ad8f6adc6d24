import { describe, expect, it } from 'vitest';
import type { Milliseconds } from '../base/index.ts';
import type { Observation } from '../engine/index.ts';
import { collectPauses } from './pauses.ts';
import { answered, control, controlLost, sent } from './test-observations.ts';

type By = Extract<Observation, { kind: 'paused' }>['by'];

const paused = (at: Milliseconds, by: By = 'router'): Observation => ({ kind: 'paused', at, by, until: at + 65_000 });
const resumed = (at: Milliseconds, since: Milliseconds, by: By = 'router'): Observation => ({
  kind: 'resumed',
  at,
  by,
  since,
});
/** Let in 20 ms after it was asked. */
const letIn = (port: number, at: Milliseconds): Observation[] => [
  sent('cold', at, port),
  answered('cold', at + 20, { port }),
];
const refusedAt = (at: Milliseconds, port = 9000): Observation => sent('sentinel', at, port);
const sentinelAt = (at: Milliseconds, port = 9000): Observation[] => [
  sent('sentinel', at, port),
  answered('sentinel', at + 20, { port }),
];

describe('a pause', () => {
  it('that there was not', () => {
    expect(collectPauses([...letIn(9000, 1000), refusedAt(2000)])).toEqual([]);
  });

  it('tells after how many ports it came, and between which times it ended', () => {
    const seen = [
      ...[9000, 9001, 9002].flatMap((port, index) => letIn(port, 1000 + 10 * index)),
      ...[2000, 2200, 2400].map((at) => refusedAt(at)),
      paused(2500),
      refusedAt(4500),
      refusedAt(7500),
      ...sentinelAt(12_500),
      resumed(12_520, 2500),
      ...letIn(9003, 13_000),
    ];
    expect(collectPauses(seen)).toEqual([{ by: 'router', ports: 3, atLeast: 6480, atMost: 11_480 }]);
    expect(collectPauses(seen.toReversed().flatMap((one) => [one, one]))).toEqual(collectPauses(seen));
  });

  it('that did not end tells how long it was watched', () => {
    const seen = [...letIn(9000, 1000), paused(2500), refusedAt(4500), refusedAt(62_500)];
    expect(collectPauses(seen)).toEqual([{ by: 'router', ports: 1, atLeast: 61_500, atMost: null }]);
  });

  it('counts from the one before it', () => {
    const seen = [
      ...letIn(9000, 1000),
      paused(2500),
      ...sentinelAt(4500),
      resumed(4520, 2500),
      ...letIn(9001, 5000),
      ...letIn(9002, 5010),
      paused(8000),
    ];
    expect(collectPauses(seen).map(({ ports }) => ports)).toEqual([1, 2]);
  });

  it('of the way out counts the ports that got out, by flows that were new', () => {
    const seen = [
      sent('outbound', 1000),
      answered('outbound', 1020),
      sent('outbound', 1000, 9001),
      controlLost('newcomer', 2000),
      paused(2500, 'outbound'),
      // What the router knows goes on.
      control('primary', 3000),
      controlLost('newcomer', 4000),
      control('newcomer', 9000),
      resumed(9020, 2500, 'outbound'),
    ];
    expect(collectPauses(seen)).toEqual([{ by: 'outbound', ports: 1, atLeast: 1500, atMost: 6500 }]);
  });

  it('of the server counts all ports that were asked', () => {
    const seen = [
      sent('cold', 1000),
      sent('cold', 1000, 9001),
      control('primary', 1100),
      controlLost('primary', 1300),
      paused(2500, 'server'),
      controlLost('primary', 4500),
      control('primary', 6500),
      resumed(6520, 2500, 'server'),
    ];
    expect(collectPauses(seen)).toEqual([{ by: 'server', ports: 2, atLeast: 3400, atMost: 5400 }]);
  });
});
