import { ANY, type Endpoint, familyOf, isAnyAddress } from '../../src/base/index.ts';
import { isLoopback } from './addresses.ts';
import type { Chance } from './chance.ts';

/** Which of a host's sockets has which local endpoint. */
export interface Bindings<S extends { readonly local: Endpoint }> {
  /** Whether this is an address of the host itself. */
  isLocal(address: string): boolean;
  canBind(address: string): boolean;
  /** Whether this user may have that port. */
  mayBind(port: number): boolean;
  /** Whether a socket has this port, at whichever address. */
  has(port: number): boolean;
  /** The endpoint, with a free port in place of port 0; null: it is in use. */
  choose(wanted: Endpoint): Endpoint | null;
  add(socket: S): void;
  remove(socket: S): void;
  /** Who gets a packet to this endpoint: whoever has the very address goes before whoever has any. */
  find(to: Endpoint): S | undefined;
}

/** Linux's net.ipv4.ip_local_port_range. */
const EPHEMERAL = [32768, 60999] as const;

/** Linux's net.ipv4.ip_unprivileged_port_start. */
const UNPRIVILEGED = 1024;

/** A socket speaks one family. */
const overlap = (one: string, other: string): boolean =>
  familyOf(one) === familyOf(other) && (isAnyAddress(one) || isAnyAddress(other) || one === other);

export function createBindings<S extends { readonly local: Endpoint }>(
  addresses: readonly string[],
  held: ReadonlySet<number>,
  chance: Chance,
  isPrivileged = true,
): Bindings<S> {
  const byPort = new Map<number, readonly S[]>();
  const at = (port: number): readonly S[] => byPort.get(port) ?? [];
  const isLocal = (address: string): boolean =>
    addresses.includes(address) || (isLoopback(address) && familyOf(address) !== null);

  const isFree = ({ address, port }: Endpoint): boolean =>
    !held.has(port) && at(port).every(({ local }) => !overlap(local.address, address));

  function chooseEphemeral(address: string): Endpoint | null {
    const [first, last] = EPHEMERAL;
    const size = last - first + 1;
    const start = chance.integer(0, size - 1);
    for (let step = 0; step < size; step++) {
      const local = { address, port: first + ((start + step) % size) };
      if (isFree(local)) return local;
    }
    return null;
  }

  return {
    isLocal,
    has: (port) => at(port).length > 0,
    canBind: (address) => isAnyAddress(address) || isLocal(address),
    mayBind: (port) => isPrivileged || port === 0 || port >= UNPRIVILEGED,
    choose(wanted) {
      if (wanted.port === 0) return chooseEphemeral(wanted.address);
      return isFree(wanted) ? { address: wanted.address, port: wanted.port } : null;
    },
    add(socket) {
      byPort.set(socket.local.port, [...at(socket.local.port), socket]);
    },
    remove(socket) {
      const { port } = socket.local;
      const rest = at(port).filter((other) => other !== socket);
      if (rest.length > 0) byPort.set(port, rest);
      else byPort.delete(port);
    },
    find: ({ address, port }) =>
      at(port).find(({ local }) => local.address === address) ??
      at(port).find(({ local }) => local.address === ANY[familyOf(address) ?? 'ipv4']),
  };
}
