import { describe, test } from 'vitest';
import { labIsHere } from '../../lab/kernel/test-tools.ts';
import { type KernelColumn, runInKernel } from '../../lab/run-kernel.ts';
import { isRepresentative, reasonToSkip, SCENARIOS } from '../../lab/scenarios/index.ts';

/** Every scenario of a column. Most of one is waiting for what does not come: a file each, two of which run at once. */
export async function testInKernel(column: KernelColumn): Promise<void> {
  const isHere = await labIsHere();
  const scenarios = SCENARIOS.filter(
    (scenario) => reasonToSkip(scenario, column) === null && (column !== 'exclusive' || isRepresentative(scenario)),
  );
  describe.concurrent(`real NATs, column ${column}`, () => {
    test.skipIf(!isHere).for(scenarios)('$name', async (scenario, { expect }) => {
      expect(await runInKernel(scenario, column)).toEqual([]);
    });
  });
}
