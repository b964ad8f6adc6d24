import { describe, expect, test } from 'vitest';
import { type ModelRun, modelRuns, runInModel, runNatInModel } from '../../lab/run-model.ts';
import { NAT_SCENARIOS, SCENARIOS } from '../../lab/scenarios/index.ts';

/** The form for CI: `npm run matrix` draws 200, with `-- --full` 400. */
const SEEDS = 16;
const RUNS = modelRuns(SEEDS);
/** `nat` opens none of the ports in question, so that it has no modes; and its path is long. */
const NAT_RUNS = Array.from({ length: 50 }, (_, index) => ({ seed: index + 1 }));

/** What was wrong with all of them. */
async function wrongIn(
  runs: readonly Omit<ModelRun, 'loss'>[],
  carryOut: (run: Omit<ModelRun, 'loss'>) => Promise<string[]>,
): Promise<string[]> {
  const wrong: string[] = [];
  for (const run of runs) for (const line of await carryOut(run)) wrong.push(`seed ${run.seed}: ${line}`);
  return wrong;
}

/**
 * All scenarios in the model lab with so much loss, each way; 5 % is what the design promises to stand without a
 * wrong result. A file for each loss, so that they run side by side.
 */
export function testAtLoss(loss: number): void {
  describe(`the model lab at ${loss} loss each way`, () => {
    test.each(SCENARIOS.filter(({ notIn }) => !notIn?.model))(
      `$name: ${SEEDS} seeds`,
      { timeout: 120_000 },
      async (scenario) => {
        expect(await wrongIn(RUNS, (run) => runInModel(scenario, { ...run, loss }))).toEqual([]);
      },
    );
    test.each(NAT_SCENARIOS.filter(({ notIn }) => !notIn?.model))('$name: 50 seeds', async (scenario) => {
      expect(await wrongIn(NAT_RUNS, (run) => runNatInModel(scenario, { ...run, loss }))).toEqual([]);
    });
  });
}
