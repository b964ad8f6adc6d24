import { describe, test } from 'vitest';
import { labSupport } from '../lab/kernel/index.ts';
import { runInKernel } from '../lab/run-kernel.ts';
import { SCENARIOS } from '../lab/scenarios/index.ts';

const support = await labSupport();

/** Most of a scenario is waiting for what does not come. */
describe.concurrent.each(['kernel', 'coturn'] as const)('real NATs, column %s', (column) => {
  const scenarios = SCENARIOS.filter(({ notIn }) => !notIn?.[column]);
  test.for(scenarios)('$name', async (scenario, { expect }) => {
    expect(support).toMatchObject({ kind: 'ok' });
    expect(await runInKernel(scenario, column)).toEqual([]);
  });
});
