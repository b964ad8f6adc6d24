import type { Milliseconds, PortRange } from '../../../src/base/index.ts';
import type { RouterSpec } from '../../scenarios/index.ts';
import { OTHER_LINE } from '../addresses.ts';
import type { Chance } from '../chance.ts';
import type { Packet, Tuple } from '../packet.ts';
import { refusal, strangersAnswer } from '../segment.ts';
import { outwardOf } from './behaviour.ts';
import { includes, insideFor, LAN_HOSTS } from './inward.ts';
import { type Chooser, choosePeerPort, choosePublicPort } from './ports.ts';
import { createScanGuard } from './scan-guard.ts';
import { createTable, type Lifetimes } from './table.ts';

/** A router with one public address, or a firewall that translates nothing: connection tracking first, rules only for what it does not know. */
export interface Router {
  /** From the LAN to the internet. */
  outbound(packet: Packet, now: Milliseconds): Packet | 'blocked' | 'no-port' | 'too-long';
  /** From the internet to the public address. */
  inbound(packet: Packet, now: Milliseconds): Packet | 'unwanted' | 'taken' | 'rejected' | 'no-port' | 'too-long';
  /** Whether packets from the LAN to the public address come back in. */
  turnsAround(): boolean;
  /** What it says itself to a packet that it has taken or rejected. */
  ownAnswer(packet: Packet): Packet | null;
  /** Other rules from now on; what the table holds stays. */
  repair(change: Partial<RouterSpec>): void;
  /** A flow from inside that is there from now on, kept alive by its owner. */
  keepFlow(flow: Tuple, now: Milliseconds): void;
}

export function createRouter(initial: RouterSpec, publicAddress: string, chance: Chance, targets = LAN_HOSTS): Router {
  const table = createTable(lifetimesOf(initial));
  const chooserAt = (address: string): Chooser => ({ table, chance, publicAddress: address });
  const guard = createScanGuard();
  let spec = initial;

  const isIn = (ports: readonly PortRange[] | undefined, { protocol, to }: Tuple): boolean =>
    protocol === 'tcp' && ports !== undefined && includes(ports, to.port);

  const isTooMany = ({ protocol, from }: Tuple, now: Milliseconds): boolean =>
    protocol === 'udp' && table.countOf(protocol, from.address, now) >= (spec.flowLimit ?? Number.POSITIVE_INFINITY);

  function openOutward(flow: Tuple, now: Milliseconds, forGood = false): Tuple | null {
    if (spec.outward === 'untranslated') {
      table.open('inside', tupleOf(flow), tupleOf(flow), now, forGood);
      return flow;
    }
    const address = isOfOtherLine(spec, flow) ? OTHER_LINE : publicAddress;
    const port = choosePublicPort(chooserAt(address), outwardOf(spec), flow, now);
    if (port === null) return null;
    const translated: Tuple = { ...tupleOf(flow), from: { address, port } };
    table.open('inside', tupleOf(flow), translated, now, forGood);
    return translated;
  }

  function openInward(flow: Tuple, now: Milliseconds): Tuple | 'unwanted' | 'rejected' | 'no-port' {
    if (flow.to.address === OTHER_LINE) return 'unwanted';
    if (spec.scanGuard && flow.protocol === 'udp' && guard.refuses(flow, spec.scanGuard, now)) return 'unwanted';
    const to = insideFor(spec, targets, table, flow, now);
    if (to === null) return openToRouter(flow, now);
    const port = choosePeerPort(chooserAt(publicAddress), { ...tupleOf(flow), to }, now);
    if (port === null) return 'no-port';
    const translated: Tuple = { protocol: flow.protocol, from: { address: flow.from.address, port }, to };
    table.open('outside', tupleOf(flow), translated, now);
    return translated;
  }

  /** A dropped or rejected packet leaves nothing; one that the router takes leaves a flow that nobody translates. */
  function openToRouter(flow: Tuple, now: Milliseconds): Tuple | 'unwanted' | 'rejected' {
    if (!isIn(spec.tcpService, flow)) {
      if (isIn(spec.tcpReject, flow)) return 'rejected';
      if (spec.input !== 'take') return 'unwanted';
    }
    table.open('outside', tupleOf(flow), flow, now);
    return flow;
  }

  return {
    outbound(packet, now) {
      if (isDroppedFragment(spec, 'out', packet)) return 'too-long';
      // The table sees a packet before the rule that drops it: an inbound flow counts as answered all the same.
      const known = table.pass(packet, now);
      if (isBlocked(spec, packet) || isLostAnswer(spec, packet)) return 'blocked';
      if (known === null && (!mayOpen(packet) || isTooMany(packet, now))) return 'blocked';
      const translated = known ?? openOutward(packet, now);
      return translated === null ? 'no-port' : { ...packet, from: translated.from, to: translated.to };
    },
    inbound(packet, now) {
      if (isDroppedFragment(spec, 'in', packet)) return 'too-long';
      const known = table.pass(packet, now);
      if (known === null && !mayOpen(packet)) return 'unwanted';
      const translated = known ?? openInward(packet, now);
      if (typeof translated === 'string') return translated;
      if (translated.to.address === publicAddress) return 'taken';
      const inside = { ...packet, from: translated.from, to: translated.to };
      return isIn(spec.dropsPayload, packet) ? withoutPayload(inside) : inside;
    },
    turnsAround: () => spec.hairpin ?? false,
    ownAnswer(packet) {
      if (packet.protocol === 'udp') return null;
      return isIn(spec.tcpService, packet) ? strangersAnswer(packet) : refusal(packet);
    },
    repair(change) {
      spec = { ...spec, ...change };
    },
    keepFlow(flow, now) {
      if (!isBlocked(spec, flow)) openOutward(flow, now, true);
    },
  };
}

const lifetimesOf = ({ udpTimeouts }: RouterSpec): Lifetimes | undefined =>
  udpTimeouts && { unreplied: udpTimeouts.unreplied * 1_000, replied: udpTimeouts.replied * 1_000 };

const isOfOtherLine = ({ otherLine }: RouterSpec, { protocol, from }: Tuple): boolean =>
  protocol === 'udp' && otherLine !== undefined && includes(otherLine, from.port);

const isBlocked = ({ blocked }: RouterSpec, { protocol, from }: Tuple): boolean =>
  protocol === 'udp' && blocked !== undefined && includes(blocked.ports, from.port);

const isLostAnswer = ({ dropsTcpAnswers = [] }: RouterSpec, packet: Packet): boolean =>
  packet.protocol === 'tcp' && packet.kind === 'syn-ack' && includes(dropsTcpAnswers, packet.from.port);

/** An MTU of 1,500 bytes less the headers of IPv4 and UDP. */
const UNFRAGMENTED = 1472;

/** Before the table sees it: what is made whole again only later counts for nothing. */
const isDroppedFragment = ({ dropsFragments }: RouterSpec, way: 'out' | 'in', { protocol, bytes }: Packet): boolean =>
  protocol === 'udp' && bytes.length > UNFRAGMENTED && (dropsFragments === way || dropsFragments === 'both');

/** Without the bytes, which the table shall not keep. */
const tupleOf = ({ protocol, from, to }: Tuple): Tuple => ({ protocol, from, to });

const withoutPayload = (packet: Packet): Packet =>
  packet.protocol === 'tcp' && packet.kind === 'data' ? { ...packet, kind: 'bare', bytes: new Uint8Array(0) } : packet;

/** A connection begins with a SYN; what belongs to none that the router knows goes nowhere. */
const mayOpen = (packet: Packet): boolean => packet.protocol === 'udp' || packet.kind === 'syn';
