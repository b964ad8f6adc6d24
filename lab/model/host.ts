import {
  err,
  type Family,
  formatEndpoint,
  type Milliseconds,
  ok,
  type Protocol,
  type Result,
} from '../../src/base/index.ts';
import type { Clock, DnsError, Files, IcmpError, Names, RunningProcess, System } from '../../src/system/index.ts';
import type { NetworkSpec } from '../scenarios/index.ts';
import { firstOf, PRIMARY, PRIMARY6, PRIMARY64, STUN_DOMAIN, STUN_NAME, STUN_PORT } from './addresses.ts';
import { createChance } from './chance.ts';
import { createDescriptors } from './descriptors.ts';
import type { Events } from './events.ts';
import { createLive } from './live.ts';
import type { Packet } from './packet.ts';
import { createUnits, type Units, type UnitsSpec } from './services.ts';
import { createSockets } from './sockets.ts';
import { createTcp } from './tcp.ts';
import { createWire } from './wire.ts';

export interface HostOptions {
  readonly name: string;
  readonly addresses: readonly string[];
  /** UDP ports. */
  readonly held: readonly number[];
  readonly heldTcp: readonly number[];
  /** At its loopback address alone. */
  readonly heldTcpInside: readonly number[];
  /** Whether its programs may have ports below 1024. */
  readonly isPrivileged: boolean;
  readonly freeSockets: number;
  /** Lets in only what answers to something. */
  readonly firewall: boolean;
  /** Whether its programs may see packets that no socket gets. */
  readonly mayWatch: boolean;
  readonly services: UnitsSpec | undefined;
  /** By path. */
  readonly disk: Readonly<Record<string, string | { readonly code: string }>>;
  readonly processes: readonly RunningProcess[];
  readonly dns: NetworkSpec['dns'];
  /** null: there is no way out of this network but by its own link. */
  readonly gateway: string | null;
  /** The server has IPv6, too. */
  readonly hasIpv6: boolean;
  readonly seed: number;
  readonly events: Events;
  readonly transmit: (packet: Packet) => void;
}

/** A machine: what a program on it sees, and the way in for packets. */
export interface Host {
  readonly system: System;
  readonly units: Units;
  /** false: nobody here wants it. */
  receive(packet: Packet): boolean;
  turnedBack(error: IcmpError): void;
  /** Sockets and listeners that are not closed, and calls whose outcome is not known. */
  openSockets(): number;
}

/** No machine of the model has a TLS server, nor one of the web. */
const NOTHING_SERVED: Pick<System, 'tls' | 'web'> = {
  tls: { look: () => Promise.resolve({ kind: 'nobody' }) },
  web: { request: () => Promise.resolve(err('ECONNREFUSED')) },
};

const HOLDER = { pid: 4711, name: 'asterisk', unit: 'asterisk.service' } as const;

export function createHost(options: HostOptions): Host {
  const { name, addresses, freeSockets, dns, hasIpv6, gateway, seed, events, ...rest } = options;
  const held = new Set(rest.held);
  const heldInside = new Set(rest.heldTcpInside);
  const heldTcp = new Set([...rest.heldTcp, ...heldInside]);
  const descriptors = createDescriptors(freeSockets);
  const asked = new Set<string>();
  const transmit = (packet: Packet): void => {
    if (rest.firewall) asked.add(`${packet.from.port} ${formatEndpoint(packet.to)}`);
    left(packet);
    rest.transmit(packet);
  };
  const letsIn = (packet: Packet): boolean => {
    if (!rest.firewall) return true;
    if (packet.protocol === 'tcp') return packet.kind !== 'syn';
    return asked.has(`${packet.to.port} ${formatEndpoint(packet.from)}`);
  };
  const { wire, arrived, left, turnedBack } = createWire(events, rest.mayWatch);
  const common = { addresses, isPrivileged: rest.isPrivileged, descriptors, events, transmit };
  const sockets = createSockets({ ...common, held, chance: createChance(seed, `${name}: ports`) });
  const chance = createChance(seed, `${name}: tcp`);
  const { tcp, has, receive: receiveSegment } = createTcp({ ...common, held: heldTcp, heldInside, chance });
  const { live, arrived: besideHolders } = createLive({
    events,
    isAllowed: rest.mayWatch,
    tcp,
    // Within the machine no link is crossed.
    transmit: (packet) =>
      addresses.includes(packet.to.address) ? events.after(0, () => receive(packet)) : transmit(packet),
  });
  const all = { udp: held, tcp: heldTcp };
  const isBound = (protocol: Protocol, port: number) => (protocol === 'udp' ? sockets.has(port) : has(port));
  const units = createUnits(options.services ?? { units: [] }, { events, held: all, isBound });
  const system: System = {
    clock: createClock(events),
    random: createChance(seed, `${name}: random`).bytes,
    udp: sockets.udp,
    tcp,
    wire,
    live,
    ...NOTHING_SERVED,
    names: createNames(dns, hasIpv6, events),
    host: {
      addresses: () => addresses,
      sourceFor: (address) => Promise.resolve(firstOf(addresses, address) ?? null),
      gatewayFor: () => Promise.resolve(gateway === null ? { kind: 'none' } : { kind: 'known', address: gateway }),
      canBind: (address) => Promise.resolve(sockets.canBind(address)),
      holders: (protocol, ports) => Promise.resolve(holdersAmong(ports, protocol, all[protocol], units)),
      seesAllHolders: () => Promise.resolve(true),
      processes: () => Promise.resolve(rest.processes),
    },
    files: createFiles(rest.disk),
    services: units.control,
  };
  function receive(packet: Packet): boolean {
    arrived(packet);
    if (!letsIn(packet)) return false;
    besideHolders(packet);
    return packet.protocol === 'udp' ? sockets.receive(packet) : receiveSegment(packet);
  }

  return {
    system,
    receive,
    units,
    turnedBack,
    openSockets: descriptors.open,
  };
}

const holdersAmong = (ports: readonly number[], protocol: Protocol, held: ReadonlySet<number>, units: Units) =>
  new Map(ports.filter((port) => held.has(port)).map((port) => [port, [units.holderOf(protocol, port) ?? HOLDER]]));

/** A Thursday; virtual time begins here. */
const EPOCH = Date.UTC(2026, 0, 1);

const createClock = (events: Events): Clock => ({
  now: events.now,
  date: () => new Date(EPOCH + events.now()),
  at: events.at,
});

const RESOLVER_PATIENCE: Milliseconds = 5_000;

/** A resolver on the LAN: it answers at once, or not at all. */
function createNames(dns: NetworkSpec['dns'], hasIpv6: boolean, events: Events): Names {
  function answer(name: string, family: Family): Result<readonly string[], DnsError> {
    if (dns === 'silent') return err({ kind: 'timeout', code: 'ETIMEOUT' });
    if (dns === 'refused') return err({ kind: 'refused', code: 'ECONNREFUSED' });
    if (dns === 'no-such-name' || name !== STUN_NAME) return err({ kind: 'no-such-name', code: 'ENOTFOUND' });
    if (family === 'ipv4') return ok([PRIMARY]);
    if (dns === 'nat64') return ok([PRIMARY64]);
    return hasIpv6 && dns !== 'ipv4-only' ? ok([PRIMARY6]) : err({ kind: 'no-address', code: 'ENODATA' });
  }
  return {
    resolve: (name, family) =>
      new Promise((resolve) => {
        events.after(dns === 'silent' ? RESOLVER_PATIENCE : 0, () => resolve(answer(name, family)));
      }),
    stunServices: (domain) =>
      Promise.resolve(dns === 'service' && domain === STUN_DOMAIN ? [{ host: STUN_NAME, port: STUN_PORT }] : []),
  };
}

function createFiles(disk: HostOptions['disk']): Files {
  const notes = new Map<string, string>();
  const paths = Object.keys(disk);
  const readInput: Files['readInput'] = (path) => {
    const found = disk[path] ?? { code: 'ENOENT' };
    return Promise.resolve(typeof found === 'string' ? ok(found) : err(found.code));
  };
  const readFolder: Files['readFolder'] = (path) => {
    const inside = paths.filter((one) => one.startsWith(`${path}/`)).map((one) => one.slice(path.length + 1));
    const names = [...new Set(inside.map((one) => one.replace(/\/.*/, '')))].sort();
    return Promise.resolve(names.length > 0 ? ok(names) : err('ENOENT'));
  };
  return {
    openOutput: () => Promise.resolve(err('EROFS')),
    readInput,
    readFolder,
    readState: (name) => Promise.resolve(notes.get(name) ?? null),
    writeState(name, text) {
      notes.set(name, text);
      return Promise.resolve(true);
    },
  };
}
