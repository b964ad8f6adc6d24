import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type KilledConsole, noKilledConsole, openKilledConsole } from './test-killed-console.ts';

/* `npm run console:kills` does it at random moments, many times. */

describe.skipIf(noKilledConsole() !== null)('a console that is killed', () => {
  let killed: KilledConsole;
  beforeAll(async () => {
    killed = await openKilledConsole();
  });
  afterAll(() => killed.close());

  test.each([
    ['while the phone system is stopped', 1_200, 'run'],
    ['just after the run was begun', 30, 'run'],
    ['while it starts', 100, 'start'],
  ] as const)('%s loses no run that was finished, and the phone system is back', async (_, after, during) => {
    const { wrong, backMs } = await killed.kill(after, during);
    expect(wrong).toEqual([]);
    expect(backMs).toBeLessThan(10_000);
  });
});
