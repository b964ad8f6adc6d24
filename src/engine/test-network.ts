import { type Endpoint, endpoint, type Milliseconds } from '../base/index.ts';
import {
  BINDING,
  CHANGE_REQUEST,
  coldId,
  decodeMessage,
  ERROR_CODE,
  encodeMessage,
  FULLCONE_COLD,
  FULLCONE_HELLO,
  FULLCONE_TOKEN,
  type Message,
  makeAttribute,
  OTHER_ADDRESS,
  type RawAttribute,
  RESPONSE_PORT,
  readAttribute,
  XOR_MAPPED_ADDRESS,
} from '../stun/index.ts';
import type { SocketFailure } from '../system/index.ts';
import { ALTERNATE, PRIMARY, seenFrom } from './test-plan.ts';
import type { Engine, Input, Output, SocketKey } from './types.ts';

/** For the tests: an engine on a clock that jumps, and a server that is a function from a request to its answers. */

export interface Request {
  readonly at: Milliseconds;
  /** The asking socket's own port. */
  readonly port: number;
  readonly to: Endpoint;
  readonly id: Uint8Array;
  readonly change: { readonly address: boolean; readonly port: boolean } | null;
  readonly responsePort: number | null;
  /** Shown with it, hexadecimal. */
  readonly token: string | null;
  /** One of the ports of a FULLCONE-COLD. */
  readonly isOrder: boolean;
  /** Of the packet: by it an order is refused. */
  readonly packet: Uint8Array;
  /** Asks for a token. */
  readonly hello: boolean;
  /** Requests before this one. */
  readonly nth: number;
}

export interface Reply {
  /** Since the request was sent. */
  readonly after: Milliseconds;
  readonly from: Endpoint;
  /** The local port on which it arrives. */
  readonly port: number;
  readonly bytes: Uint8Array;
}

export type Server = (request: Request) => readonly Reply[];

export const ROUND_TRIP: Milliseconds = 20;

export const success = (id: Uint8Array, mapped: Endpoint, more: readonly RawAttribute[] = []): Uint8Array =>
  encodeMessage({
    class: 'success',
    method: BINDING,
    transactionId: id,
    attributes: [makeAttribute(XOR_MAPPED_ADDRESS, mapped, id), ...more],
  });

export const failure = (id: Uint8Array, code: number): Uint8Array =>
  encodeMessage({
    class: 'error',
    method: BINDING,
    transactionId: id,
    attributes: [makeAttribute(ERROR_CODE, { code, reason: '' }, id)],
  });

const PORTS = [PRIMARY.port, ALTERNATE.port] as const;

/** The role from which a server that keeps RFC 5780 answers (section 7.2). */
export function roleFor({ to, change }: Request): Endpoint {
  const otherAddress = to.address === PRIMARY.address ? ALTERNATE.address : PRIMARY.address;
  const otherPort = to.port === PORTS[0] ? PORTS[1] : PORTS[0];
  return endpoint(change?.address ? otherAddress : to.address, change?.port ? otherPort : to.port);
}

/** A full server that everybody reaches, and no router in between. */
export const honest: Server = (request) => [
  {
    after: ROUND_TRIP,
    from: roleFor(request),
    port: request.responsePort ?? request.port,
    bytes: success(request.id, seenFrom(request.port), [makeAttribute(OTHER_ADDRESS, ALTERNATE, request.id)]),
  },
];

/** What the alternate address sends to these ports does not get in, nor what they did not ask for. */
export const closed =
  (...ports: readonly number[]): Server =>
  (request) =>
    honest(request).filter(({ from, port }) => {
      const isWanted = from.address === PRIMARY.address && request.port === port;
      return isWanted || !ports.includes(port);
    });

/** The same server with another idea of some requests; null: no other idea. */
export const but =
  (change: (request: Request) => readonly Reply[] | null, otherwise: Server = honest): Server =>
  (request) =>
    change(request) ?? otherwise(request);

/** Where a socket with this key is to listen; by default ports of the system's own choice begin at 50001. */
export type Bind = (local: Endpoint, nth: number) => number | SocketFailure;

interface Options {
  readonly bind?: Bind;
  /** Cancels in place of the input with this number. */
  readonly cancelAt?: number;
  readonly inputs?: readonly { readonly at: Milliseconds; readonly input: Input }[];
  /** Sockets that may be open at the same time. */
  readonly limit?: number;
  /** The sockets on ports of the system's own choice are bound later than all others. */
  readonly slowHelpers?: boolean;
  /** What the system says to a packet that it does not send. */
  readonly refuses?: (request: Request) => SocketFailure | null;
}

export interface Run<T> {
  readonly observations: readonly T[];
  readonly sent: readonly Request[];
  readonly endedAt: Milliseconds;
  /** Inputs that the engine was given. */
  readonly steps: number;
  /** Whose packets were to be told of, each time. */
  readonly watched: readonly (readonly string[])[];
}

export const NO_MORE: SocketFailure = { kind: 'no-more-sockets', code: 'EMFILE' };

const TEN_MINUTES: Milliseconds = 600_000;
const MANY_OUTPUTS = 5000;
const MANY_IDLE = 20;

/**
 * Lets an engine run until it is done, and watches over what holds in every run: what is sent leaves an open socket,
 * every socket that was opened is closed once, nothing goes round in circles, and after the end there is silence.
 */
export function drive<T>(engine: Engine<T>, server: Server, options: Options = {}): Run<T> {
  return new Drive(engine, server, options).run();
}

class Drive<T> {
  readonly #engine: Engine<T>;
  readonly #server: Server;
  readonly #options: Options;
  readonly #queue: { at: Milliseconds; order: number; input: Input; port?: number }[] = [];
  readonly #sockets = new Map<SocketKey, { state: 'opening' | 'open' | 'failed' | 'closed'; port: number }>();
  readonly #observations: T[] = [];
  readonly #sent: Request[] = [];
  #now: Milliseconds = 1000;
  #wakeAt: Milliseconds = Number.POSITIVE_INFINITY;
  #order = 0;
  #opened = 0;
  #steps = 0;
  #idle = 0;
  #watched: (readonly string[])[] = [];

  constructor(engine: Engine<T>, server: Server, options: Options) {
    this.#engine = engine;
    this.#server = server;
    this.#options = options;
    for (const { at, input } of options.inputs ?? []) this.#later(at, input);
  }

  run(): Run<T> {
    for (let over = this.#drain(); !over; over = this.#drain()) this.#step();
    this.#checkEnd();
    return {
      observations: this.#observations,
      sent: this.#sent,
      endedAt: this.#now,
      steps: this.#steps,
      watched: this.#watched,
    };
  }

  /** One input: what comes first of all that is on its way. */
  #step(): void {
    const next = this.#queue.reduce((first, one) => (before(one, first) ? one : first), this.#tick());
    if (next.at === Number.POSITIVE_INFINITY) throw new Error(`the engine waits for nothing at ${this.#now}`);
    if (next.at > TEN_MINUTES) throw new Error('the engine does not come to an end');
    const at = this.#queue.indexOf(next);
    if (at >= 0) this.#queue.splice(at, 1);
    this.#now = Math.max(this.#now, next.at);
    const cancels = this.#options.cancelAt === this.#steps++;
    if (cancels) this.#engine.handle({ kind: 'cancel' }, this.#now);
    else this.#feed(next.input, next.port);
  }

  #tick(): { at: Milliseconds; order: number; input: Input; port?: number } {
    return { at: this.#wakeAt, order: Number.POSITIVE_INFINITY, input: { kind: 'tick' } };
  }

  /** A datagram goes to whoever listens at its port by the time that it arrives. */
  #feed(input: Input, port?: number): void {
    if (input.kind === 'bound') this.#socket(input.socket).state = 'open';
    if (input.kind === 'bind-failed') this.#socket(input.socket).state = 'failed';
    if (port === undefined) return this.#engine.handle(input, this.#now);
    for (const [socket, { state, port: at }] of this.#sockets)
      if (state === 'open' && at === port && input.kind === 'datagram')
        this.#engine.handle({ ...input, socket }, this.#now);
  }

  /** Takes what the engine puts out; true: it is done. */
  #drain(): boolean {
    for (let count = 0; count < MANY_OUTPUTS; count++) {
      const output = this.#engine.next(this.#now);
      if (output.kind === 'done') return true;
      if (output.kind === 'wait') {
        this.#idle = count === 0 && output.until <= this.#now ? this.#idle + 1 : 0;
        if (this.#idle > MANY_IDLE) throw new Error(`the engine wakes up for nothing at ${this.#now}`);
        this.#wakeAt = output.until;
        return false;
      }
      this.#carryOut(output);
    }
    throw new Error(`more than ${MANY_OUTPUTS} outputs at ${this.#now}`);
  }

  #carryOut(output: Exclude<Output<T>, { kind: 'wait' | 'done' }>): void {
    if (output.kind === 'observed') this.#observations.push(output.observation);
    else if (output.kind === 'open') this.#open(output.socket, output.local);
    else if (output.kind === 'send') this.#send(output.socket, output.bytes, output.to);
    else if (output.kind === 'close') this.#close(output.socket);
    else if (output.kind === 'watch') this.#watched.push(output.watched.what === 'answers' ? output.watched.peers : []);
    else throw new Error(`${output.kind}: this network has no TCP`);
  }

  #open(socket: SocketKey, local: Endpoint): void {
    const known = this.#sockets.get(socket)?.state;
    if (known === 'open' || known === 'opening') throw new Error(`socket ${socket} is opened twice`);
    const nth = this.#opened++;
    if (nth > MANY_OUTPUTS) throw new Error('opens one socket after the other');
    const left = (this.#options.limit ?? Number.POSITIVE_INFINITY) - this.#inUse();
    const bound = left > 0 ? (this.#options.bind?.(local, nth) ?? (local.port || 50_001 + nth)) : NO_MORE;
    const failed = typeof bound !== 'number';
    this.#sockets.set(socket, failed ? { state: 'failed', port: 0 } : { state: 'opening', port: bound });
    if (failed) this.#later(this.#now, { kind: 'bind-failed', socket, failure: bound });
    else this.#later(this.#now + this.#delay(local), { kind: 'bound', socket, local: { ...local, port: bound } });
  }

  #inUse = (): number =>
    [...this.#sockets.values()].filter(({ state }) => state === 'opening' || state === 'open').length;

  #delay = ({ port }: Endpoint): Milliseconds => (this.#options.slowHelpers && port === 0 ? 5 : 0);

  #close(socket: SocketKey): void {
    const known = this.#socket(socket);
    if (known.state === 'closed') throw new Error(`socket ${socket} is closed twice`);
    known.state = 'closed';
    for (let at = this.#queue.length - 1; at >= 0; at--) {
      const input = this.#queue[at]?.input;
      if ((input?.kind === 'bound' || input?.kind === 'bind-failed') && input.socket === socket)
        this.#queue.splice(at, 1);
    }
  }

  #send(socket: SocketKey, bytes: Uint8Array, to: Endpoint): void {
    const { state, port } = this.#socket(socket);
    if (state === 'failed') return;
    if (state !== 'open') throw new Error(`a packet from socket ${socket}, which is ${state}`);
    for (const read of readRequests(bytes)) {
      const request = { ...read, at: this.#now, port, to, nth: this.#sent.length };
      this.#sent.push(request);
      const refused = this.#options.refuses?.(request) ?? null;
      if (refused) return this.#later(this.#now, { kind: 'not-sent', socket, failure: refused });
      for (const { after, from, port: at, bytes: answer } of this.#server(request))
        this.#later(this.#now + after, { kind: 'datagram', socket, bytes: answer, from }, at);
    }
  }

  #later(at: Milliseconds, input: Input, port?: number): void {
    this.#queue.push({ at, order: this.#order++, input, ...(port === undefined ? {} : { port }) });
  }

  #socket(socket: SocketKey) {
    const known = this.#sockets.get(socket);
    if (!known) throw new Error(`nobody opened socket ${socket}`);
    return known;
  }

  /** Whatever still comes changes nothing. */
  #checkEnd(): void {
    const left = [...this.#sockets].filter(([, { state }]) => state === 'open' || state === 'opening');
    if (left.length > 0) throw new Error(`left open: ${left.map(([socket]) => socket).join(', ')}`);
    for (const { input } of [...this.#queue, { input: { kind: 'cancel' } as const }]) {
      this.#engine.handle(input, this.#now);
      if (this.#engine.next(this.#now).kind !== 'done') throw new Error('the engine goes on after its end');
    }
  }
}

const before = (one: { at: Milliseconds; order: number }, other: { at: Milliseconds; order: number }): boolean =>
  one.at < other.at || (one.at === other.at && one.order < other.order);

type Wish = Pick<Request, 'id' | 'packet' | 'change' | 'responsePort' | 'token' | 'isOrder' | 'hello'>;

/** One packet may ask for several ports: so many requests. */
function readRequests(bytes: Uint8Array): Wish[] {
  const request = readRequest(bytes);
  const cold = readAttribute(messageOf(bytes), FULLCONE_COLD);
  if (cold?.kind !== 'ok') return [request];
  return cold.value.map((port) => ({ ...request, id: coldId(request.id, port), responsePort: port, isOrder: true }));
}

function messageOf(bytes: Uint8Array): Message {
  const decoded = decodeMessage(bytes);
  if (decoded.kind !== 'message') throw new Error(`a request that is ${decoded.kind}`);
  return decoded.message;
}

/** What a request asks for. */
export function readRequest(bytes: Uint8Array): Wish {
  const message = messageOf(bytes);
  if (message.class !== 'request' || message.method !== BINDING) throw new Error('no Binding request');
  const change = readAttribute(message, CHANGE_REQUEST);
  const responsePort = readAttribute(message, RESPONSE_PORT);
  const token = readAttribute(message, FULLCONE_TOKEN);
  return {
    token: token?.kind === 'ok' ? Buffer.from(token.value).toString('hex') : null,
    isOrder: false,
    packet: message.transactionId,
    hello: readAttribute(message, FULLCONE_HELLO) !== null,
    id: message.transactionId,
    change: change?.kind === 'ok' ? change.value : null,
    responsePort: responsePort?.kind === 'ok' ? responsePort.value : null,
  };
}
