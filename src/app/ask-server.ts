import {
  endpoint,
  type Family,
  familyOf,
  formatEndpoint,
  type Milliseconds,
  type Result,
  scopeOf,
} from '../base/index.ts';
import type { DnsError, System } from '../system/index.ts';
import type { RunEvent, ServerName } from './events.ts';
import { chooseFamily, hasFamily, makeResolve } from './family.ts';
import { PumpUntilCancelled } from './pumps.ts';
import { linesOf, type NameLine, type ServerLines, unasked } from './server-lines.ts';
import { type Candidate, checkServer, lead, turnsFor } from './servers.ts';
import { withServices } from './services.ts';
import { StopWatch } from './stop-watch.ts';

/** What one server is good for, before any port is asked. */
export interface AskedServer {
  readonly name: string;
  /** As in a report; `no-family`: this machine has no address of the family that is wanted. */
  readonly state: string;
  readonly address: string | null;
  /** `198.51.100.20:3479`. */
  readonly otherAddress: string | null;
  readonly publicAddress: string | null;
  /** From the first packet to its first answer: no less than the way there and back. */
  readonly roundTripMs: Milliseconds | null;
  /** As in a report: what exactly was seen, such as `no-response-port`; null: nothing to add. */
  readonly detail: string | null;
  /** At the address that leads, if it has several. */
  readonly lines: ServerLines;
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
  if (scopeOf(named.host) !== 'loopback' && !hasFamily(system.host.addresses(), family)) {
    const [server = named] = servers;
    const name = nameLine(server, await resolve(server.host, family));
    return { ...nothing, state: 'no-family', detail: null, lines: unasked(name, 'no-family') };
  }
  const told: RunEvent[] = [];
  const watch = new StopWatch(system);
  const tools = {
    ...{ system, family, resolve, bindAddress, isChecked: () => false, pumps: new PumpUntilCancelled(watch.system) },
    turns: turnsFor(system.udp.freeSockets()),
    tell: (event: RunEvent) => void told.push(event),
  };
  const found = (await Promise.all(servers.map((server) => checkServer(server, tools)))).flat();
  const best = lead(found) ?? found[0];
  if (best)
    return askedOf(best, { named, name: nameLine(best.server, await resolve(best.server.host, family)), told, watch });
  const [server = named] = servers;
  return { ...nothing, ...notFound(server, await resolve(server.host, family)) };
}

interface Seen {
  readonly named: ServerName;
  readonly name: NameLine;
  readonly told: readonly RunEvent[];
  readonly watch: StopWatch;
}

function askedOf({ server, address, seen, verdict }: Candidate, { named, name, told, watch }: Seen): AskedServer {
  const primary = endpoint(address, server.port);
  const observations = told.flatMap((event) =>
    event.kind === 'server' && event.server === server && event.primary.address === address ? [event.observation] : [],
  );
  const first = observations.find(({ kind }) => kind === 'server-answered');
  const tookMs = first ? watch.since(primary, first.at) : null;
  const { state, detail, otherAddress } = verdict;
  return {
    name: named.name,
    ...{ state, detail, address, roundTripMs: tookMs },
    otherAddress: otherAddress && formatEndpoint(otherAddress),
    publicAddress: seen.mapped?.address ?? null,
    lines: linesOf({ name, primary, observations, seen, tookMs }),
  };
}

const nameLine = ({ host }: ServerName, resolved: Result<readonly string[], DnsError>): NameLine => {
  if (familyOf(host) !== null) return { kind: 'not-asked', why: 'is-address' };
  if (resolved.kind === 'ok') return { kind: 'yes', host, addresses: resolved.value };
  const { kind, code } = resolved.error;
  return { kind: 'no', host, why: kind, code };
};

/** No address, so that nobody could be asked. */
function notFound(
  server: ServerName,
  resolved: Result<readonly string[], DnsError>,
): Pick<AskedServer, 'state' | 'detail' | 'lines'> {
  const name = nameLine(server, resolved);
  return {
    state: 'unresolvable',
    detail: resolved.kind === 'ok' ? null : resolved.error.kind,
    lines: unasked(name, 'no-name'),
  };
}
