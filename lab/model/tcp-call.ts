import { type Endpoint, type Milliseconds, sameEndpoint } from '../../src/base/index.ts';
import type { CallOutcome, Timer } from '../../src/system/index.ts';
import type { Events } from './events.ts';
import type { Segment } from './packet.ts';
import { refusal } from './segment.ts';

export interface CallOptions {
  readonly local: Endpoint;
  readonly to: Endpoint;
  readonly bytes: Uint8Array;
  readonly sequence: number;
  readonly patience: Milliseconds;
  readonly events: Events;
  readonly send: (segment: Segment) => void;
  /** Called once. The program is done with it; what it has said may still be on its way. */
  readonly ended: (outcome: CallOutcome | 'cancelled') => void;
  /** The port is free again. */
  readonly over: () => void;
}

/** One that calls. */
export interface Call {
  readonly local: Endpoint;
  /** The answer to a segment for `local`. */
  receive(segment: Segment): Segment | null;
  begin(): void;
  cancel(): void;
}

/** Linux: a SYN is repeated after 1 s, then 2 s, and so on; data after 200 ms, then 400 ms. */
const SYN_WAIT: Milliseconds = 1000;
const DATA_WAIT: Milliseconds = 200;
/** Linux's tcp_orphan_retries: whoever has closed is not kept for more. */
const DATA_REPEATS = 8;

export function createCall({ local, to, bytes, sequence, patience, events, send, ended, over }: CallOptions): Call {
  let state: 'calling' | 'talking' | 'over' = 'calling';
  let timers: readonly Timer[] = [];

  const say = (kind: Segment['kind'], said: Uint8Array): void =>
    send({ protocol: 'tcp', from: local, to, kind, sequence, bytes: said });

  function become(next: typeof state, running: readonly Timer[]): void {
    for (const timer of timers) timer.cancel();
    state = next;
    timers = running;
    if (next === 'over') over();
  }

  function end(outcome: CallOutcome | 'cancelled'): void {
    become('over', []);
    ended(outcome);
  }

  function begin(): void {
    const syn = repeat(events, SYN_WAIT, Number.POSITIVE_INFINITY, () => say('syn', NOTHING));
    timers = [syn, events.after(patience, () => end('timed-out'))];
  }

  function talk(): void {
    const giveUp = (): void => become('over', []);
    become('talking', []);
    timers = [repeat(events, DATA_WAIT, DATA_REPEATS, () => say('data', bytes), giveUp)];
    ended('connected');
  }

  function receive(segment: Segment): Segment | null {
    const isMine = sameEndpoint(segment.from, to) && segment.sequence === sequence;
    if (!isMine) return refusal(segment);
    if (state === 'calling') hearCalling(segment.kind);
    // A copy of the SYN-ACK says nothing new.
    else if (segment.kind !== 'syn-ack') become('over', []);
    return null;
  }

  function hearCalling(kind: Segment['kind']): void {
    if (kind === 'syn-ack') talk();
    else if (kind === 'reset') end('refused');
  }

  return {
    local,
    receive,
    begin,
    cancel() {
      if (state === 'calling') end('cancelled');
    },
  };
}

const NOTHING = new Uint8Array(0);

/** Does it at once, again after `first`, after twice as long, and so on; `giveUp` when the last one has waited in vain. */
function repeat(
  events: Events,
  first: Milliseconds,
  times: number,
  action: () => void,
  giveUp: () => void = () => undefined,
): Timer {
  let timer: Timer | null = null;
  function once(wait: Milliseconds, left: number): void {
    action();
    timer = events.after(wait, () => (left > 0 ? once(2 * wait, left - 1) : giveUp()));
  }
  once(first, times);
  return { cancel: () => timer?.cancel() };
}
