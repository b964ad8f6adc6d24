import { expect, test } from 'vitest';
import { runInModel } from '../../lab/run-model.ts';
import { isContradiction, reasonToSkip, SCENARIOS } from '../../lab/scenarios/index.ts';

/** `npm run matrix -- --full` draws four hundred. */
const SEEDS = Array.from({ length: 10 }, (_, index) => index + 1);

/** Twice as much as any cause withstands: more is unknown then, but nothing that works is called wrong, nor the reverse. */
test.each(SCENARIOS.filter((scenario) => reasonToSkip(scenario, 'model') === null))(
  '$name at 0.1 loss each way: no port is called what it is not',
  { timeout: 120_000 },
  async (scenario) => {
    const wrong: string[] = [];
    for (const seed of SEEDS)
      for (const line of (await runInModel(scenario, { seed, loss: 0.1 })).filter(isContradiction))
        wrong.push(`seed ${seed}: ${line}`);
    expect(wrong).toEqual([]);
  },
);
