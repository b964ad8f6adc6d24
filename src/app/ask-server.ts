import { type Family, formatEndpoint, type Milliseconds, scopeOf } from '../base/index.ts';
import type { System } from '../system/index.ts';
import { unresolvable } from '../verdict/index.ts';
import type { RunEvent, ServerName } from './events.ts';
import { chooseFamily, hasFamily, makeResolve } from './family.ts';
import { PumpUntilCancelled } from './pumps.ts';
import { checkServer, lead, turnsFor } from './servers.ts';
import { withServices } from './services.ts';

/** What one server is good for, before any port is asked. */
export interface AskedServer {
  readonly name: string;
  /** As in a report; `no-family`: this machine has no address of the family that is wanted. */
  readonly state: string;
  readonly address: string | null;
  /** `198.51.100.20:3479`. */
  readonly otherAddress: string | null;
  readonly publicAddress: string | null;
  /** From its name's being known until its first answer: no less than the way there and back. */
  readonly roundTripMs: Milliseconds | null;
}

/** Asks a server what it can do, from ports that are no phone system's. */
export async function askServer(
  system: System,
  named: ServerName,
  { family: wanted, bindAddress }: { readonly family: Family | null; readonly bindAddress: string },
): Promise<AskedServer> {
  const resolve = makeResolve(system);
  const servers = await withServices([named], system.names);
  const family = wanted ?? (await chooseFamily(servers, { system, resolve }));
  const nothing = { name: named.name, address: null, otherAddress: null, publicAddress: null, roundTripMs: null };
  if (scopeOf(named.host) !== 'loopback' && !hasFamily(system.host.addresses(), family))
    return { ...nothing, state: 'no-family' };
  const seen: { readonly event: RunEvent; readonly at: Milliseconds }[] = [];
  const pumps = new PumpUntilCancelled(system);
  const tools = {
    ...{ system, family, resolve, bindAddress, isChecked: () => false, pumps },
    turns: turnsFor(system.udp.freeSockets()),
    tell: (event: RunEvent) => void seen.push({ event, at: system.clock.now() }),
  };
  const found = (await Promise.all(servers.map((server) => checkServer(server, tools)))).flat();
  const best = lead(found) ?? found[0];
  if (!best) {
    const failed = seen.flatMap(({ event }) => (event.kind === 'unresolved' ? [event] : []))[0];
    const identity = { name: named.name, address: null, port: named.port };
    return { ...nothing, state: failed ? unresolvable(identity, failed.error).state : 'unresolvable' };
  }
  const { otherAddress, state } = best.verdict;
  return {
    name: named.name,
    state,
    address: best.address,
    otherAddress: otherAddress && formatEndpoint(otherAddress),
    publicAddress: best.seen.mapped?.address ?? null,
    roundTripMs: firstAnswer(seen, best.address),
  };
}

function firstAnswer(
  seen: readonly { readonly event: RunEvent; readonly at: Milliseconds }[],
  address: string,
): Milliseconds | null {
  const resolved = seen.find(({ event }) => event.kind === 'resolved' && event.addresses.includes(address));
  const answered = seen.find(
    ({ event }) =>
      event.kind === 'server' && event.primary.address === address && event.observation.kind === 'server-answered',
  );
  return resolved && answered ? Math.round(answered.at - resolved.at) : null;
}
