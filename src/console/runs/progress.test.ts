import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { NetworkSpec } from '../../../lab/scenarios/index.ts';
import type { RunEvent } from '../../app/index.ts';
import { FORWARDED, NOT_FORWARDED, openLab } from '../../app/test-lab.ts';
import type { Report } from '../../report/index.ts';
import { applyDelta, type RunProgress, runProgress } from '../api/index.ts';
import { Progress } from './progress.ts';

interface Recorded {
  readonly events: readonly { readonly event: RunEvent; readonly at: number }[];
  readonly report: Report;
}

async function record(network: NetworkSpec, options: Parameters<typeof openLab>[1] = {}): Promise<Recorded> {
  const lab = await openLab(network, options);
  const events: { event: RunEvent; at: number }[] = [];
  const run = lab.start({ tcp: [{ from: 5060, to: 5061 }] }, (event) => events.push({ event, at: lab.now() }));
  return { events, report: (await lab.run(run.finished)).report };
}

const router = FORWARDED.router;
const NETWORKS: Readonly<Record<string, NetworkSpec>> = {
  forwarded: FORWARDED,
  'not forwarded': NOT_FORWARDED,
  half: { ...FORWARDED, router: { ...router, forwards: [{ ports: [{ from: 5060, to: 9001 }], to: 'pbx' }] } as never },
  'lets everybody in': { ...NOT_FORWARDED, router: { ...router, forwards: [], filtering: 'none' } as never },
  'rewritten on the way out': { ...FORWARDED, router: { ...router, outward: 'random' } as never },
  held: { ...FORWARDED, held: [9001, 9003] },
};

const RUNS = new Map<string, Recorded>();
beforeAll(async () => {
  for (const [name, network] of Object.entries(NETWORKS)) RUNS.set(name, await record(network));
  RUNS.set('lossy', await record(NOT_FORWARDED, { loss: { out: 0.1, in: 0.1 } }));
});
const recorded = (name: string): Recorded => {
  const run = RUNS.get(name);
  if (!run) throw new Error(name);
  return run;
};

const still = (progress: RunProgress) => ({ ...progress, elapsedMs: 0, leftMs: 0 });
const NAMES = [...Object.keys(NETWORKS), 'lossy'];

describe.each(NAMES)('of a run: %s', (name) => {
  test('changes, whenever they are told, add up to what there is', () => {
    const { events, report } = recorded(name);
    fc.assert(
      fc.property(fc.array(fc.nat(events.length), { maxLength: 40 }), fc.nat(events.length), (told, came) => {
        const [progress, when] = [new Progress(1, 0), new Set(told)];
        let page: RunProgress | null = null;
        for (const [index, { event, at }] of events.entries()) {
          progress.apply(event, at);
          const delta = when.has(index) || index === came ? progress.delta(at) : null;
          if (page && delta) page = applyDelta(page, delta);
          if (index === came) page = runProgress.parse(progress.snapshot(at));
        }
        progress.conclude(report);
        const end = events.at(-1)?.at ?? 0;
        const last = progress.delta(end);
        page ??= progress.snapshot(end);
        expect(still(last ? applyDelta(page, last) : page)).toEqual(still(progress.snapshot(end)));
      }),
      { numRuns: 60 },
    );
  });

  test('no port is shown open or closed that the report calls otherwise', () => {
    const { events, report } = recorded(name);
    const progress = new Progress(1, 0);
    const shown = new Set<string>();
    for (const { event, at } of events) {
      progress.apply(event, at);
      for (const [index, letter] of [...progress.snapshot(at).cells].entries()) shown.add(`${index}${letter}`);
    }
    progress.conclude(report);
    const final = progress.snapshot(0).cells;
    const wrong = [...final].flatMap((letter, index) =>
      [...'oc']
        .filter((other) => other !== letter && shown.has(`${index}${other}`))
        .map((other) => `${index}: ${other}`),
    );
    expect(wrong).toEqual([]);
    const { open, closed, other, waiting } = progress.snapshot(0).counts;
    expect([open + closed + other + waiting, waiting]).toEqual([report.ports.length, 0]);
  });
});

describe('a silence', () => {
  const at = (progress: Progress) => progress.snapshot(0).cells[0];
  /** Up to the moment at which all was asked of the ports, and no control probe has been answered since. */
  const silent = () => {
    const progress = new Progress(1, 0);
    const { events } = recorded('not forwarded');
    const last = events.findIndex(({ event }) => event.kind === 'observed' && event.observation.kind === 'finished');
    for (const { event, at: when } of events.slice(0, last + 1)) progress.apply(event, when);
    const [finished] = events.slice(last, last + 1);
    return { progress, now: finished?.at ?? 0 };
  };
  const control = (role: 'primary' | 'alternate' | 'alternate-primary-port', sentAt: number): RunEvent => ({
    kind: 'observed',
    leg: 0,
    observation: {
      ...{ kind: 'control-answered', at: sentAt + 20, role, sentAt, local: 1 },
      mapped: { address: '203.0.113.44', port: 1 },
    },
  });

  test('is one until probes to all roles were answered that were sent after it', () => {
    const { progress, now } = silent();
    const cells = () => progress.snapshot(now).cells;
    expect(cells()).toMatch(/s/);
    progress.apply(control('primary', now + 10), now + 30);
    progress.apply(control('alternate', now + 10), now + 30);
    progress.apply(control('alternate-primary-port', now - 10), now + 30);
    expect(cells()).not.toMatch(/c/);
    progress.apply(control('alternate-primary-port', now + 20), now + 40);
    expect(cells()).toMatch(/c/);
    expect(progress.snapshot(now).path).toMatchObject({ out: 'yes', back: 'yes', cold: 'no', warm: 'no' });
  });

  test('is one again when the router was found not to let in what it had let in', () => {
    const { progress, now } = silent();
    for (const role of ['primary', 'alternate', 'alternate-primary-port'] as const)
      progress.apply(control(role, now + 10), now + 30);
    expect(progress.snapshot(now).cells).toMatch(/c/);
    const paused = { kind: 'paused', at: now + 50, by: 'router', until: now + 60_050 } as const;
    progress.apply({ kind: 'observed', leg: 0, observation: paused }, now + 50);
    const shown = progress.snapshot(now + 50);
    expect(shown.cells).not.toMatch(/c/);
    expect(shown).toMatchObject({
      phase: 'paused',
      pausedBy: 'router',
      leftMs: 60_000,
      path: { cold: 'asked', warm: 'asked' },
    });
  });

  test('in the end is what the report says, or nothing where there is none', () => {
    const { progress } = silent();
    progress.conclude(null);
    expect(progress.snapshot(0)).toMatchObject({ state: 'interrupted', phase: 'over' });
    expect(at(progress)).toBe('w');
  });
});
