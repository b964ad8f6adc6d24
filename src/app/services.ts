import { familyOf } from '../base/index.ts';
import type { Names } from '../system/index.ts';
import type { ServerName } from './events.ts';

/** A service with more hosts than this is not a STUN server's. */
const MOST_HOSTS = 4;

/**
 * A name without a port may be that of a domain whose STUN servers are told by SRV records (RFC 8489 section 8); then
 * these are asked, as if the user had named them. Else it is a host.
 */
export async function withServices(servers: readonly ServerName[], names: Names): Promise<readonly ServerName[]> {
  const found = await Promise.all(servers.map((server) => hostsOf(server, names)));
  return found.flat();
}

async function hostsOf(server: ServerName, names: Names): Promise<readonly ServerName[]> {
  if (!server.mayBeDomain || familyOf(server.host) !== null) return [server];
  const services = await names.stunServices(server.host);
  const hosts = services.slice(0, MOST_HOSTS).map(({ host, port }) => ({ name: `${host}:${port}`, host, port }));
  return hosts.length > 0 ? hosts : [server];
}
