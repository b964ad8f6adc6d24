import { describe, test } from 'vitest';
import { labIsHere } from '../lab/kernel/test-tools.ts';
import { runInKernel } from '../lab/run-kernel.ts';
import { isRepresentative, reasonToSkip, SCENARIOS } from '../lab/scenarios/index.ts';

const isHere = await labIsHere();

/** Most of a scenario is waiting for what does not come. */
describe.concurrent.each(['kernel', 'live', 'exclusive', 'coturn'] as const)('real NATs, column %s', (column) => {
  const scenarios = SCENARIOS.filter(
    (scenario) => reasonToSkip(scenario, column) === null && (column !== 'exclusive' || isRepresentative(scenario)),
  );
  test.skipIf(!isHere).for(scenarios)('$name', async (scenario, { expect }) => {
    expect(await runInKernel(scenario, column)).toEqual([]);
  });
});
