import { familyOf } from '../../src/base/index.ts';
import type { IcmpError, Watch, Watched, Wire, WireFailure, WireHandlers } from '../../src/system/index.ts';
import type { Events } from './events.ts';
import type { Packet } from './packet.ts';

/** A host's view of what comes to it, before its firewall. */
export interface ModelWire {
  readonly wire: Wire;
  arrived(packet: Packet): void;
  /** A packet that leaves the host, behind its firewall. */
  left(packet: Packet): void;
  turnedBack(error: IcmpError): void;
}

const PERMISSION: WireFailure = { kind: 'permission', code: 'EPERM' };

export function createWire(events: Events, mayWatch: boolean): ModelWire {
  const watches = new Set<{ readonly watched: Watched; readonly handlers: WireHandlers }>();

  function watch(watched: Watched, handlers: WireHandlers): Watch {
    const one = { watched, handlers };
    const begin = events.after(0, () => {
      if (!mayWatch) return handlers.failed(PERMISSION);
      watches.add(one);
      handlers.watching();
    });
    return {
      close() {
        begin.cancel();
        watches.delete(one);
      },
    };
  }

  return {
    wire: { watch },
    arrived(packet) {
      const { protocol, from, to, bytes } = packet;
      for (const { watched, handlers } of watches) {
        if (watched.what === 'calls') {
          if (protocol === 'tcp' && packet.kind === 'syn') handlers.knocked([{ kind: 'asked', peer: from, own: to }]);
        } else if (protocol === 'udp' && watched.peers.includes(from.address)) handlers.arrived([{ bytes, from, to }]);
      }
    },
    left(packet) {
      if (packet.protocol !== 'tcp' || packet.kind !== 'syn-ack') return;
      for (const { watched, handlers } of watches)
        if (watched.what === 'calls') handlers.knocked([{ kind: 'answered', peer: packet.to, own: packet.from }]);
    },
    turnedBack(error) {
      for (const { watched, handlers } of watches)
        if (watched.what === 'answers' && watched.family === familyOf(error.by)) handlers.turnedBack(error);
    },
  };
}
