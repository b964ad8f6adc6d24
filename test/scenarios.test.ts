import { describe, expect, test } from 'vitest';
import { runInModel } from '../lab/run-model.ts';
import { SCENARIOS } from '../lab/scenarios/index.ts';

const SEEDS = Array.from({ length: 200 }, (_, index) => index + 1);

/** Each way: what the design promises to stand without a wrong result. */
const LOSSES = [0, 0.01, 0.03, 0.05];

describe.each(LOSSES)('the model lab at %d loss each way', (loss) => {
  test.each(SCENARIOS.filter(({ notIn }) => !notIn?.model))(
    '$name: 200 seeds',
    { timeout: 120_000 },
    async (scenario) => {
      const wrong: string[] = [];
      for (const seed of SEEDS)
        for (const line of await runInModel(scenario, { seed, loss })) wrong.push(`seed ${seed}: ${line}`);
      expect(wrong).toEqual([]);
    },
  );
});
