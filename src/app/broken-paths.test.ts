import { expect, it } from 'vitest';
import type { ModelOptions } from '../../lab/model/index.ts';
import type { CheckRequest } from './index.ts';
import { ALTERNATE, FORWARDED, openLab } from './test-lab.ts';

/*
 * Networks that fail for a while, in ways that chance does not: all ports are forwarded, so that none may be called
 * closed. Whenever it fails, nothing of it is seen before or after.
 */

type Meddle = NonNullable<ModelOptions['meddle']>;

const BEGIN = [0, 60, 80, 100, 120, 140];

async function resultsOf(meddle: Meddle, request: Partial<CheckRequest>): Promise<string[]> {
  const lab = await openLab(FORWARDED, { meddle });
  const { report } = await lab.check(request);
  return report.ports.map(({ protocol, result }) => `${protocol} ${result}`);
}

it.each(BEGIN)('no TCP port is closed while the address is away from which calls come, from %d ms on', async (from) => {
  for (const away of [6_000, 20_000]) {
    const isOver = (now: number) => now < from || now >= from + away;
    const meddle: Meddle = (_way, packet, now) =>
      isOver(now) || ![packet.from.address, packet.to.address].includes(ALTERNATE) ? null : 'lost';
    const results = await resultsOf(meddle, { tcp: [{ from: 5060, to: 5075 }] });
    expect(results.filter((result) => !/open|untested/.test(result))).toEqual([]);
    expect(results.filter((result) => result === 'tcp open').length).toBeGreaterThanOrEqual(from === 0 ? 0 : 8);
  }
});
