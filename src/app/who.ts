import { isAnyAddress } from '../base/index.ts';
import type { Report } from '../report/index.ts';
import { type RouterSaid, RouterWho } from '../router/index.ts';
import type { System } from '../system/index.ts';
import { PumpUntilCancelled } from './pumps.ts';
import { findGateway } from './router.ts';

/** What the router says of itself. */
export type WhoIs =
  | { readonly kind: 'said'; readonly said: readonly RouterSaid[] }
  /** It is asked by nobody: the report is of another machine, or there is no router in front of this one. */
  | { readonly kind: 'not-asked'; readonly why: 'elsewhere' | 'no-router' }
  | { readonly kind: 'silent'; readonly gateway: string };

export interface RunningWho {
  readonly finished: Promise<WhoIs>;
  cancel(): void;
}

/** Asks the router in front of this machine who it is, if the report was made here. At most some seconds. */
export function askWho(system: System, report: Pick<Report, 'servers' | 'bindAddress'>): RunningWho {
  const pumps = new PumpUntilCancelled(system);
  return { finished: ask(system, report, pumps), cancel: () => pumps.cancel() };
}

async function ask(
  system: System,
  { servers, bindAddress = '0.0.0.0' }: Pick<Report, 'servers' | 'bindAddress'>,
  pumps: PumpUntilCancelled,
): Promise<WhoIs> {
  const server = servers.find(({ address }) => address !== null)?.address ?? null;
  if (server === null) return { kind: 'not-asked', why: 'no-router' };
  const isAny = isAnyAddress(bindAddress);
  if (!isAny && !system.host.addresses().includes(bindAddress)) return { kind: 'not-asked', why: 'elsewhere' };
  const local = isAny ? await system.host.sourceFor(server) : bindAddress;
  if (local === null) return { kind: 'not-asked', why: 'no-router' };
  const { gateway } = await findGateway(server, local, system);
  if (gateway === null) return { kind: 'not-asked', why: 'no-router' };
  const said: RouterSaid[] = [];
  await pumps.run(new RouterWho({ gateway, local }), (one) => said.push(one));
  return said.length > 0 ? { kind: 'said', said } : { kind: 'silent', gateway };
}
