import { NatCheck, type NatObservation } from '../engine/index.ts';
import { collectNat } from '../evidence/index.ts';
import { buildNatReport, type NatReport } from '../report/index.ts';
import type { System } from '../system/index.ts';
import { canAskInbound, judgeNat, judgePath } from '../verdict/index.ts';
import type { ServerName } from './events.ts';
import { PumpUntilCancelled } from './pumps.ts';
import { type Candidate, checkServer } from './servers.ts';

export interface NatRequest {
  readonly servers: readonly ServerName[];
  readonly bindAddress: string;
}

export interface RunningNatCheck {
  readonly finished: Promise<NatReport>;
  cancel(): void;
}

/** Finds out how the NAT behaves, without any port of the PBX. */
export function startNat(system: System, request: NatRequest, version: string): RunningNatCheck {
  const pumps = new PumpUntilCancelled(system);
  return { finished: carryOut(system, request, version, pumps), cancel: () => pumps.cancel() };
}

async function carryOut(
  system: System,
  { servers, bindAddress }: NatRequest,
  version: string,
  pumps: PumpUntilCancelled,
): Promise<NatReport> {
  const startedAt = system.clock.date();
  const tools = { system, bindAddress, isChecked: () => false, pumps, tell: () => undefined };
  const found = (await Promise.all(servers.map((server) => checkServer(server, tools)))).flat();
  const leader = found.find(({ verdict }) => canAskInbound(verdict));
  const alternate = leader?.seen.other;
  const observations: NatObservation[] = [];
  if (leader && alternate) {
    const primary = { address: leader.address, port: leader.server.port };
    const engine = new NatCheck({ primary, alternate, bindAddress }, system.random);
    await pumps.run(engine, (observation) => observations.push(observation));
  }
  const evidence = collectNat(observations);
  const localAddress = await localAddressOf(system, bindAddress, leader);
  return buildNatReport({
    version,
    startedAt,
    localAddress,
    server: leader?.verdict ?? found[0]?.verdict ?? null,
    behaviour: judgeNat(evidence, localAddress),
    path: judgePath(evidence.trips),
    cancelled: pumps.cancelled,
  });
}

async function localAddressOf(system: System, bindAddress: string, leader: Candidate | undefined): Promise<string> {
  if (bindAddress !== '0.0.0.0' || !leader) return bindAddress;
  return (await system.host.sourceFor(leader.address)) ?? bindAddress;
}
