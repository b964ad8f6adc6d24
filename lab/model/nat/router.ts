import type { Milliseconds } from '../../../src/base/index.ts';
import type { RouterSpec } from '../../scenarios/index.ts';
import type { Chance } from '../chance.ts';
import type { Packet, Tuple } from '../packet.ts';
import { outwardOf } from './behaviour.ts';
import { includes, insideFor } from './inward.ts';
import { type Chooser, choosePeerPort, choosePublicPort } from './ports.ts';
import { createScanGuard } from './scan-guard.ts';
import { createTable } from './table.ts';

/** A router with one public address: connection tracking first, rules only for what it does not know. */
export interface Router {
  /** From the LAN to the internet. */
  outbound(packet: Packet, now: Milliseconds): Packet | 'blocked' | 'no-port';
  /** From the internet to the public address. */
  inbound(packet: Packet, now: Milliseconds): Packet | 'unwanted' | 'taken' | 'no-port';
  /** Other rules from now on; what the table holds stays. */
  repair(change: Partial<RouterSpec>): void;
  /** A flow from inside that is there from now on, kept alive by its owner. */
  keepFlow(flow: Tuple, now: Milliseconds): void;
}

export function createRouter(initial: RouterSpec, publicAddress: string, chance: Chance): Router {
  const table = createTable();
  const chooser: Chooser = { table, chance, publicAddress };
  const guard = createScanGuard();
  let spec = initial;

  const isBlocked = ({ from }: Tuple): boolean => spec.blocked !== undefined && includes(spec.blocked.ports, from.port);

  function openOutward(flow: Tuple, now: Milliseconds, forGood = false): Tuple | null {
    const port = choosePublicPort(chooser, outwardOf(spec), flow, now);
    if (port === null) return null;
    const translated = { from: { address: publicAddress, port }, to: flow.to };
    table.open('inside', tupleOf(flow), translated, now, forGood);
    return translated;
  }

  function openInward(flow: Tuple, now: Milliseconds): Tuple | 'unwanted' | 'no-port' {
    if (spec.scanGuard && guard.refuses(flow, spec.scanGuard.after, now)) return 'unwanted';
    const to = insideFor(spec, table, flow, now);
    if (to === null) return openToRouter(flow, now);
    const port = choosePeerPort(chooser, { from: flow.from, to }, now);
    if (port === null) return 'no-port';
    const translated = { from: { address: flow.from.address, port }, to };
    table.open('outside', tupleOf(flow), translated, now);
    return translated;
  }

  /** A dropped packet leaves nothing; one that the router takes leaves a flow that nobody translates. */
  function openToRouter(flow: Tuple, now: Milliseconds): Tuple | 'unwanted' {
    if (spec.input !== 'take') return 'unwanted';
    table.open('outside', tupleOf(flow), flow, now);
    return flow;
  }

  return {
    outbound(packet, now) {
      // The table sees a packet before the rule that drops it: an inbound flow counts as answered all the same.
      const known = table.pass(packet, now);
      if (isBlocked(packet)) return 'blocked';
      const translated = known ?? openOutward(packet, now);
      return translated === null ? 'no-port' : { ...translated, bytes: packet.bytes };
    },
    inbound(packet, now) {
      const translated = table.pass(packet, now) ?? openInward(packet, now);
      if (typeof translated === 'string') return translated;
      if (translated.to.address === publicAddress) return 'taken';
      return { from: translated.from, to: translated.to, bytes: packet.bytes };
    },
    repair(change) {
      spec = { ...spec, ...change };
    },
    keepFlow(flow, now) {
      if (!isBlocked(flow)) openOutward(flow, now, true);
    },
  };
}

/** Without the bytes, which the table shall not keep. */
const tupleOf = ({ from, to }: Tuple): Tuple => ({ from, to });
