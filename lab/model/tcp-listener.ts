import { assertNever, type Endpoint, formatEndpoint } from '../../src/base/index.ts';
import type { TcpListenHandlers } from '../../src/system/index.ts';
import type { Segment } from './packet.ts';
import { answerTo, refusal } from './segment.ts';

/** One that listens. */
export interface Listener {
  readonly local: Endpoint;
  /** The answer to a segment for `local`. */
  receive(segment: Segment): Segment | null;
  begin(): void;
  /** false: it had ended before. */
  end(): boolean;
}

/**
 * A connection is told by its caller and its sequence number, and is remembered as long as the listener lives: a copy
 * of its SYN or of its data is never taken for another one.
 */
export function createListener(local: Endpoint, handlers: TcpListenHandlers): Listener {
  const connections = new Map<string, 'open' | 'connected' | 'heard'>();
  let state: 'opening' | 'open' | 'closed' = 'opening';

  function receive(segment: Segment): Segment | null {
    if (state !== 'open') return refusal(segment);
    switch (segment.kind) {
      case 'syn':
        return accept(segment);
      case 'data':
        return hear(segment);
      case 'bare':
        connect(segment);
        return null;
      case 'reset':
        return forget(segment);
      case 'syn-ack':
      case 'ack':
        return refusal(segment);
      default:
        return assertNever(segment.kind);
    }
  }

  /** A repeated SYN gets its answer again: the first may be lost. */
  function accept(segment: Segment): Segment {
    const key = keyOf(segment);
    if (!connections.has(key)) connections.set(key, 'open');
    return answerTo(segment, 'syn-ack');
  }

  /** The caller has the answer to its SYN: only now does the program hear of it. */
  function connect(segment: Segment): void {
    const key = keyOf(segment);
    if (connections.get(key) !== 'open') return;
    connections.set(key, 'connected');
    handlers.connected(segment.from);
  }

  function hear(segment: Segment): Segment | null {
    connect(segment);
    const key = keyOf(segment);
    const known = connections.get(key);
    if (known === undefined) return refusal(segment);
    connections.set(key, 'heard');
    if (known === 'connected') handlers.arrived(segment.from, segment.bytes);
    return answerTo(segment, 'ack');
  }

  function forget(segment: Segment): null {
    const key = keyOf(segment);
    if (connections.get(key) === 'open') connections.delete(key);
    return null;
  }

  return {
    local,
    receive,
    begin() {
      if (state !== 'opening') return;
      state = 'open';
      handlers.bound(local);
    },
    end() {
      const first = state !== 'closed';
      state = 'closed';
      return first;
    },
  };
}

const keyOf = ({ from, to, sequence }: Segment): string => `${formatEndpoint(from)} ${formatEndpoint(to)} ${sequence}`;
