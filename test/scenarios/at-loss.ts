import { describe, expect, test } from 'vitest';
import { modelRuns, runInModel } from '../../lab/run-model.ts';
import { SCENARIOS } from '../../lab/scenarios/index.ts';

const RUNS = modelRuns(200);

/**
 * All scenarios in the model lab with so much loss, each way; 5 % is what the design promises to stand without a
 * wrong result. A file for each loss, so that they run side by side.
 */
export function testAtLoss(loss: number): void {
  describe(`the model lab at ${loss} loss each way`, () => {
    test.each(SCENARIOS.filter(({ notIn }) => !notIn?.model))(
      '$name: 200 seeds',
      { timeout: 120_000 },
      async (scenario) => {
        const wrong: string[] = [];
        for (const { seed, mode } of RUNS)
          for (const line of await runInModel(scenario, { seed, mode, loss })) wrong.push(`seed ${seed}: ${line}`);
        expect(wrong).toEqual([]);
      },
    );
  });
}
