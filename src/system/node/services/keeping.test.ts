import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { ok } from '../../../base/index.ts';
import type { Service } from '../../services.ts';
import type { Controller } from './controller.ts';
import { Keeping } from './keeping.ts';

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
      await pause(takes);
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
    await keeping.restore();
    expect(told).toEqual(['stop ivr', 'stop sip', 'stop media', 'start media', 'start sip ivr']);
  });

  test('what another keeper has stopped starts, too', async () => {
    const { controller, told } = machine(0);
    const keeping = new Keeping(controller, ['ivr', 'sip', 'media']);
    await keeping.start('media', 1000);
    await keeping.restore();
    expect(told).toEqual(['start media', 'start sip ivr']);
  });

  test('what was restored, or never touched, is left alone', async () => {
    const { controller, told } = machine(0);
    const keeping = new Keeping(controller);
    await keeping.restore();
    await keeping.stop('sip', 1000);
    await keeping.start('sip', 1000);
    await keeping.restore();
    expect(told).toEqual(['stop sip', 'start sip']);
  });

  test('a stop that is on its way and comes after the start is undone', async () => {
    const { controller, told, states } = machine(1_200);
    const keeping = new Keeping(controller);
    void keeping.stop('sip', 5000);
    await keeping.restore();
    expect(told).toEqual(['stop sip', 'start sip', 'start sip']);
    expect(states.get('sip')).toBe('running');
  });

  test('where a start would be lost on one that is stopping, the stop is waited for', async () => {
    const { controller, told } = machine(1_200, false);
    const keeping = new Keeping(controller);
    void keeping.stop('sip', 5000);
    await keeping.restore();
    expect(told).toEqual(['stop sip', 'start sip']);
  });

  test('a controller that throws does not end the keeper', async () => {
    const { controller } = machine(0);
    const keeping = new Keeping({ ...controller, stop: () => Promise.reject(new Error('bug')) });
    expect(await keeping.stop('sip', 1000)).toMatchObject({ error: { kind: 'failed', lines: ['Error: bug'] } });
  });
});
