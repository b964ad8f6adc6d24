import { expect, test } from 'vitest';
import type { NetworkSpec } from '../../lab/scenarios/index.ts';
import { configureRouter } from './index.ts';
import { FORWARDED, NOT_FORWARDED, openLab } from './test-lab.ts';

const OPTIONS = { wan: 'wan', pbx: null, forwardChain: null, scanChain: null };

const RANDOM: NetworkSpec = {
  ...NOT_FORWARDED,
  router: { outward: 'random', filtering: 'address-and-port', forwards: [] },
};

/** The `dport` of what is forwarded. */
async function forwarded(network: NetworkSpec): Promise<string | undefined> {
  const udp = [{ from: 9_000, to: 18_999 }];
  const { report } = await (await openLab(network)).check({ udp, sample: 100 });
  const config = await configureRouter(report, 'nftables', OPTIONS);
  if (config.kind === 'error') return config.error.kind;
  return /udp dport (\{.*?\}) dnat to/.exec(config.value.sections.flatMap(({ lines }) => lines).join('\n'))?.[1];
}

test('a sample of ports that leave by another number: the rule is for all of them', async () => {
  expect(await forwarded(RANDOM)).toBe('{ 9000-18999 }');
  expect(await forwarded(NOT_FORWARDED)).toBe('{ 9000-18999 }');
  expect(await forwarded(FORWARDED)).toBe('nothing-to-do');
});
