import { err, formatEndpoint, ok } from '../../src/base/index.ts';
import type {
  Live,
  LiveOptions,
  LivePorts,
  Tcp,
  TcpListener,
  TcpListenHandlers,
  UdpHandlers,
  WireFailure,
} from '../../src/system/index.ts';
import type { Events } from './events.ts';
import type { Datagram, Packet, Segment } from './packet.ts';

/** A host's ports beside whoever holds them. */
export interface ModelLive {
  readonly live: Live;
  /** What has passed the host's firewall; whoever holds the port gets it, too. */
  arrived(packet: Packet): void;
}

export interface LiveTools {
  readonly events: Events;
  readonly isAllowed: boolean;
  readonly tcp: Tcp;
  /** Takes a packet that leaves this host, or stays within it. */
  readonly transmit: (packet: Datagram) => void;
}

const PERMISSION: WireFailure = { kind: 'permission', code: 'EPERM' };

export function createLive({ events, isAllowed, tcp, transmit }: LiveTools): ModelLive {
  const places = new Set<Place>();

  function open(options: LiveOptions): LivePorts {
    const place = createPlace(options, { events, tcp, transmit });
    places.add(place);
    return {
      ...place.ports,
      close() {
        place.ports.close();
        places.delete(place);
      },
    };
  }

  return {
    live: {
      hindrance: () => Promise.resolve(isAllowed ? null : PERMISSION),
      open: (options) => Promise.resolve(isAllowed ? ok(open(options)) : err(PERMISSION)),
    },
    arrived(packet) {
      for (const place of places) place.arrived(packet);
    },
  };
}

interface Place {
  readonly ports: LivePorts;
  arrived(packet: Packet): void;
}

function createPlace({ local, peers }: LiveOptions, { events, tcp, transmit }: Omit<LiveTools, 'isAllowed'>): Place {
  const open = new Map<number, UdpHandlers>();
  const watched = new Map<number, TcpListenHandlers>();
  const told = new Set<string>();

  function listen(...[at, handlers]: Parameters<Tcp['listen']>): TcpListener {
    const listener = tcp.listen(at, {
      ...handlers,
      failed(failure) {
        if (failure.kind !== 'in-use' && failure.kind !== 'permission') return handlers.failed(failure);
        watched.set(at.port, handlers);
        handlers.bound(at);
      },
    });
    return {
      close() {
        listener.close();
        watched.delete(at.port);
      },
    };
  }

  /** The holder of the port accepts whoever comes. */
  function seen(segment: Segment): void {
    const handlers = watched.get(segment.to.port);
    const key = `${segment.kind} ${formatEndpoint(segment.from)} ${segment.to.port} ${segment.sequence}`;
    if (!handlers || told.has(key)) return;
    told.add(key);
    if (segment.kind === 'syn') handlers.connected(segment.from);
    if (segment.kind === 'data') handlers.arrived(segment.from, segment.bytes);
  }

  return {
    ports: {
      udp: {
        open({ port }, handlers) {
          open.set(port, handlers);
          events.after(0, () => {
            if (open.get(port) === handlers) handlers.bound({ address: local, port });
          });
          return {
            send: (bytes, to) =>
              transmit({ protocol: 'udp', from: { address: local, port }, to, bytes: bytes.slice() }),
            close() {
              if (open.get(port) === handlers) open.delete(port);
            },
          };
        },
        freeSockets: () => Number.POSITIVE_INFINITY,
      },
      tcp: { listen },
      close() {
        open.clear();
        watched.clear();
      },
    },
    arrived(packet) {
      if (!peers.includes(packet.from.address) && !mayBeOfPeers(packet)) return;
      if (packet.protocol === 'udp') open.get(packet.to.port)?.datagram(packet.bytes, packet.from);
      else seen(packet);
    },
  };
}

/** As the filter of the real one: answers of STUN (RFC 8489 section 5), and who calls. */
const mayBeOfPeers = (packet: Packet): boolean =>
  packet.protocol === 'tcp' ||
  ((packet.bytes[0] ?? 0) % 2 === 1 && Buffer.from(packet.bytes).toString('hex', 4, 8) === '2112a442');
