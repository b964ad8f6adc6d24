import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type KilledConsole, noKilledConsole, openKilledConsole } from './test-killed-console.ts';

/* `npm run console:kills` does it at random moments, many times. */

describe.skipIf(noKilledConsole() !== null)('a console that is killed', () => {
  let console: KilledConsole;
  beforeAll(async () => {
    console = await openKilledConsole(20);
  });
  afterAll(() => console.close());

  test.each([
    ['while the phone system is stopped', 'stopped', 'run', true],
    ['just after the run was begun', 30, 'run', false],
    ['while it starts', 100, 'start', false],
  ] as const)('%s loses no run that was finished, and the phone system is back', async (_, after, during, wasDown) => {
    const { backMs, ...seen } = await console.kill(after, during);
    expect(seen).toMatchObject({ wrong: [], wasDown });
    expect(backMs).toBeLessThan(10_000);
  });
});
