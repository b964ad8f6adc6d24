import type { Milliseconds } from '../base/index.ts';
import { NatCheck, type NatObservation } from '../engine/index.ts';
import { collectNat } from '../evidence/index.ts';
import { buildNatReport, type NatReport } from '../report/index.ts';
import type { System } from '../system/index.ts';
import { canAskInbound, judgeAddresses, judgeNat, judgePath, judgeRouter } from '../verdict/index.ts';
import type { RunEvent, ServerName } from './events.ts';
import { askOptIn, type NatOptions } from './nat-opt-in.ts';
import { PumpUntilCancelled } from './pumps.ts';
import { askRouter, routerEvidence } from './router.ts';
import { type Candidate, checkServer, type ServerTools } from './servers.ts';

export interface NatRequest {
  readonly servers: readonly ServerName[];
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
  { servers, bindAddress, noRouter = false, options = NO_OPTIONS }: NatRequest,
  version: string,
  pumps: PumpUntilCancelled,
  tell: (event: NatEvent) => void,
): Promise<NatReport> {
  const startedAt = system.clock.date();
  const events: RunEvent[] = [];
  let router: Promise<void> | null = null;
  const tools: ServerTools = {
    ...{ system, bindAddress, isChecked: () => false, pumps },
    tell(event) {
      events.push(event);
      if (event.kind === 'resolved') router ??= noRouter ? null : askRouter(event.addresses[0] ?? '', tools);
    },
  };
  const found = (await Promise.all(servers.map((server) => checkServer(server, tools)))).flat();
  const leader = found.find(({ verdict }) => canAskInbound(verdict));
  const alternate = leader?.seen.other;
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
    localAddress,
    server: leader?.verdict ?? found[0]?.verdict ?? null,
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

async function localAddressOf(system: System, bindAddress: string, leader: Candidate | undefined): Promise<string> {
  if (bindAddress !== '0.0.0.0' || !leader) return bindAddress;
  return (await system.host.sourceFor(leader.address)) ?? bindAddress;
}
