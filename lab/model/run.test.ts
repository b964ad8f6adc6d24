import { describe, expect, it } from 'vitest';
import { createEvents, type Events } from './events.ts';
import { runUntilSettled } from './run.ts';

const later = (events: Events, delay: number): Promise<void> =>
  new Promise((resolve) => {
    events.after(delay, resolve);
  });

describe('run', () => {
  it('gives what the work gives, after as much virtual time as it takes', async () => {
    const events = createEvents();
    const work = later(events, 540_000).then(() => 'done');
    expect(await runUntilSettled(events, work)).toBe('done');
    expect(events.now()).toBe(540_000);
  });

  it('rejects as the work does', async () => {
    const events = createEvents();
    const work = later(events, 5).then(() => Promise.reject(new Error('its own')));
    await expect(runUntilSettled(events, work)).rejects.toThrow('its own');
  });

  it('lets whoever awaits proceed, however long its chain of promises, before the next event', async () => {
    const events = createEvents();
    const seen: string[] = [];
    async function slow(): Promise<void> {
      await later(events, 1);
      for (let hop = 0; hop < 1000; hop++) await Promise.resolve();
      seen.push(`slow at ${events.now()}`);
    }
    events.at(2, () => seen.push('next event'));
    await runUntilSettled(events, Promise.all([slow(), later(events, 3)]));
    expect(seen).toEqual(['slow at 1', 'next event']);
  });

  it('says so when no event is left', async () => {
    const events = createEvents();
    const work = later(events, 7).then(() => new Promise<never>(() => undefined));
    await expect(runUntilSettled(events, work)).rejects.toThrow('no events are left at 7 ms');
  });

  it('waits a little for what comes from outside of the model', async () => {
    const events = createEvents();
    const outside = new Promise<void>((resolve) => {
      setImmediate(() => setImmediate(resolve));
    });
    await expect(
      runUntilSettled(
        events,
        outside.then(() => later(events, 3)),
      ),
    ).resolves.toBeUndefined();
  });

  it('says so when the limit of virtual time has passed', async () => {
    const events = createEvents();
    const tick = (): void => {
      events.after(1000, tick);
    };
    tick();
    await expect(runUntilSettled(events, new Promise(() => undefined), 60_000)).rejects.toThrow(
      '60000 ms of virtual time',
    );
    expect(events.now()).toBe(60_000);
  });

  it('says so when time does not pass', async () => {
    const events = createEvents();
    const again = (): void => {
      events.after(0, again);
    };
    again();
    await expect(runUntilSettled(events, new Promise(() => undefined), 60_000, 1000)).rejects.toThrow(
      '1000 events, at 0 ms',
    );
  });

  it('throws what an event throws', async () => {
    const events = createEvents();
    events.at(1, () => {
      throw new Error('a bug');
    });
    await expect(runUntilSettled(events, new Promise(() => undefined))).rejects.toThrow('a bug');
  });
});
