import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { err, ok } from '../../../base/index.ts';
import type { Service } from '../../services.ts';
import type { Controller } from './controller.ts';
import { Keeping } from './keeping.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Longer than any keeper looks on. */
async function restored(keeping: Keeping): Promise<void> {
  const done = keeping.restore();
  await vi.advanceTimersByTimeAsync(60_000);
  await done;
}

/** Services in memory, each with the time that it takes to stop. */
function machine(takes: number, mayStartWhileStopping = true) {
  const states = new Map<string, Service['state']>();
  const told: string[] = [];
  const controller: Controller = {
    mayStartWhileStopping,
    lastLines: () => Promise.resolve([]),
    look: (names) =>
      Promise.resolve(
        ok(names.map((name) => ({ name, state: states.get(name) ?? 'running', takesAlong: [], after: [] }))),
      ),
    async stop(name) {
      told.push(`stop ${name}`);
      if (takes > 0) await pause(takes);
      states.set(name, 'stopped');
      return ok(null);
    },
    start(names) {
      told.push(`start ${names.join(' ')}`);
      for (const name of names) states.set(name, 'running');
      return Promise.resolve(ok(null));
    },
  };
  return { controller, told, states };
}

describe('when the checker is gone', () => {
  test('what is stopped starts once, the last first', async () => {
    const { controller, told } = machine(0);
    const keeping = new Keeping(controller);
    for (const name of ['ivr', 'sip', 'media']) await keeping.stop(name, 1000);
    await keeping.start('media', 1000);
    await restored(keeping);
    expect(told).toEqual(['stop ivr', 'stop sip', 'stop media', 'start media', 'start sip ivr']);
  });

  test('what was stopped twice counts as stopped last', async () => {
    const { controller, told } = machine(0);
    const keeping = new Keeping(controller);
    for (const name of ['ivr', 'sip', 'ivr']) await keeping.stop(name, 1000);
    await restored(keeping);
    expect(told.at(-1)).toBe('start ivr sip');
  });

  test('what another keeper has stopped starts, too', async () => {
    const { controller, told } = machine(0);
    const keeping = new Keeping(controller, ['ivr', 'sip', 'media']);
    await keeping.start('media', 1000);
    await restored(keeping);
    expect(told).toEqual(['start media', 'start sip ivr']);
  });

  test('what was restored, or never touched, is left alone', async () => {
    const { controller, told } = machine(0);
    const keeping = new Keeping(controller);
    await restored(keeping);
    await keeping.stop('sip', 1000);
    await keeping.start('sip', 1000);
    await restored(keeping);
    expect(told).toEqual(['stop sip', 'start sip']);
  });

  test('what would not start before is tried once more', async () => {
    const { controller, told } = machine(0);
    let isReady = false;
    const start: Controller['start'] = (names, patience) =>
      isReady ? controller.start(names, patience) : Promise.resolve(err({ kind: 'failed', lines: [] }));
    const keeping = new Keeping({ ...controller, start });
    await keeping.stop('sip', 1000);
    await keeping.start('sip', 1000);
    isReady = true;
    await restored(keeping);
    expect(told).toEqual(['stop sip', 'start sip']);
  });

  test.each(['stopped', 'failed'] as const)(
    'what is %s after its start is started five times, no more',
    async (state) => {
      const { controller, told, states } = machine(0);
      const start: Controller['start'] = async (names, patience) => {
        const started = await controller.start(names, patience);
        for (const name of names) states.set(name, state);
        return started;
      };
      const keeping = new Keeping({ ...controller, start });
      await keeping.stop('sip', 1000);
      await restored(keeping);
      expect(told).toEqual(['stop sip', ...Array.from({ length: 5 }, () => 'start sip')]);
    },
  );

  test('a stop that is on its way and comes nearly three seconds after the start is undone', async () => {
    const { controller, told, states } = machine(3_200);
    const keeping = new Keeping(controller);
    void keeping.stop('sip', 5000);
    await restored(keeping);
    expect(told).toEqual(['stop sip', 'start sip', 'start sip']);
    expect(states.get('sip')).toBe('running');
  });

  test('where a start would be lost on one that is stopping, the stop is waited for', async () => {
    const { controller, told } = machine(1_200, false);
    const keeping = new Keeping(controller);
    void keeping.stop('sip', 5000);
    await restored(keeping);
    expect(told).toEqual(['stop sip', 'start sip']);
  });

  test('a controller that throws does not end the keeper', async () => {
    const { controller } = machine(0);
    const keeping = new Keeping({ ...controller, stop: () => Promise.reject(new Error('bug')) });
    expect(await keeping.stop('sip', 1000)).toMatchObject({ error: { kind: 'failed', lines: ['Error: bug'] } });
  });
});
