import { err, type Milliseconds, ok, type Result } from '../../src/base/index.ts';
import type { Clock, DnsError, Files, Names, System } from '../../src/system/index.ts';
import type { NetworkSpec } from '../scenarios/index.ts';
import { PRIMARY, STUN_NAME } from './addresses.ts';
import { createChance } from './chance.ts';
import type { Events } from './events.ts';
import type { Packet } from './packet.ts';
import { createSockets } from './sockets.ts';

export interface HostOptions {
  readonly name: string;
  readonly addresses: readonly [string, ...string[]];
  readonly held: readonly number[];
  readonly freeSockets: number;
  readonly dns: NetworkSpec['dns'];
  readonly seed: number;
  readonly events: Events;
  readonly transmit: (packet: Packet) => void;
}

/** A machine: what a program on it sees, and the way in for packets. */
export interface Host {
  readonly system: System;
  receive(packet: Packet): boolean;
  openSockets(): number;
}

const HOLDER = { pid: 4711, name: 'asterisk' } as const;

export function createHost({ name, addresses, freeSockets, dns, seed, events, transmit, ...rest }: HostOptions): Host {
  const held = new Set(rest.held);
  const chance = createChance(seed, `${name}: ports`);
  const sockets = createSockets({ addresses, held, limit: freeSockets, events, chance, transmit });
  const system: System = {
    clock: createClock(events),
    random: createChance(seed, `${name}: random`).bytes,
    udp: sockets.udp,
    names: createNames(dns, events),
    host: {
      addresses: () => addresses,
      sourceFor: () => Promise.resolve(addresses[0]),
      canBind: (address) => Promise.resolve(sockets.canBind(address)),
      udpHolders: (ports) =>
        Promise.resolve(new Map(ports.filter((port) => held.has(port)).map((port) => [port, HOLDER]))),
    },
    files: createFiles(),
  };
  return { system, receive: sockets.receive, openSockets: sockets.open };
}

/** A Thursday; virtual time begins here. */
const EPOCH = Date.UTC(2026, 0, 1);

const createClock = (events: Events): Clock => ({
  now: events.now,
  date: () => new Date(EPOCH + events.now()),
  at: events.at,
});

const RESOLVER_PATIENCE: Milliseconds = 5_000;

/** A resolver on the LAN: it answers at once, or not at all. */
function createNames(dns: NetworkSpec['dns'], events: Events): Names {
  function answer(name: string): Result<readonly string[], DnsError> {
    if (dns === 'silent') return err({ kind: 'timeout', code: 'ETIMEOUT' });
    if (dns === 'refused') return err({ kind: 'refused', code: 'ECONNREFUSED' });
    if (dns === 'no-such-name' || name !== STUN_NAME) return err({ kind: 'no-such-name', code: 'ENOTFOUND' });
    return ok([PRIMARY]);
  }
  return {
    resolve4: (name) =>
      new Promise((resolve) => {
        events.after(dns === 'silent' ? RESOLVER_PATIENCE : 0, () => resolve(answer(name)));
      }),
  };
}

function createFiles(): Files {
  const notes = new Map<string, string>();
  return {
    openOutput: () => Promise.resolve(err('EROFS')),
    readState: (name) => Promise.resolve(notes.get(name) ?? null),
    writeState(name, text) {
      notes.set(name, text);
      return Promise.resolve(true);
    },
  };
}
