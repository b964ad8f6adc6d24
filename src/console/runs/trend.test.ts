import { expect, test } from 'vitest';
import { NOT_FORWARDED } from '../../app/test-lab.ts';
import { openConsole } from './test-console.ts';
import { Trend } from './trend.ts';

test('a trend has the ranges of the newest run that asked all, and reads each report once', async () => {
  const console = await openConsole(NOT_FORWARDED, { pbx: { udp: '5060,9000-9003' } });
  const { lab, store, manager } = console;
  const read: number[] = [];
  const counting = {
    report: (id: number) => {
      read.push(id);
      return manager.report(id);
    },
  } as typeof manager;
  const trend = new Trend(store, counting);
  expect(await trend.read()).toEqual({ ranges: [], runs: [] });
  const first = await console.run();
  lab.repair({ ...NOT_FORWARDED.router, forwards: [{ ports: [{ from: 9000, to: 9002 }], to: 'pbx' }] } as never);
  await lab.advance(300_000);
  const second = await console.run();
  await lab.advance(300_000);
  const third = await console.run({ scope: { kind: 'ports', ports: ['udp/5060'] } });
  for (const _ of [1, 2])
    expect(await trend.read()).toMatchObject({
      ranges: ['udp/5060', 'udp/9000-9003'],
      runs: [
        { id: first, open: [0, 0] },
        { id: second, open: [0, 0.75] },
        { id: third, open: [0, null] },
      ],
    });
  expect(read).toEqual([first, second, third]);
  await store.removeRun(second);
  expect((await trend.read()).runs.map(({ id }) => id)).toEqual([first, third]);
});
