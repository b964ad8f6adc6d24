import { describe, expect, test } from 'vitest';
import type { System } from '../system/index.ts';
import { type CheckRequest, startCheck } from './index.ts';
import { FORWARDED, openLab, REQUEST } from './test-lab.ts';

const MANY = [
  { from: 5060, to: 5060 },
  { from: 9000, to: 9999 },
];

/** The same machine, and how many sockets it had open at most. */
function counted(system: System): { readonly system: System; readonly highest: () => number } {
  let [open, highest] = [0, 0];
  const { udp } = system;
  return {
    system: {
      ...system,
      udp: {
        ...udp,
        open(local, handlers, load) {
          const socket = udp.open(local, handlers, load);
          highest = Math.max(highest, ++open);
          return {
            ...socket,
            close() {
              open--;
              socket.close();
            },
          };
        },
      },
    },
    highest: () => highest,
  };
}

async function run(mode: CheckRequest['mode'], held: readonly number[], mayWatch: boolean) {
  const lab = await openLab({ ...FORWARDED, held }, { mayWatch });
  const { system, highest } = counted(lab.pbx);
  const { report } = await lab.run(startCheck(system, { ...REQUEST, udp: MANY, mode }, 'lab').finished);
  const inUse = report.ports.filter(({ result }) => result === 'in-use').length;
  return { mode: report.mode, verdict: report.verdict, inUse, highest: highest(), left: lab.leftOpen() };
}

describe('auto', () => {
  test('with the right to raw sockets, no port is taken, and none is in use', async () => {
    const { highest, ...rest } = await run('auto', [5060, 9000], true);
    expect(rest).toEqual({ mode: 'live', verdict: 'supported', inUse: 0, left: 0 });
    expect(highest).toBeLessThan(30);
  });

  test('without, a phone system that is at work finds most of its ports free at any time', async () => {
    const { highest, ...rest } = await run('auto', [5060], false);
    expect(rest).toEqual({ mode: 'bind', verdict: 'inconclusive', inUse: 1, left: 0 });
    expect(highest).toBeLessThanOrEqual(260);
  });

  test('without, and where nobody holds any of the ports, all are taken at once', async () => {
    expect(await run('auto', [], false)).toMatchObject({ mode: 'bind', verdict: 'supported' });
    expect((await run('auto', [], false)).highest).toBeGreaterThan(1000);
  });
});

test('bind takes all at once, as it was told to', async () => {
  const { highest, mode, inUse } = await run('bind', [5060], true);
  expect([mode, inUse]).toEqual(['bind', 1]);
  expect(highest).toBeGreaterThan(1000);
});

test('a machine that allows raw sockets no longer is checked with ordinary ones', async () => {
  const lab = await openLab({ ...FORWARDED, held: [9001] }, { mayWatch: false });
  const allowed = { ...lab.pbx, live: { ...lab.pbx.live, hindrance: () => Promise.resolve(null) } };
  const { report } = await lab.run(startCheck(allowed, { ...REQUEST, mode: 'auto' }, 'lab').finished);
  expect(report.ports.filter(({ result }) => result !== 'open')).toMatchObject([{ port: 9001, result: 'in-use' }]);
});
