import { describe, expect, test } from 'vitest';
import { createModel } from '../../lab/model/index.ts';
import type { LiveWish, System } from '../system/index.ts';
import { type CheckRequest, startCheck, startReflector } from './index.ts';
import { FORWARDED, openLab, REQUEST, serverOf } from './test-lab.ts';

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
  expect(report.mode).toBe('bind');
  expect(report.ports.filter(({ result }) => result !== 'open')).toMatchObject([{ port: 9001, result: 'in-use' }]);
});

test('a way that has no address of this machine is one of ordinary sockets, and the report says so', async () => {
  const lab = await openLab(FORWARDED, { mayWatch: true });
  const { host } = lab.pbx;
  const astray = { ...lab.pbx, host: { ...host, sourceFor: () => Promise.resolve(null) } };
  const { report } = await lab.run(startCheck(astray, { ...REQUEST, mode: 'live' }, 'lab').finished);
  expect(report.mode).toBe('bind');
});

test('live is asked for the family of the run, and for its ports', async () => {
  const asked: LiveWish[] = [];
  const forwards = [{ ports: [{ from: 1, to: 65_535 }], to: 'pbx' }] as const;
  const ipv6 = { outward: 'untranslated', filtering: 'address-and-port', forwards } as const;
  const lab = createModel({ ...FORWARDED, ipv6 }, { seed: 1 });
  const [primary, alternate] = ['2001:db8:100::10', '2001:db8:100::20'];
  const ports = { port: 3478, alternatePort: 3479 };
  await lab.run(
    startReflector(lab.reflector, { primary, alternate, ...ports, rfc3489: false, lab: false, fault: null }),
  );
  const { live } = lab.pbx;
  const only4: System = {
    ...lab.pbx,
    live: {
      ...live,
      hindrance(wish) {
        asked.push(wish);
        return Promise.resolve(wish.family === 'ipv4' ? null : { kind: 'permission', code: 'EPERM' });
      },
    },
  };
  const request: CheckRequest = { ...REQUEST, servers: [serverOf(primary)], bindAddress: '::', mode: 'auto' };
  const { report } = await lab.run(startCheck(only4, request, 'lab').finished);
  expect([report.mode, report.ports[0]?.family]).toEqual(['bind', 'ipv6']);
  expect(asked.at(-1)).toEqual({ family: 'ipv6', udp: REQUEST.udp });
});
