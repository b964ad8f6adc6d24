import { type Endpoint, familyOf, isAnyAddress } from '../../src/base/index.ts';
import type { CallOutcome, SocketFailure, Tcp, TcpListener, TcpListenHandlers, Timer } from '../../src/system/index.ts';
import { firstOf, isLoopback } from './addresses.ts';
import { createBindings } from './bindings.ts';
import type { Chance } from './chance.ts';
import { type Descriptors, reserve } from './descriptors.ts';
import type { Events } from './events.ts';
import type { Segment } from './packet.ts';
import { refusal, strangersAnswer } from './segment.ts';
import { type Call, createCall } from './tcp-call.ts';
import { createExchange } from './tcp-exchange.ts';
import { createListener, type Listener } from './tcp-listener.ts';

export interface TcpOptions {
  readonly addresses: readonly string[];
  /** Ports at which another process listens, on all addresses. */
  readonly held: ReadonlySet<number>;
  /** Those of them at which it listens for its own machine alone. */
  readonly heldInside: ReadonlySet<number>;
  /** Whether the program may have ports below 1024. */
  readonly isPrivileged: boolean;
  readonly descriptors: Descriptors;
  readonly events: Events;
  readonly chance: Chance;
  /** Takes a segment that leaves this host. */
  readonly transmit: (segment: Segment) => void;
}

export interface HostTcp {
  readonly tcp: Tcp;
  has(port: number): boolean;
  /** A segment for this host; false: nobody here expects it, and the host has said so. */
  receive(segment: Segment): boolean;
}

const LARGEST_SEQUENCE = 2 ** 32 - 1;
const NOTHING = new Uint8Array(0);

/** A host's TCP: it gives a segment to whoever has its endpoint, and sends the answer. */
export function createTcp(options: TcpOptions): HostTcp {
  const { addresses, held, heldInside, descriptors, events, chance, transmit } = options;
  const bindings = createBindings<Listener | Call>(addresses, held, chance, options.isPrivileged);

  function send(segment: Segment): void {
    if (bindings.isLocal(segment.to.address)) events.after(0, () => receive(segment));
    else transmit(segment);
  }

  function receive(segment: Segment): boolean {
    const answer = answerOf(segment);
    if (answer !== null) send(answer);
    return answer?.kind !== 'reset';
  }

  function answerOf(segment: Segment): Segment | null {
    if (held.has(segment.to.port)) return (heldInside.has(segment.to.port) ? refusal : strangersAnswer)(segment);
    const socket = bindings.find(segment.to);
    return socket === undefined ? refusal(segment) : socket.receive(segment);
  }

  function listen(wanted: Endpoint, handlers: TcpListenHandlers): TcpListener {
    const reserved = reserve(bindings, descriptors, wanted);
    if (reserved.kind === 'error') return fail(handlers, reserved.error);
    const listener = createListener(reserved.value, handlers);
    bindings.add(listener);
    events.after(0, listener.begin);
    return {
      close() {
        if (!listener.end()) return;
        bindings.remove(listener);
        descriptors.giveBack();
      },
    };
  }

  function fail(handlers: TcpListenHandlers, failure: SocketFailure): TcpListener {
    const timer = events.after(0, () => handlers.failed(failure));
    return { close: timer.cancel };
  }

  function call(...[from, to, bytes, patience, ended]: Parameters<Tcp['call']>): Timer {
    const address = sourceFor(from, to.address);
    if (!isPossible(address, to)) return failCall(ended);
    const reserved = reserve(bindings, descriptors, { address, port: 0 });
    if (reserved.kind === 'error') return failCall(ended);
    const call = createCall({
      ...{ local: reserved.value, to, bytes: bytes.slice(), patience, events, send },
      sequence: chance.integer(0, LARGEST_SEQUENCE),
      ended(outcome) {
        descriptors.giveBack();
        if (outcome !== 'cancelled') ended(outcome);
      },
      over: () => bindings.remove(call),
    });
    bindings.add(call);
    call.begin();
    return { cancel: call.cancel };
  }

  function exchange(...[from, to, request, ended]: Parameters<Tcp['exchange']>): Timer {
    const address = sourceFor(from, to.address);
    const reserved = isPossible(address, to) ? reserve(bindings, descriptors, { address, port: 0 }) : null;
    if (reserved?.kind !== 'ok') return events.after(0, () => ended(NOTHING));
    const running = createExchange({
      ...{ local: reserved.value, to, request, events, send },
      sequence: chance.integer(0, LARGEST_SEQUENCE),
      ended(bytes) {
        bindings.remove(running);
        descriptors.giveBack();
        if (bytes !== null) ended(bytes);
      },
    });
    bindings.add(running);
    running.begin();
    return { cancel: running.cancel };
  }

  /** Any address means the one that the route gives: its own to itself, else the host's first. */
  const sourceFor = (from: string, to: string): string =>
    !isAnyAddress(from) ? from : bindings.isLocal(to) ? to : (firstOf(addresses, to) ?? from);

  const failCall = (ended: (outcome: CallOutcome) => void): Timer => events.after(0, () => ended('failed'));

  return { tcp: { listen, call, exchange }, has: bindings.has, receive };
}

const isPossible = (from: string, { address, port }: Endpoint): boolean =>
  port !== 0 &&
  familyOf(address) !== null &&
  familyOf(address) === familyOf(from) &&
  (isLoopback(address) || !isLoopback(from));
