import { describe, expect, test } from 'vitest';
import { FORWARDED, NOT_FORWARDED } from '../../app/test-lab.ts';
import { watchState } from '../api/index.ts';
import { ALL, BY, callOf, openConsole, readEvents } from './test-console.ts';
import { watchHandlers } from './watch.ts';

const watch = async (network = FORWARDED, protocol: 'udp' | 'tcp' = 'udp') => {
  const console = await openConsole(network);
  const { watch: handler } = watchHandlers({ ...console, system: console.lab.pbx, version: 'lab' });
  const ask = () => console.lab.run(handler(callOf({ query: { protocol, port: 5060 } as never })));
  return {
    ...console,
    ask,
    states: (got: readonly { data: unknown }[]) => got.map(({ data }) => watchState.parse(data)),
  };
};

describe('a port that is watched', () => {
  test('is asked again every second where nothing of the last test is left in the router', async () => {
    const { lab, ask, states } = await watch(FORWARDED, 'tcp');
    const reader = readEvents(await ask());
    await lab.advance(30_000);
    const all = states(reader.got);
    expect([all[0]?.light, all.at(-1)?.light]).toEqual(['asking', 'open']);
    expect(all.at(-1)?.count).toBeGreaterThan(10);
    expect(all.at(-1)?.sinceMs).toBeGreaterThan(10_000);
    reader.close();
    await lab.advance(60_000);
    expect([reader.isOver, lab.leftOpen()]).toEqual([true, 0]);
  });

  test('turns green when it has been forwarded, and red when it no longer is: no old state answers', async () => {
    const { lab, ask, states } = await watch(NOT_FORWARDED);
    const reader = readEvents(await ask());
    const light = () => states(reader.got).at(-1)?.light;
    await lab.advance(20_000);
    expect(light()).toBe('closed');
    expect(states(reader.got).at(-1)?.waitMs).toBeGreaterThan(0);
    lab.repair(FORWARDED.router as never);
    await lab.advance(250_000);
    expect(light()).toBe('open');
    expect(states(reader.got).at(-1)?.mapped).toMatch(/:5060$/);
    lab.repair({ ...NOT_FORWARDED.router, forwards: [] } as never);
    await lab.advance(400_000);
    expect(light()).toBe('closed');
    reader.close();
  });

  test('gives way to a run, and is not begun beside one', async () => {
    const { lab, manager, ask } = await watch();
    const reader = readEvents(await ask());
    await lab.advance(5_000);
    const started = await lab.run(manager.start(ALL, BY));
    expect([started.kind, reader.isOver]).toEqual(['ok', true]);
    expect(await ask()).toMatchObject({ status: 409, code: 'run-in-progress' });
    await lab.run(manager.close());
    expect(lab.leftOpen()).toBe(0);
  });
});
