import { describe, test } from 'vitest';
import { type KernelLab, openLab } from '../lab/kernel/index.ts';
import { labIsHere } from '../lab/kernel/test-tools.ts';
import { FULLCONE } from '../lab/run-kernel.ts';
import type { RouterSpec } from '../lab/scenarios/index.ts';
import type { NatReport } from '../src/report/index.ts';

/* What `fullcone nat` asks only if it is told to, behind real NATs, of both servers. */

const isHere = await labIsHere();

const ROUTER: RouterSpec = { outward: 'preserve', filtering: 'address-and-port', forwards: [] };

async function nat(server: 'fullcone' | 'coturn', router: Partial<RouterSpec> | null, ...words: string[]) {
  const network = { router: router && { ...ROUTER, ...router }, server: { kind: 'full' }, dns: 'refused' } as const;
  const lab: KernelLab = await openLab(network, { server, fullcone: FULLCONE });
  try {
    const command = [...FULLCONE, 'nat', '--server', '198.51.100.10', '--json', ...words];
    const { status, stdout, stderr } = await lab.run('pbx', command, { timeout: 60_000 });
    if (status !== 0 && status !== 2) throw new Error(`exit ${status}: ${stderr}`);
    return JSON.parse(stdout) as NatReport;
  } finally {
    await lab.close();
  }
}

const DYNAMIC = [{ ports: [{ from: 1024, to: 65_535 }], to: 'pbx' as const }];

describe.runIf(isHere).concurrent.each(['fullcone', 'coturn'] as const)('asked of %s', (server) => {
  test.for([
    [true, undefined, 'pass, pass'],
    [false, 'out', 'dropped, pass'],
    [true, 'in', 'pass, dropped'],
    [false, 'both', 'dropped, dropped'],
  ] as const)('hairpin %s, fragments dropped: %s', async ([hairpin, dropsFragments, expected], { expect }) => {
    const router = { forwards: DYNAMIC, hairpin, ...(dropsFragments && { dropsFragments }) };
    const { hairpin: turned, fragments } = await nat(server, router, '--hairpin', '--fragments');
    expect(turned).toEqual({ result: hairpin ? 'works' : 'does-not', reason: null });
    expect(`${fragments?.outward.result}, ${fragments?.inward.result}`).toBe(expected);
  });

  test('lifetime: between the waits that frame the time-out of the kernel', async ({ expect }) => {
    const timeouts = { udpTimeouts: { unreplied: 3, replied: 3 } };
    const { lifetime } = await nat(server, timeouts, '--lifetime', '8');
    expect(lifetime).toMatchObject({ atLeastSeconds: 2, reason: null });
    // A stranger is asked more slowly, and so the moment is less sharp.
    expect(lifetime?.atMostSeconds).toBeGreaterThanOrEqual(5);
    expect(lifetime?.atMostSeconds).toBeLessThanOrEqual(7);
  });
});

test.runIf(isHere)('a mapping that outlives the longest wait', async ({ expect }) => {
  const { lifetime } = await nat('fullcone', {}, '--lifetime', '4');
  expect(lifetime).toMatchObject({ atLeastSeconds: 4, atMostSeconds: null, reason: null });
});

test.runIf(isHere)('no router: no hairpin, and fragments pass', async ({ expect }) => {
  const { hairpin, fragments } = await nat('fullcone', null, '--hairpin', '--fragments');
  expect(hairpin).toEqual({ result: null, reason: 'no-nat' });
  expect(fragments?.inward).toEqual({ result: 'pass', reason: null });
});
