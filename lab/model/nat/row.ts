import type { PortRange } from '../../../src/base/index.ts';
import type { Chance } from '../chance.ts';
import { createRouter, type Router } from './router.ts';

/** A NAT of the provider: it keeps ports where it can, and forwards these to the one router behind it. */
export const createOuterNat = (
  forwards: readonly PortRange[],
  publicAddress: string,
  inside: string,
  chance: Chance,
): Router =>
  createRouter(
    { outward: 'preserve', filtering: 'address-and-port', forwards: [{ ports: forwards, to: 'pbx' }] },
    publicAddress,
    chance,
    { pbx: inside, host2: inside, nobody: inside },
  );

/** Two routers in a row. The inner one can be repaired; what it refuses itself is not told beyond the outer one. */
export const inRow = (inner: Router, outer: Router): Router => ({
  ...inner,
  outbound(packet, now) {
    const between = inner.outbound(packet, now);
    return typeof between === 'string' ? between : outer.outbound(between, now);
  },
  inbound(packet, now) {
    const between = outer.inbound(packet, now);
    return typeof between === 'string' ? between : inner.inbound(between, now);
  },
  turnsAround: () => false,
  ownAnswer: () => null,
});
