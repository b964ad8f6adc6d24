import type { Endpoint, Milliseconds } from '../base/index.ts';
import type { ProbePlan } from '../plan/index.ts';
import { STALE_NONCE } from '../stun/index.ts';
import type { SocketFailure } from '../system/index.ts';
import { type Answer, isTransient, readAnswer, readServer } from './answer.ts';
import { Bulk } from './bulk.ts';
import { type ControlSubject, Controls } from './controls.ts';
import { HelperSockets, NO_PORT_LEFT } from './helpers.ts';
import { type NewcomerSubject, Newcomers } from './newcomers.ts';
import { never, Outbox } from './outbox.ts';
import { makePacer, type Pacer } from './pacer.ts';
import { Path } from './path.ts';
import { Pauses } from './pauses.ts';
import { PortAsker, type PortSubject } from './port-asker.ts';
import { type SentinelSubject, Sentinels } from './sentinels.ts';
import { Throttle } from './throttle.ts';
import { type Pending, Transactions } from './transactions.ts';
import type { Engine, Input, Observation, Output, SocketKey } from './types.ts';
import { Witness } from './witness.ts';

type Subject = PortSubject | ControlSubject | SentinelSubject | NewcomerSubject;

type Phase = 'new' | 'helpers' | 'opening' | 'first-control' | 'asking' | 'choosing' | 'settling' | 'done';

/** How long a run waits for every role to answer its first control probe. */
const PATIENCE: Milliseconds = 12_000;

/** Sentinels whose sockets stay open for the next slice; `plan` leaves room for them. */
const CARRIED = 4;
/** So long a run waits at its end to know the router's filter. */
const SETTLED_AFTER: Milliseconds = 12_000;
/** So long a socket of our own may take to be closed. */
const HELD_FOR_A_MOMENT: Milliseconds = 30;
const NONE: ReadonlySet<SocketKey> = new Set();

/** Ports that are asked after those of the plan, chosen by what the ones before them have shown. */
export interface Refinement {
  /** Whether a port may be among them: no helper takes it. */
  mayAsk(port: number): boolean;
  /** When all else is over, and reported: what to ask now, slice by slice; nothing: the check is over. */
  next(): readonly (readonly number[])[];
}

const NOTHING_MORE: Refinement = { mayAsk: () => false, next: () => [] };

/** Asks all ports of a plan, slice by slice, then what refines them, and reports what it sees. */
export class RangeCheck implements Engine<Observation> {
  readonly #plan: ProbePlan;
  readonly #refinement: Refinement;
  readonly #outbox = new Outbox<Observation>();
  readonly #transactions: Transactions<Subject>;
  readonly #helpers: HelperSockets<Observation>;
  readonly #pacer: Pacer;
  readonly #bulk: Bulk;
  readonly #controls: Controls;
  readonly #sentinels: Sentinels;
  readonly #newcomers: Newcomers;
  readonly #asker: PortAsker;
  readonly #pauses: Pauses;
  readonly #witness: Witness;
  readonly #slices: (readonly number[])[];
  /** Ports whose sockets are open, or being opened. */
  readonly #open = new Set<SocketKey>();
  /** Ports of this slice whose sockets are still being opened. */
  readonly #opening = new Set<SocketKey>();
  /** Ports that were in use, and since when, to be tried once more. */
  readonly #heldFor = new Map<SocketKey, Milliseconds>();
  readonly #tried = new Set<SocketKey>();
  /** Ports that the server has reached with something that is no answer. */
  readonly #garbled = new Set<SocketKey>();
  #listening = 0;
  /** Ports that found no free socket, and wait for the next slice. */
  #deferred: number[] = [];
  #phase: Phase = 'new';
  #phaseSince: Milliseconds = 0;

  constructor(plan: ProbePlan, random: (count: number) => Uint8Array, refinement: Refinement = NOTHING_MORE) {
    this.#plan = plan;
    this.#refinement = refinement;
    this.#slices = [...plan.slices];
    const checked = new Set(plan.slices.flat());
    const path = new Path();
    this.#transactions = new Transactions(random);
    const isChecked = (port: number) => checked.has(port) || refinement.mayAsk(port);
    this.#helpers = new HelperSockets(this.#outbox, plan.bindAddress, isChecked);
    this.#pacer = makePacer(plan.rate);
    this.#bulk = new Bulk(plan.server.pass);
    const [helpers, pacer, bulk] = [this.#helpers, this.#pacer, this.#bulk];
    const shared = { plan, outbox: this.#outbox, helpers, path, pacer, bulk };
    // One table for all, so that one look tells whose answer it is.
    const transactions = this.#transactions as Transactions<PortSubject> &
      Transactions<ControlSubject> &
      Transactions<SentinelSubject> &
      Transactions<NewcomerSubject>;
    this.#controls = new Controls({ ...shared, transactions });
    this.#sentinels = new Sentinels({ ...shared, transactions, controls: this.#controls });
    this.#witness = new Witness({
      plan,
      outbox: this.#outbox,
      find: (id) => this.#transactions.find(id),
      isOpen: (port) => this.#open.has(port) && !this.#opening.has(port),
    });
    this.#newcomers = new Newcomers({ ...shared, transactions, controls: this.#controls }, isChecked);
    const watched = {
      ...shared,
      controls: this.#controls,
      sentinels: this.#sentinels,
      newcomers: this.#newcomers,
      throttle: new Throttle(pacer, plan.rate),
    };
    this.#asker = new PortAsker({ ...watched, transactions, witness: this.#witness });
    this.#pauses = new Pauses(watched);
  }

  handle(input: Input, now: Milliseconds): void {
    if (this.#phase === 'done') return;
    switch (input.kind) {
      case 'bound':
        return this.#bound(input.socket, input.local, now);
      case 'bind-failed':
        return this.#bindFailed(input, now);
      case 'datagram':
        return this.#datagram(input.socket, input.bytes, input.from, now);
      case 'not-sent':
        return this.#notSent(input, now);
      case 'captured':
        for (const packet of input.packets) this.#witness.captured(packet, now);
        return;
      case 'passed-on':
        for (const packet of input.packets) this.#witness.passedOn(packet, now);
        return;
      case 'turned-back':
        return this.#witness.turnedBack(input.error, now);
      case 'not-watching':
        return this.#outbox.observed({ kind: 'not-watching', at: now, failure: input.failure });
      case 'tick':
      case 'listens':
      case 'listen-failed':
      case 'visited':
      case 'called':
      case 'exchanged':
      case 'knocked':
        return;
      case 'cancel':
        this.#outbox.observed({ kind: 'cancelled', at: now });
        return this.#finish();
      default:
        return input satisfies never;
    }
  }

  next(now: Milliseconds): Output<Observation> {
    const queued = this.#outbox.shift();
    if (queued) return queued;
    const until = this.#work(now);
    return this.#outbox.shift() ?? (this.#phase === 'done' ? { kind: 'done' } : { kind: 'wait', until });
  }

  /** Does what can be done at this time, and tells when there will be more. */
  #work(now: Milliseconds): Milliseconds {
    switch (this.#phase) {
      case 'new':
        this.#helpers.open();
        return this.#enter('helpers', now);
      case 'helpers':
        // First of all: the system may hand out a port to be checked, which must be free again by then.
        return this.#helpers.ready ? this.#openSlice(now) : never;
      case 'opening':
        return this.#opening.size === this.#heldFor.size ? this.#openAgain(now) : never;
      case 'first-control':
        return this.#waitForControl(now);
      case 'asking':
        return this.#askPorts(now);
      case 'choosing':
        return this.#refine(now);
      case 'settling':
        return this.#settle(now);
      case 'done':
        return never;
      default:
        return this.#phase satisfies never;
    }
  }

  #enter(phase: Phase, now: Milliseconds): Milliseconds {
    if (phase === 'done') this.#finish();
    this.#phase = phase;
    this.#phaseSince = now;
    return now;
  }

  #waitForControl(now: Milliseconds): Milliseconds {
    if (this.#controls.alive) return this.#enter('asking', now);
    if (now - this.#phaseSince > PATIENCE) return this.#serverLost(now);
    this.#controls.hurry(now);
    return this.#controls.work(now, 'in-a-hurry');
  }

  #serverLost(now: Milliseconds): Milliseconds {
    this.#outbox.observed({ kind: 'server-lost', at: now });
    return this.#enter('done', now);
  }

  #askPorts(now: Milliseconds): Milliseconds {
    const pause = this.#pauses.work(now);
    if (pause === 'over') return this.#enter('done', now);
    if (pause !== null) return pause;
    const control = this.#controls.work(now, this.#pauses.howOften);
    const isIdle = () => this.#asker.isIdle(now);
    const sentinel = this.#sentinels.work(now, isIdle);
    const newcomer = this.#newcomers.work(now, isIdle);
    // While nobody knows whether the router still lets new flows pass, no try would count.
    if (this.#sentinels.inDoubt || this.#newcomers.inDoubt) return Math.min(control, sentinel, newcomer);
    while (this.#asker.sendNext(now)) if (this.#pacer.probeDue()) this.#controls.work(now, 'usually');
    return this.#asker.over(now)
      ? this.#sliceOver(now)
      : Math.min(control, sentinel, newcomer, this.#asker.nextAt(now));
  }

  // Slices and sockets

  #openSlice(now: Milliseconds): Milliseconds {
    const ports = this.#slices.shift() ?? [];
    this.#listening = 0;
    this.#asker.startSlice();
    for (const port of ports) {
      this.#open.add(port);
      this.#opening.add(port);
      this.#outbox.push({ kind: 'open', socket: port, local: { address: this.#plan.bindAddress, port } });
    }
    return this.#enter('opening', now);
  }

  #sliceOver(now: Milliseconds): Milliseconds {
    if (this.#slices.length + this.#deferred.length > 0) this.#closePorts(this.#sentinels.keep(CARRIED));
    if (this.#deferred.length > 0) this.#slices.push(this.#deferred);
    this.#deferred = [];
    return this.#slices.length > 0 ? this.#openSlice(now) : this.#enter('choosing', now);
  }

  /**
   * All that was seen is reported by now: `next` comes here with an empty outbox. Sentinels keep the sockets that the
   * next few ports leave to them: the shorter the slices, the more of them are needed.
   */
  #refine(now: Milliseconds): Milliseconds {
    this.#slices.push(...this.#refinement.next());
    // Whoever heard of them may have cancelled the run.
    if (this.#phase === 'done') return never;
    if (this.#slices.length === 0) return this.#enter('settling', now);
    const largest = Math.max(...this.#slices.map((slice) => slice.length));
    this.#closePorts(this.#sentinels.keep(Math.max(CARRIED, this.#open.size - largest)));
    return this.#openSlice(now);
  }

  /** What another server shows of ports that fail counts only where the router's filter is known. */
  #settle(now: Milliseconds): Milliseconds {
    const { needsFilter } = this.#plan;
    const isNeeded = needsFilter === 'always' || (needsFilter === 'if-ports-fail' && this.#asker.metSilence);
    if (!isNeeded || !this.#controls.filterComing || this.#controls.dead || now - this.#phaseSince > SETTLED_AFTER)
      return this.#enter('done', now);
    this.#controls.hurry(now);
    return this.#controls.work(now, 'in-a-hurry');
  }

  /** A helper of another engine of this run may have held a port for a moment: each is tried once more. */
  #openAgain(now: Milliseconds): Milliseconds {
    if (this.#heldFor.size === 0) return this.#enter('first-control', now);
    const at = Math.max(...this.#heldFor.values()) + HELD_FOR_A_MOMENT;
    if (now < at) return at;
    for (const port of this.#heldFor.keys()) {
      this.#tried.add(port);
      this.#open.add(port);
      this.#outbox.push({ kind: 'open', socket: port, local: { address: this.#plan.bindAddress, port } });
    }
    this.#heldFor.clear();
    return never;
  }

  #bound(socket: SocketKey, local: Endpoint, now: Milliseconds): void {
    if (this.#newcomers.owns(socket)) return this.#newcomers.bound(socket, local, now);
    if (this.#helpers.owns(socket)) {
      if (this.#helpers.bound(socket, local) === 'given-up') this.#controlFailed(NO_PORT_LEFT, now);
      return;
    }
    if (!this.#open.has(socket)) return;
    this.#opening.delete(socket);
    this.#listening++;
    this.#asker.add(socket);
    this.#outbox.observed({ kind: 'listening', at: now, port: socket });
  }

  #bindFailed({ socket, failure }: Extract<Input, { kind: 'bind-failed' }>, now: Milliseconds): void {
    if (this.#newcomers.owns(socket)) return this.#newcomers.failed(socket);
    if (this.#helpers.owns(socket)) {
      if (this.#helpers.failed(socket, failure) === 'given-up') this.#controlFailed(failure, now);
      return;
    }
    if (!this.#open.delete(socket)) return;
    if (failure.kind === 'in-use' && !this.#tried.has(socket)) {
      this.#heldFor.set(socket, now);
      return;
    }
    this.#opening.delete(socket);
    // Somebody else has taken the sockets that were free a moment ago: this port has to wait for its turn.
    if (failure.kind === 'no-more-sockets' && this.#listening > 0) this.#deferred.push(socket);
    else this.#outbox.observed({ kind: 'not-listening', at: now, port: socket, failure });
  }

  #controlFailed(failure: SocketFailure, at: Milliseconds): void {
    this.#outbox.observed({ kind: 'control-failed', at, failure });
    this.#finish();
  }

  #notSent({ socket, failure }: Extract<Input, { kind: 'not-sent' }>, now: Milliseconds): void {
    // It is lost, and says no more than that.
    if (this.#newcomers.owns(socket)) return;
    const ofHelper = this.#helpers.owns(socket);
    if (ofHelper) this.#outbox.observed({ kind: 'control-failed', at: now, failure });
    else this.#outbox.observed({ kind: 'not-sent', at: now, port: socket, failure });
  }

  #datagram(socket: SocketKey, bytes: Uint8Array, from: Endpoint, now: Milliseconds): void {
    const answer = readAnswer(bytes);
    const pending = answer.kind === 'nothing' ? undefined : this.#transactions.find(answer.transactionId);
    if (answer.kind === 'nothing' || !pending) return this.#unasked(socket, from, now);
    this.#heedServer(answer, pending, now);
    if (isPort(pending)) this.#asker.answer(pending, answer, socket, from, now);
    else if (answer.kind !== 'success') return;
    else if (isControl(pending)) this.#controls.answered(pending, socket, from, answer.mapped, now);
    else if (isSentinel(pending)) this.#sentinels.answered(pending, socket, from, answer.mapped, now);
    else if (isNewcomer(pending)) this.#newcomers.answered(pending, socket, from, answer.mapped, now);
  }

  /** The server has reached the port, but not with what was asked: a silence of this port is none. */
  #unasked(socket: SocketKey, source: Endpoint, at: Milliseconds): void {
    const { primary, alternate } = this.#plan.server;
    const isServer = source.address === primary.address || source.address === alternate?.address;
    if (!isServer || !this.#open.has(socket) || this.#garbled.has(socket)) return;
    this.#garbled.add(socket);
    this.#outbox.observed({ kind: 'strange', at, port: socket, question: 'cold', what: 'unasked', source });
  }

  /** After an error, which may mean that the server does not know the token any more, a control probe asks for a new one. */
  #heedServer(answer: Answer, { sentAt }: AnyPending, now: Milliseconds): void {
    if (answer.kind === 'error') {
      this.#bulk.doubt();
      if (isTransient(answer.code)) this.#serverRefused(sentAt, now);
      if (answer.code === STALE_NONCE.code) this.#controls.serverRefused(sentAt);
    }
    if (answer.kind !== 'success' || !this.#bulk.wantsNew(now)) return;
    const { token } = readServer(answer.message);
    if (token !== null) this.#bulk.renew(token, sentAt);
  }

  /** One of ours means that it does not know our token any more: it gives another one. */
  #serverRefused(sentAt: Milliseconds, now: Milliseconds): void {
    this.#controls.serverRefused(sentAt);
    if (this.#plan.server.pass !== null) return;
    this.#outbox.observed({ kind: 'throttled', at: now });
    this.#pauses.serverRefused();
  }

  #finish(): void {
    if (this.#phase === 'done') return;
    this.#phase = 'done';
    this.#closePorts();
    this.#newcomers.close();
    this.#helpers.close();
  }

  #closePorts(kept: ReadonlySet<SocketKey> = NONE): void {
    for (const socket of this.#open) {
      if (kept.has(socket)) continue;
      this.#open.delete(socket);
      this.#outbox.push({ kind: 'close', socket });
    }
  }
}

type AnyPending = Pending<Subject>;

const isControl = (pending: AnyPending): pending is Pending<ControlSubject> => pending.subject.kind === 'control';

const isSentinel = (pending: AnyPending): pending is Pending<SentinelSubject> => pending.subject.kind === 'sentinel';

const isNewcomer = (pending: AnyPending): pending is Pending<NewcomerSubject> => pending.subject.kind === 'newcomer';

const isPort = (pending: AnyPending): pending is Pending<PortSubject> => pending.subject.kind === 'port';
