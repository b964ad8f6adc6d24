import type { Endpoint, Milliseconds } from '../base/index.ts';
import type { ProbePlan, Question, Step } from '../plan/index.ts';
import { type Answer, bindingRequest, readAnswer } from './answer.ts';
import { type ControlSubject, Controls } from './controls.ts';
import { DueQueue } from './heap.ts';
import { HelperSockets } from './helpers.ts';
import { never, Outbox } from './outbox.ts';
import { makePacer, type Pacer } from './pacer.ts';
import { Path } from './path.ts';
import { PortState } from './port-state.ts';
import { type Pending, Transactions } from './transactions.ts';
import type { Engine, Input, Observation, Output, SocketKey, StrangeAnswer } from './types.ts';
import { type RunProgress, wanted } from './wanted.ts';

/** One question to one port, over all its tries. */
interface Ask {
  readonly kind: 'port';
  readonly state: PortState;
  readonly question: Question;
  readonly step: Step;
  dueAt: Milliseconds;
  firstSentAt: Milliseconds;
  lastSentAt: Milliseconds;
  tries: number;
  over: boolean;
}

interface PortSubject {
  readonly kind: 'port';
  readonly ask: Ask;
  readonly attempt: number;
}

type Phase = 'opening' | 'first-control' | 'asking' | 'last-control' | 'done';

/** How long a run waits for the control probes that its silences need. */
const PATIENCE: Milliseconds = 12_000;

/** Fewer preserved ports than this could be the luck of a router that draws ports at random. */
const FEW_PRESERVED = 3;

/** Asks all ports of a plan, and reports what it sees. */
export class RangeCheck implements Engine<Observation> {
  readonly #plan: ProbePlan;
  readonly #outbox = new Outbox<Observation>();
  readonly #transactions: Transactions<PortSubject | ControlSubject>;
  readonly #helpers: HelperSockets<Observation>;
  readonly #controls: Controls;
  readonly #pacer: Pacer;
  readonly #path = new Path();
  readonly #due = new DueQueue<Ask>();
  readonly #ports = new Map<number, PortState>();
  readonly #slices: number[][];
  readonly #asked = new Map<Question, number>();
  #phase: Phase = 'opening';
  #phaseSince: Milliseconds = 0;
  #slice: PortState[] = [];
  #fresh: PortState[] = [];
  #deferred: number[] = [];
  readonly #open = new Set<SocketKey>();
  #opening = 0;
  #unfinished = 0;
  #confirming = false;
  #lastSilence: Milliseconds = -1;
  #started = false;

  constructor(plan: ProbePlan, random: (count: number) => Uint8Array) {
    this.#plan = plan;
    this.#slices = plan.slices.map((ports) => [...ports]);
    const checked = new Set(plan.slices.flat());
    this.#transactions = new Transactions(random);
    this.#helpers = new HelperSockets(this.#outbox, plan.bindAddress, (port) => checked.has(port));
    this.#pacer = makePacer(plan.rate);
    const transactions = this.#transactions as Transactions<ControlSubject>;
    this.#controls = new Controls(plan, this.#outbox, this.#helpers, transactions, this.#path, this.#pacer);
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
      case 'tick':
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
    if (!this.#started) this.#start(now);
    switch (this.#phase) {
      case 'opening':
        return this.#helpers.ready && this.#opening === 0 ? this.#enter('first-control', now) : never;
      case 'first-control':
        return this.#waitForControl(0, 'asking', now);
      case 'asking':
        return this.#askPorts(now);
      case 'last-control':
        return this.#waitForControl(this.#lastSilence, 'done', now);
      case 'done':
        return never;
      default:
        return this.#phase satisfies never;
    }
  }

  #start(now: Milliseconds): void {
    this.#started = true;
    this.#helpers.open();
    this.#openSlice(now);
  }

  #enter(phase: Phase, now: Milliseconds): Milliseconds {
    this.#phase = phase;
    this.#phaseSince = now;
    if (phase === 'done') this.#finish();
    return now;
  }

  #waitForControl(since: Milliseconds, then: Phase, now: Milliseconds): Milliseconds {
    if (this.#controls.aliveSince(since)) return this.#enter(then, now);
    if (now - this.#phaseSince > PATIENCE) return this.#enter('done', now);
    this.#controls.hurry(now);
    return this.#controls.work(now, true);
  }

  // Ports

  #openSlice(now: Milliseconds): void {
    const ports = this.#slices.shift() ?? [];
    this.#slice = [];
    this.#deferred = [];
    this.#confirming = false;
    this.#opening = ports.length;
    for (const port of ports) {
      const local = { address: this.#plan.bindAddress, port };
      this.#ports.set(port, new PortState(port));
      this.#open.add(port);
      this.#outbox.push({ kind: 'open', socket: port, local });
    }
    if (this.#helpers.ready) this.#enter('opening', now);
  }

  #bound(socket: SocketKey, local: Endpoint, now: Milliseconds): void {
    if (this.#helpers.owns(socket)) return this.#helpers.bound(socket, local);
    const state = this.#ports.get(socket);
    if (!state) return;
    this.#opening--;
    this.#slice.push(state);
    this.#fresh.push(state);
    this.#unfinished++;
    this.#outbox.observed({ kind: 'listening', at: now, port: socket });
  }

  #bindFailed({ socket, failure }: Extract<Input, { kind: 'bind-failed' }>, now: Milliseconds): void {
    if (this.#helpers.owns(socket)) {
      this.#outbox.observed({ kind: 'control-failed', at: now, failure });
      this.#finish();
      return;
    }
    this.#opening--;
    this.#open.delete(socket);
    // Somebody else has taken the sockets that were free a moment ago: this port has to wait for its turn.
    if (failure.kind === 'no-more-sockets' && this.#slice.length > 0) this.#deferred.push(socket);
    else this.#outbox.observed({ kind: 'not-listening', at: now, port: socket, failure });
  }

  #notSent({ socket, failure }: Extract<Input, { kind: 'not-sent' }>, now: Milliseconds): void {
    const observation: Observation = this.#helpers.owns(socket)
      ? { kind: 'control-failed', at: now, failure }
      : { kind: 'not-sent', at: now, port: socket, failure };
    this.#outbox.observed(observation);
  }

  #askPorts(now: Milliseconds): Milliseconds {
    const control = this.#controls.work(now, false);
    if (this.#controls.dead) return this.#enter('done', now);
    while (this.#sendNext(now)) if (this.#pacer.probeDue()) this.#controls.work(now, false);
    if (this.#unfinished === 0) return this.#sliceOver(now);
    const next = this.#due.earliest?.dueAt ?? never;
    const ready = next <= now || this.#fresh.length > 0 ? this.#pacer.again : next;
    return Math.min(control, ready);
  }

  /** Sends one packet if one is due and may leave. What has begun goes before what has not. */
  #sendNext(now: Milliseconds): boolean {
    for (;;) {
      const ask = this.#due.earliest;
      if (ask && (ask.over || ask.dueAt <= now)) {
        if (!ask.over && this.#needsTry(ask)) {
          if (!this.#pacer.take(now)) return false;
          this.#due.pop();
          this.#send(ask, now);
          return true;
        }
        this.#due.pop();
        if (!ask.over) this.#unanswered(ask, now);
        continue;
      }
      const port = this.#fresh.pop();
      if (!port) return false;
      this.#advance(port, now);
    }
  }

  #needsTry({ tries }: Ask): boolean {
    const { tries: policy } = this.#plan;
    return tries < Math.min(policy.atMost, this.#path.triesNeeded(policy));
  }

  #send(ask: Ask, now: Milliseconds): void {
    const { state, question, step } = ask;
    if (ask.tries === 0) ask.firstSentAt = now;
    ask.tries++;
    ask.lastSentAt = now;
    ask.dueAt = now + this.#path.gap(this.#plan.tries);
    this.#due.push(ask);
    state.tried.set(question, ask.tries);
    const pending = this.#transactions.open({ kind: 'port', ask, attempt: ask.tries }, now);
    const responsePort = this.#answerPort(ask);
    this.#outbox.observed({ kind: 'sent', at: now, port: state.port, question, attempt: ask.tries });
    this.#outbox.push({
      kind: 'send',
      socket: step.from === 'port' ? state.port : this.#helpers.key('control'),
      bytes: bindingRequest(pending.id, { change: step.change, responsePort }),
      to: step.to,
    });
    this.#advance(state, now);
  }

  #answerPort({ step, state }: Ask): number | null {
    if (step.answerTo === 'asker') return null;
    return step.answerTo === 'port' ? state.port : (this.#controls.controlAt?.port ?? null);
  }

  #unanswered(ask: Ask, now: Milliseconds): void {
    const { state, question, tries, firstSentAt, lastSentAt } = ask;
    const { tries: policy } = this.#plan;
    if (tries < this.#path.triesNeeded(policy)) {
      this.#outbox.observed({ kind: 'given-up', at: now, port: state.port, question });
    } else {
      this.#lastSilence = Math.max(this.#lastSilence, lastSentAt);
      this.#outbox.observed({ kind: 'silent', at: now, port: state.port, question, tries, firstSentAt, lastSentAt });
    }
    this.#settle(ask, 'not-answered', now);
  }

  #settle(ask: Ask, how: 'answered' | 'not-answered', now: Milliseconds): void {
    ask.over = true;
    ask.state.settled.set(ask.question, how);
    ask.state.asks.delete(ask.question);
    this.#advance(ask.state, now);
  }

  /** Begins the questions that are wanted now, and ends those that no longer are. */
  #advance(state: PortState, now: Milliseconds): void {
    const questions = wanted(state, this.#progress);
    for (const [question, ask] of state.asks) {
      if (questions.includes(question)) continue;
      ask.over = true;
      state.asks.delete(question);
    }
    for (const question of questions) if (!state.asks.has(question)) this.#begin(state, question, now);
    if (questions.length > 0 || state.finished) return;
    state.finished = true;
    this.#unfinished--;
    if (!state.reported) this.#outbox.observed({ kind: 'finished', at: now, port: state.port });
    state.reported = true;
  }

  #begin(state: PortState, question: Question, now: Milliseconds): void {
    const step = this.#plan.steps[question];
    if (!step) throw new Error(`the plan has no step for ${question}`);
    const times = { dueAt: now, firstSentAt: now, lastSentAt: now };
    const ask: Ask = { kind: 'port', state, question, step, ...times, tries: 0, over: false };
    this.#asked.set(question, (this.#asked.get(question) ?? 0) + 1);
    state.asks.set(question, ask);
    this.#due.push(ask);
  }

  get #progress(): RunProgress {
    return {
      can: (question) => this.#plan.steps[question] !== undefined,
      enough: (question) => (this.#asked.get(question) ?? 0) >= this.#plan.causeSample,
      confirming: this.#confirming,
    };
  }

  #sliceOver(now: Milliseconds): Milliseconds {
    if (!this.#confirming && this.#mustConfirm()) {
      this.#confirming = true;
      for (const state of this.#slice) this.#reopen(state, now);
      return now;
    }
    this.#closePorts();
    if (this.#deferred.length > 0) this.#slices.push(this.#deferred);
    if (this.#slices.length === 0) return this.#enter('last-control', now);
    this.#openSlice(now);
    return now;
  }

  /** A preserved port among translated ones, or among few, may be chance: it is looked at from another destination. */
  #mustConfirm(): boolean {
    const preserved = this.#slice.filter(({ mapped, port }) => mapped?.port === port).length;
    const translated = this.#slice.filter(({ mapped, port }) => mapped !== null && mapped.port !== port).length;
    return preserved > 0 && (translated > 0 || preserved < FEW_PRESERVED);
  }

  #reopen(state: PortState, now: Milliseconds): void {
    state.finished = false;
    this.#unfinished++;
    this.#advance(state, now);
  }

  // Answers

  #datagram(socket: SocketKey, bytes: Uint8Array, from: Endpoint, now: Milliseconds): void {
    const answer = readAnswer(bytes);
    if (answer.kind === 'nothing') return;
    const pending = this.#transactions.find(answer.transactionId);
    if (!pending) return;
    if (isControl(pending)) {
      if (answer.kind === 'success') this.#controls.answered(pending, socket, from, answer.mapped, now);
    } else if (isPort(pending)) {
      this.#portAnswer(pending, answer, socket, from, now);
    }
  }

  #portAnswer(pending: Pending<PortSubject>, answer: Answer, socket: SocketKey, from: Endpoint, now: Milliseconds): void {
    const { ask, attempt } = pending.subject;
    const { question, state } = ask;
    const subject = { at: now, port: state.port, question };
    if (answer.kind === 'error') {
      this.#outbox.observed({ kind: 'refused', ...subject, code: answer.code });
      return;
    }
    const strange = whatIsStrange(answer, ask.step, socket, from, this.#helpers);
    if (answer.kind !== 'success' || strange) {
      if (strange) this.#outbox.observed({ kind: 'strange', ...subject, what: strange, source: from });
      return;
    }
    const { mapped } = answer;
    const arrivedOn = Math.max(socket, 0);
    this.#outbox.observed({ kind: 'answered', ...subject, attempt, sentAt: pending.sentAt, arrivedOn, source: from, mapped });
    if (pending.answered) return;
    pending.answered = true;
    this.#path.answered(now - pending.sentAt);
    if (ask.over) return;
    this.#path.lost(attempt - 1);
    if (ask.step.from === 'port') state.learn(question, mapped);
    this.#settle(ask, 'answered', now);
  }

  #finish(): void {
    if (this.#phase === 'done') return;
    this.#phase = 'done';
    this.#closePorts();
    this.#helpers.close();
  }

  #closePorts(): void {
    for (const socket of this.#open) this.#outbox.push({ kind: 'close', socket });
    this.#open.clear();
  }
}

type AnyPending = Pending<PortSubject | ControlSubject>;

const isControl = (pending: AnyPending): pending is Pending<ControlSubject> => pending.subject.kind === 'control';

const isPort = (pending: AnyPending): pending is Pending<PortSubject> => pending.subject.kind === 'port';

/**
 * What keeps an answer from being evidence. Addresses are compared strictly; the source's port is not, since a
 * router may have to change it when the asker has a connection to the same place already (lab trap 3).
 */
function whatIsStrange(
  answer: Exclude<Answer, { kind: 'error' | 'nothing' }> | { kind: 'nothing' },
  step: Step,
  socket: SocketKey,
  from: Endpoint,
  helpers: HelperSockets<Observation>,
): StrangeAnswer | null {
  if (answer.kind === 'nothing') return null;
  if (from.address !== step.answerFrom.address) return 'wrong-source';
  const onControl = helpers.is('control', socket);
  if (step.answerTo === 'control' ? !onControl : socket < 0) return 'wrong-socket';
  return answer.kind === 'invalid' ? answer.what : null;
}
