import { describe, expect, test } from 'vitest';
import { FORWARDED, NOT_FORWARDED } from '../../app/test-lab.ts';
import { applyDelta, type RunDelta, type RunProgress, runDelta, runProgress, runSummary } from '../api/index.ts';
import { ALL, BY, openConsole, readEvents } from './test-console.ts';

const PORTS = 7;

describe('a run', () => {
  test.each([
    ['supported', FORWARDED, { open: PORTS, closed: 0, other: 0 }],
    ['unsupported', NOT_FORWARDED, { open: 0, closed: PORTS, other: 0 }],
  ] as const)('that ends %s is stored with its report and its events', async (verdict, network, counts) => {
    const { store, manager, run } = await openConsole(network);
    const stored = await store.run(await run());
    expect(stored).toMatchObject({ state: 'finished', verdict, counts, by: BY, mode: 'bind' });
    expect(stored?.headline?.de).toMatch(/Ports?/);
    expect((await manager.report(1))?.verdict).toBe(verdict);
    expect(await store.record(1)).toMatch(/^\{"schema":"fullcone.run\/1"\}\n/);
    expect(manager.runningId).toBeNull();
  });

  test('whose servers are all silent is inconclusive', async () => {
    const { lab, store, run } = await openConsole();
    lab.stopReflector();
    expect(await store.run(await run())).toMatchObject({ verdict: 'inconclusive', reason: 'servers-unreachable' });
  });

  test('is there before its first packet, so that a crash leaves a trace; the next console marks it', async () => {
    const { lab, store, manager } = await openConsole();
    const started = await lab.run(manager.start(ALL, BY));
    expect(started).toEqual({ kind: 'ok', value: { id: 1, joined: false } });
    expect(await store.run(1)).toMatchObject({ state: 'running', verdict: null });
    // The process is gone here, and another one opens the same database.
    expect(await manager.open()).toEqual([1]);
    expect(await store.run(1)).toMatchObject({ state: 'interrupted', endedAt: null, report: null });
  });

  test('is joined by whoever wants another one, at the same moment and later', async () => {
    const { lab, store, manager } = await openConsole();
    const both = await lab.run(Promise.all([manager.start(ALL, BY), manager.start(ALL, BY)]));
    expect(both.map((one) => one.kind === 'ok' && one.value)).toEqual([
      { id: 1, joined: false },
      { id: 1, joined: true },
    ]);
    expect(await manager.start(ALL, BY)).toMatchObject({ value: { id: 1, joined: true } });
    await lab.run(manager.idle());
    expect((await store.runs(undefined, 10)).length).toBe(1);
    expect(await lab.run(manager.start(ALL, BY))).toMatchObject({ value: { id: 2, joined: false } });
    await lab.run(manager.close());
  });

  test('that is cancelled in the middle has a report of what is known', async () => {
    const { lab, store, manager } = await openConsole(NOT_FORWARDED);
    await lab.run(manager.start(ALL, BY));
    await lab.advance(500);
    expect([manager.cancel(2), manager.cancel(1)]).toEqual([false, true]);
    await lab.run(manager.idle());
    expect(await store.run(1)).toMatchObject({ state: 'finished', verdict: 'cancelled' });
    expect(lab.leftOpen()).toBe(0);
    expect(manager.cancel(1)).toBe(false);
  });

  test('is cancelled and stored when the console ends, and no other begins', async () => {
    const { lab, store, manager } = await openConsole(NOT_FORWARDED);
    await lab.run(manager.start(ALL, BY));
    await lab.run(manager.close());
    expect(await store.run(1)).toMatchObject({ state: 'finished', verdict: 'cancelled' });
    expect(await manager.start(ALL, BY)).toMatchObject({ error: { code: 'cannot-run', facts: { why: 'closing' } } });
  });

  test('of what failed asks those ports alone', async () => {
    const half = { ...FORWARDED.router, forwards: [{ ports: [{ from: 5060, to: 9002 }], to: 'pbx' as const }] };
    const { store, manager, run } = await openConsole({ ...FORWARDED, router: half as typeof FORWARDED.router });
    expect(await store.run(await run())).toMatchObject({ counts: { open: 4, closed: 3 } });
    const request = await manager.request({ ...ALL, scope: { kind: 'failed', run: 1 } });
    expect(request).toMatchObject({ value: { udp: [{ from: 9003, to: 9005 }], tcp: [] } });
    expect(await manager.request({ ...ALL, scope: { kind: 'failed', run: 9 } })).toMatchObject({
      error: { status: 404, code: 'not-found' },
    });
  });

  test('of what failed where nothing did is refused', async () => {
    const { manager, run } = await openConsole();
    await run();
    const started = await manager.start({ ...ALL, scope: { kind: 'failed', run: 1 } }, BY);
    expect(started).toMatchObject({ error: { status: 409, code: 'nothing-failed' } });
    expect(manager.isBusy).toBe(false);
  });

  test.each([
    ['no ports', { udp: '', profile: 'auto' }, 'no-product'],
    ['an unknown product', { profile: 'nobody' }, 'no-profile'],
  ])('with %s is refused, and nothing is stored', async (_, pbx, why) => {
    const { store, manager } = await openConsole(FORWARDED, { pbx });
    expect(await manager.start(ALL, BY)).toMatchObject({ error: { code: 'cannot-run', facts: { why } } });
    expect(await store.runs(undefined, 1)).toEqual([]);
  });

  test('beyond those that are kept is forgotten', async () => {
    const { store, run } = await openConsole();
    await store.writeSettings('general', { language: 'en', retention: { runs: 1, days: null }, isWelcomed: true });
    await run();
    await run();
    expect((await store.runs(undefined, 10)).map(({ id }) => id)).toEqual([2]);
  });
});

describe('services', () => {
  const units = [
    { name: 'sip', udp: [5060] },
    { name: 'media', udp: [9000, 9001] },
  ];
  const options = { services: { units } };

  test('are stopped only with a yes', async () => {
    const { lab, manager } = await openConsole(FORWARDED, { options });
    const refused = await manager.start({ ...ALL, mode: 'exclusive' }, BY);
    expect(refused).toMatchObject({ error: { status: 409, code: 'stops-services' } });
    expect(lab.units.changes).toEqual([]);
  });

  test('run again in the end, after a cancel too', async () => {
    const { lab, store, manager } = await openConsole(NOT_FORWARDED, { options });
    await lab.run(manager.start({ ...ALL, mode: 'exclusive', mayStopServices: true }, BY));
    const live = manager.live(1);
    await lab.run(
      new Promise<void>((resolve) => {
        live?.open({ send: ({ data }) => (data as RunDelta).phase === 'stopping' && resolve(), end: resolve }, null);
      }),
    );
    expect(live?.snapshot()).toMatchObject({ phase: 'stopping', service: 'sip', mode: 'exclusive' });
    manager.cancel(1);
    await lab.run(manager.idle());
    expect(await store.run(1)).toMatchObject({ verdict: 'cancelled', mode: 'exclusive' });
    for (const name of ['sip', 'media'])
      expect(lab.units.changes.findLast((one) => one.name === name)?.state ?? 'running').toBe('running');
  });
});

describe('those who look at a run', () => {
  const watch = async (network = NOT_FORWARDED) => {
    const console = await openConsole(network);
    await console.lab.run(console.manager.start(ALL, BY));
    const live = console.manager.live(1);
    if (!live) throw new Error('it does not run');
    const look = (lastEventId: string | null = null) =>
      readEvents({ kind: 'events', open: (sink) => live.open(sink, lastEventId) });
    return { ...console, live, look };
  };

  const followed = (events: ReturnType<typeof readEvents>['got']): RunProgress => {
    const [first, ...rest] = events;
    const deltas = rest.filter(({ event }) => event === 'delta').map(({ data }) => runDelta.parse(data));
    return deltas.reduce((progress, delta) => applyDelta(progress, delta), runProgress.parse(first?.data));
  };
  /** A page lets its own clock run. */
  const still = (progress: RunProgress) => ({ ...progress, elapsedMs: 0, leftMs: 0 });

  test('know the same, whenever they came, and are told of its end', async () => {
    const { lab, manager, live, look } = await watch();
    const early = look();
    await lab.advance(1_500);
    const late = look();
    await lab.run(manager.idle());
    const end = still(live.snapshot());
    expect(end.cells).toBe('c'.repeat(PORTS));
    expect([still(followed(early.got)), still(followed(late.got))]).toEqual([end, end]);
    for (const { got, isOver } of [early, late]) {
      expect([got.at(-1)?.event, isOver]).toEqual(['end', true]);
      expect(runSummary.parse(got.at(-1)?.data)).toMatchObject({ id: 1, verdict: 'unsupported' });
    }
    expect(early.got.map(({ id }) => id)).toEqual([...new Set(early.got.map(({ id }) => id))]);
  });

  test('go on after the last event that they had; else they get a snapshot', async () => {
    const { lab, manager, look, live } = await watch();
    const first = look();
    await lab.advance(1_500);
    first.close();
    const known = first.got.length;
    await lab.advance(1_000);
    expect(first.got.length).toBe(known);
    const again = look(String(first.got.at(-1)?.id));
    const lost = look('999999');
    await lab.run(manager.idle());
    expect(again.got[0]?.event).toBe('delta');
    expect(lost.got[0]?.event).toBe('snapshot');
    const all = [...first.got, ...again.got];
    expect(still(followed(all))).toEqual(still(live.snapshot()));
  });

  test('are told no more often than every tenth of a second', async () => {
    const { lab, manager, live } = await watch();
    const times: number[] = [];
    live.open({ send: ({ event }) => event === 'delta' && times.push(lab.now()), end: () => undefined }, null);
    await lab.run(manager.idle());
    const gaps = times.slice(1, -1).map((time, index) => time - (times[index] ?? 0));
    expect(times.length).toBeGreaterThan(5);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(100);
  });
});
