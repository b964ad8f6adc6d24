import { collectRouter, type RouterEvidence } from '../evidence/index.ts';
import { isLanAddress, RouterCheck } from '../router/index.ts';
import type { System } from '../system/index.ts';
import type { RunEvent } from './events.ts';
import type { PumpUntilCancelled } from './pumps.ts';

/** What a run without an answer of the router must still leave free: a socket of its own, and a connection. */
export const ROUTER_SOCKETS = 3;

export interface RouterTools {
  readonly system: System;
  readonly bindAddress: string;
  /** UDP ports that are left alone. */
  readonly isChecked: (port: number) => boolean;
  readonly pumps: PumpUntilCancelled;
  /** Settles when nobody waits for the answer any more. */
  readonly enough?: Promise<void>;
  readonly tell: (event: RouterEvent) => void;
}

export type RouterEvent = Extract<RunEvent, { kind: 'gateway' | 'router' }>;

/** Asks the router on the way to that server for its own address. Takes no longer than a few seconds. */
export async function askRouter(
  server: string,
  { system, bindAddress, isChecked, pumps, enough, tell }: RouterTools,
): Promise<void> {
  const isAny = bindAddress === '0.0.0.0';
  const local = isAny ? ((await system.host.sourceFor(server)) ?? bindAddress) : bindAddress;
  const found = await findGateway(server, local, system);
  if (pumps.cancelled) return;
  tell({ kind: 'gateway', local, ...found });
  if (found.gateway === null) return;
  const engine = new RouterCheck({ gateway: found.gateway, local }, isChecked);
  await pumps.run(engine, (observation) => tell({ kind: 'router', observation }), { enough });
}

type Found = Pick<Extract<RunEvent, { kind: 'gateway' }>, 'gateway' | 'unknown'>;

/** A gateway of the internet is no NAT of ours: it is left alone. */
export async function findGateway(server: string, local: string, { host }: System): Promise<Found> {
  if (!isLanAddress(local)) return { gateway: null, unknown: 'no-lan' };
  const gateway = await host.gatewayFor(server, local);
  if (gateway.kind === 'unknown') return { gateway: null, unknown: 'gateway-unknown' };
  if (gateway.kind === 'none') return { gateway: null, unknown: 'no-gateway' };
  const { address } = gateway;
  return isLanAddress(address) ? { gateway: address, unknown: null } : { gateway: null, unknown: 'no-lan' };
}

/** null: it was not asked. */
export function routerEvidence(events: readonly RunEvent[]): RouterEvidence | null {
  const found = events.find((event) => event.kind === 'gateway');
  if (!found) return null;
  const { local, gateway, unknown } = found;
  if (gateway === null) return { gateway, local, wan: null, unknown };
  const observations = events.flatMap((event) => (event.kind === 'router' ? [event.observation] : []));
  return collectRouter({ gateway, local }, observations);
}
