import { defineConfig } from 'vitest/config';

/** The kernel reuses the numbers of namespaces at once, which these look for. */
const ALONE = ['lab/kernel/traces.test.ts'];
const KERNEL = ['lab/kernel/**/*.test.ts', '**/*.kernel.test.ts'];
const NOT_OURS = ['**/node_modules/**', '**/dist/**', 'test/house/wrong/**'];

/** Two workers: the machine that runs this has two cores. */
export default defineConfig({
  test: {
    maxWorkers: 2,
    // A test that asserts nothing cannot fail.
    expect: { requireAssertions: true },
    allowOnly: false,
    // The labs of the kernel wait for real time-outs: they run when nothing else competes for the clock.
    projects: [
      {
        extends: true,
        test: {
          name: 'rooms',
          include: ['src/**/*.test.ts', 'web/**/*.test.ts', 'lab/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: [...NOT_OURS, ...KERNEL],
          sequence: { groupOrder: 0 },
          testTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'kernel',
          // Nearly all of a lab's time is waiting.
          maxConcurrency: 20,
          include: KERNEL,
          exclude: [...NOT_OURS, ...ALONE],
          sequence: { groupOrder: 1 },
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'alone',
          fileParallelism: false,
          include: ALONE,
          sequence: { groupOrder: 2 },
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
