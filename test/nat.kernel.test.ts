import { describe, test } from 'vitest';
import { labIsHere } from '../lab/kernel/test-tools.ts';
import { runNatInKernel } from '../lab/run-kernel.ts';
import { NAT_SCENARIOS } from '../lab/scenarios/index.ts';

const isHere = await labIsHere();

/** What `fullcone nat` says behind real NATs, asked of both servers. */
describe.concurrent.each(['kernel', 'coturn'] as const)('nat, real NATs, column %s', (column) => {
  const scenarios = NAT_SCENARIOS.filter(({ notIn }) => !notIn?.[column]);
  test.skipIf(!isHere).for(scenarios)('$name', async (scenario, { expect }) => {
    expect(await runNatInKernel(scenario, column)).toEqual([]);
  });
});
