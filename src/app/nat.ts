import { type Family, isAnyAddress, type Milliseconds, scopeOf } from '../base/index.ts';
import { NatCheck, type NatObservation } from '../engine/index.ts';
import { collectNat } from '../evidence/index.ts';
import { buildNatReport, type NatReport } from '../report/index.ts';
import type { System } from '../system/index.ts';
import {
  canAskInbound,
  judgeAddresses,
  judgeNat,
  judgePath,
  judgeRouter,
  outOfFamily,
  type ServerVerdict,
} from '../verdict/index.ts';
import type { RunEvent, ServerName } from './events.ts';
import { bindAddressFor, chooseFamily, hasFamily, makeResolve } from './family.ts';
import { askOptIn, type NatOptions } from './nat-opt-in.ts';
import { PumpUntilCancelled } from './pumps.ts';
import { askRouter, ROUTER_SOCKETS, routerEvidence } from './router.ts';
import { type Candidate, checkServer, type ServerTools, turnsFor } from './servers.ts';
import { withServices } from './services.ts';

export interface NatRequest {
  readonly servers: readonly ServerName[];
  /** As for a check. */
  readonly family: Family | null;
  readonly bindAddress: string;
  /** The router is not asked for its own address; by default it is. */
  readonly noRouter?: boolean;
  /** What is asked beside the usual; by default nothing. */
  readonly options?: NatOptions;
}

/** For the progress. */
export interface NatEvent {
  readonly kind: 'waiting';
  /** No longer than this. */
  readonly for: Milliseconds;
}

const NO_OPTIONS: NatOptions = { hairpin: false, fragments: false, lifetime: null };

export interface RunningNatCheck {
  readonly finished: Promise<NatReport>;
  cancel(): void;
}

/** Finds out how the NAT behaves, without any port of the PBX. */
export function startNat(
  system: System,
  request: NatRequest,
  version: string,
  tell: (event: NatEvent) => void = () => undefined,
): RunningNatCheck {
  const pumps = new PumpUntilCancelled(system);
  return { finished: carryOut(system, request, version, pumps, tell), cancel: () => pumps.cancel() };
}

async function carryOut(
  system: System,
  { servers: named, family: wanted, bindAddress: from, noRouter = false, options = NO_OPTIONS }: NatRequest,
  version: string,
  pumps: PumpUntilCancelled,
  tell: (event: NatEvent) => void,
): Promise<NatReport> {
  const startedAt = system.clock.date();
  const events: RunEvent[] = [];
  const resolve = makeResolve(system);
  const isLocal = named.every(({ host }) => scopeOf(host) === 'loopback');
  const mayAsk = (one: Family) => isLocal || hasFamily(system.host.addresses(), one);
  const choose = async () => {
    // Without an address of the family that is wanted not even a name is asked for.
    if (wanted !== null && !mayAsk(wanted)) return { servers: named, family: wanted };
    const servers = await withServices(named, system.names);
    return { servers, family: wanted ?? (await chooseFamily(servers, { system, resolve })) };
  };
  const chosen = await Promise.race([choose(), pumps.cancellation]);
  const { servers, family } = chosen === 'cancelled' ? { servers: [], family: wanted ?? 'ipv4' } : chosen;
  const isHere = mayAsk(family);
  const mayAskRouter = !noRouter && family === 'ipv4';
  let router: Promise<void> | null = null;
  const tools: ServerTools = {
    ...{ system, family, resolve, bindAddress: from, isChecked: () => false, pumps },
    turns: turnsFor(system.udp.freeSockets() - (mayAskRouter ? ROUTER_SOCKETS : 0)),
    tell(event) {
      events.push(event);
      if (event.kind === 'resolved') router ??= mayAskRouter ? askRouter(event.addresses[0] ?? '', tools) : null;
    },
  };
  const asked = isHere ? servers.map((server) => checkServer(server, tools)) : [];
  const found = (await Promise.all(asked)).flat();
  const leader = found.find(({ verdict }) => canAskInbound(verdict));
  const alternate = leader?.seen.other;
  const bindAddress = leader ? await bindAddressFor(leader.address, from, system) : from;
  const observations: NatObservation[] = [];
  if (leader && alternate) {
    const primary = { address: leader.address, port: leader.server.port };
    const { pass } = leader.seen;
    const engine = new NatCheck({ primary, alternate, pass, bindAddress }, system.random);
    await pumps.run(engine, (observation) => observations.push(observation));
  }
  const evidence = collectNat(observations);
  const localAddress = await localAddressOf(system, bindAddress, leader);
  const behaviour = judgeNat(evidence, localAddress);
  await router;
  const routerSeen = routerEvidence(events);
  const optIn = await askOptIn(options, leader ?? null, behaviour, { system, bindAddress, pumps, tell });
  return buildNatReport({
    version,
    startedAt,
    family,
    localAddress,
    server: leader?.verdict ?? found[0]?.verdict ?? (isHere ? null : unaskedServer(servers)),
    behaviour,
    ...optIn,
    router:
      routerSeen &&
      judgeRouter(
        routerSeen,
        localAddress,
        [behaviour.publicAddress].flatMap((one) => one ?? []),
      ),
    addressNote: judgeAddresses(localAddress, behaviour.publicAddress),
    path: judgePath(evidence.trips),
    cancelled: pumps.cancelled,
  });
}

const unaskedServer = ([first]: readonly ServerName[]): ServerVerdict | null =>
  first ? outOfFamily({ name: first.name, address: null, port: first.port }) : null;

async function localAddressOf(system: System, bindAddress: string, leader: Candidate | undefined): Promise<string> {
  if (!isAnyAddress(bindAddress) || !leader) return bindAddress;
  return (await system.host.sourceFor(leader.address)) ?? bindAddress;
}
