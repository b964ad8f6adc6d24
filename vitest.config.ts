import { defineConfig } from 'vitest/config';

/** Two workers: the machine that runs this has two cores, and the kernel lab waits for real time-outs. */
export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'lab/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['test/house/wrong/**'],
    environment: 'node',
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // A test that asserts nothing cannot fail, and a snapshot that writes itself has not been read.
    expect: { requireAssertions: true },
    update: false,
    allowOnly: false,
    passWithNoTests: false,
  },
});
