import { type Family, type Protocol, portLabel } from '../base/index.ts';
import type { Holder, Host, Services } from '../system/index.ts';
import type { RunEvent } from './events.ts';

/** Who holds the ports that were found in use so far, by label. */
export async function holdersOf(
  events: readonly RunEvent[],
  host: Host,
  family: Family,
): Promise<readonly (readonly [port: string, holder: Holder])[]> {
  const { udp, tcp } = inUse(events);
  const found = await Promise.all([among('udp', udp, host, family), among('tcp', tcp, host, family)]);
  return found.flatMap((holders) => holders.map(([label, , holder]) => [label, holder] as const));
}

interface Where {
  readonly host: Host;
  readonly family: Family;
  readonly services: Services;
}

/** Of the UDP ports that were found in use so far, those that one of these services holds. */
export async function heldBy(
  names: readonly string[],
  events: readonly RunEvent[],
  { host, family, services }: Where,
): Promise<readonly number[]> {
  const held = await among('udp', inUse(events).udp, host, family);
  const owned = held.map(async ([, port, { pid }]) => {
    const service = pid === null ? null : await services.ofProcess(pid);
    return service !== null && names.includes(service) ? [port] : [];
  });
  return (await Promise.all(owned)).flat();
}

function inUse(events: readonly RunEvent[]): Record<Protocol, number[]> {
  const found: Record<Protocol, number[]> = { udp: [], tcp: [] };
  for (const event of events) {
    if (event.kind !== 'observed' && event.kind !== 'call') continue;
    const seen = event.observation;
    if (seen.kind !== 'not-listening' && seen.kind !== 'call-not-listening') continue;
    if (seen.failure.kind === 'in-use') found[event.kind === 'call' ? 'tcp' : 'udp'].push(seen.port);
  }
  return found;
}

async function among(
  protocol: Protocol,
  ports: readonly number[],
  host: Host,
  family: Family,
): Promise<readonly (readonly [label: string, port: number, holder: Holder])[]> {
  if (ports.length === 0) return [];
  const holders = await host.holders(protocol, ports, family);
  // The first of several will do: it says who stands in the way.
  return [...holders].flatMap(([port, [holder]]) =>
    holder ? [[portLabel(protocol, port), port, holder] as const] : [],
  );
}
