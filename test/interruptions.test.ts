import { describe, expect, test } from 'vitest';
import { createModel } from '../lab/model/index.ts';
import { requestOf } from '../lab/run-model.ts';
import { startCheck, startReflector } from '../src/app/index.ts';
import type { System } from '../src/system/index.ts';

/** A reflector that is cut off, both ways, while `isCut` says so. */
const cuttable = (system: System, isCut: () => boolean): System => ({
  ...system,
  udp: {
    ...system.udp,
    open(local, handlers, load) {
      const datagram: typeof handlers.datagram = (bytes, from) => isCut() || handlers.datagram(bytes, from);
      const socket = system.udp.open(local, { ...handlers, datagram }, load);
      return { close: () => socket.close(), send: (bytes, to) => void (isCut() || socket.send(bytes, to)) };
    },
  },
});

const OPTIONS = {
  primary: '198.51.100.10',
  alternate: '198.51.100.20',
  port: 3478,
  alternatePort: 3479,
  fault: null,
  rfc3489: false,
  lab: false,
};

/** One interruption of so many milliseconds, so long after the first port is asked. */
async function resultsOf(forwarded: boolean, after: number, lasts: number): Promise<Record<string, number>> {
  const ports = [{ from: 9000, to: 9199 }];
  const forwards = forwarded ? [{ ports, to: 'pbx' as const }] : [];
  const router = { outward: 'preserve', filtering: 'address-and-port', forwards } as const;
  const model = createModel({ router, server: { kind: 'full' } }, { seed: 1 });
  let begins = Number.POSITIVE_INFINITY;
  const isCut = () => model.now() >= begins && model.now() < begins + lasts;
  await model.run(startReflector(cuttable(model.reflector, isCut), OPTIONS));
  const check = startCheck(model.pbx, requestOf({ udp: '9000-9199' }), 'test', (event) => {
    if (event.kind === 'planned') begins = model.now() + after;
  });
  const { report } = await model.run(check.finished);
  const counts: Record<string, number> = {};
  for (const { result } of report.ports) counts[result] = (counts[result] ?? 0) + 1;
  return counts;
}

describe.each([250, 400, 700, 1000, 2000, 4000])('an interruption of %d ms', (lasts) => {
  test.each([45, 100, 250])('%d ms after the first packet closes no port that is open', async (after) => {
    const { open = 0, untested = 0, ...others } = await resultsOf(true, after, lasts);
    expect([open + untested, others]).toEqual([200, {}]);
  });

  test('opens none that is closed', async () => {
    const { closed = 0, untested = 0, ...others } = await resultsOf(false, 100, lasts);
    expect([closed + untested, others]).toEqual([200, {}]);
  });
});
