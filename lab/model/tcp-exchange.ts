import { type Endpoint, sameEndpoint } from '../../src/base/index.ts';
import type { ExchangeRequest } from '../../src/system/index.ts';
import type { Events } from './events.ts';
import type { Segment } from './packet.ts';
import { refusal } from './segment.ts';
import type { Call } from './tcp-call.ts';

export interface ExchangeOptions {
  readonly local: Endpoint;
  readonly to: Endpoint;
  readonly request: ExchangeRequest;
  readonly sequence: number;
  readonly events: Events;
  readonly send: (segment: Segment) => void;
  /** Called once, with what had come; null: it was cancelled. */
  readonly ended: (bytes: Uint8Array | null) => void;
}

const NOTHING = new Uint8Array(0);

/** One that calls, says something, and hears the answer; on a network that loses nothing, so that nothing is repeated. */
export function createExchange({ local, to, request, sequence, events, send, ended }: ExchangeOptions): Call {
  let state: 'calling' | 'listening' | 'over' = 'calling';
  const patience = events.after(request.patience, () => end(NOTHING));

  const say = (kind: Segment['kind'], bytes: Uint8Array): void =>
    send({ protocol: 'tcp', from: local, to, kind, sequence, bytes });

  function end(bytes: Uint8Array | null): void {
    if (state === 'over') return;
    state = 'over';
    patience.cancel();
    ended(bytes);
  }

  function receive(segment: Segment): Segment | null {
    if (!sameEndpoint(segment.from, to) || segment.sequence !== sequence) return refusal(segment);
    if (segment.kind === 'reset') end(NOTHING);
    else if (segment.kind === 'syn-ack' && state === 'calling') {
      state = 'listening';
      say('data', request.bytes.slice());
    } else if (segment.kind === 'ack') end(segment.bytes.slice(0, request.most));
    return null;
  }

  return { local, receive, begin: () => say('syn', NOTHING), cancel: () => end(null) };
}
