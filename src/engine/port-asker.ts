import type { Endpoint, Milliseconds } from '../base/index.ts';
import type { ProbePlan, Question, Step } from '../plan/index.ts';
import { type Answer, bindingRequest } from './answer.ts';
import type { Controls } from './controls.ts';
import { DueQueue } from './heap.ts';
import type { HelperSockets } from './helpers.ts';
import { never, type Outbox } from './outbox.ts';
import type { Pacer } from './pacer.ts';
import type { Path } from './path.ts';
import { PortState } from './port-state.ts';
import type { Pending, Transactions } from './transactions.ts';
import type { Observation, SocketKey, StrangeAnswer } from './types.ts';
import { type RunProgress, wanted } from './wanted.ts';

/** One question to one port, over all its tries. */
export interface Ask {
  readonly state: PortState<Ask>;
  readonly question: Question;
  readonly step: Step;
  dueAt: Milliseconds;
  firstSentAt: Milliseconds;
  lastSentAt: Milliseconds;
  tries: number;
  over: boolean;
}

/** One try of it. */
export interface PortSubject {
  readonly kind: 'port';
  readonly ask: Ask;
  readonly attempt: number;
}

/** What it works with. */
export interface AskerTools {
  readonly plan: ProbePlan;
  readonly outbox: Outbox<Observation>;
  readonly transactions: Transactions<PortSubject>;
  readonly helpers: HelperSockets<Observation>;
  readonly controls: Controls;
  readonly path: Path;
  readonly pacer: Pacer;
}

/** Fewer preserved ports than this could be the luck of a router that draws ports at random. */
const FEW_PRESERVED = 3;

/** More than one, since a packet may be lost; few, since each is a packet more. */
const SENTINELS = 3;

/** Asks the ports of one slice, each the questions that `wanted` names, until all are finished. */
export class PortAsker {
  readonly #tools: AskerTools;
  readonly #due = new DueQueue<Ask>();
  readonly #asked = new Map<Question, number>();
  readonly #run: RunProgress;
  #slice: PortState<Ask>[] = [];
  #fresh: PortState<Ask>[] = [];
  /** How many of `fresh` have begun. */
  #begun = 0;
  #unfinished = 0;
  #stage: 'asking' | 'sentinels' | 'confirming' = 'asking';
  /** A silence of this slice that only means something if the router still lets others in. */
  #needsSentinel = false;
  #lastSilence: Milliseconds = -1;

  constructor(tools: AskerTools) {
    this.#tools = tools;
    const { plan } = tools;
    this.#run = {
      can: (question) => plan.steps[question] !== undefined,
      enough: (question) => (this.#asked.get(question) ?? 0) >= plan.causeSample,
      confirming: () => this.#stage === 'confirming',
    };
  }

  /** When the last try of any question was sent that stayed unanswered; -1: there is none. */
  get lastSilence(): Milliseconds {
    return this.#lastSilence;
  }

  startSlice(): void {
    this.#slice = [];
    this.#fresh = [];
    this.#begun = 0;
    this.#stage = 'asking';
    this.#needsSentinel = false;
  }

  add(port: number): void {
    const state = new PortState<Ask>(port);
    this.#slice.push(state);
    this.#fresh.push(state);
    this.#unfinished++;
  }

  /** All ports of the slice are finished; those that need it were looked at once more. */
  over(now: Milliseconds): boolean {
    if (this.#unfinished > 0) return false;
    if (this.#stage === 'asking') {
      this.#stage = 'sentinels';
      for (const state of this.#chooseSentinels()) this.#reopen(state, now);
    }
    if (this.#unfinished === 0 && this.#stage === 'sentinels') {
      this.#stage = 'confirming';
      if (this.#mustConfirm()) for (const state of this.#slice) this.#reopen(state, now);
    }
    return this.#unfinished === 0;
  }

  /** When there is something to send again; `again` where it waits for the pacer. */
  nextAt(now: Milliseconds): Milliseconds {
    const next = this.#due.earliest?.dueAt ?? never;
    return next <= now || this.#begun < this.#fresh.length ? this.#tools.pacer.again : next;
  }

  /** Sends one packet if one is due and may leave. */
  sendNext(now: Milliseconds): boolean {
    for (let ask = this.#nextDue(now); ask; ask = this.#nextDue(now)) {
      if (this.#needsTry(ask)) {
        if (!this.#tools.pacer.take(now)) return false;
        this.#due.pop();
        this.#send(ask, now);
        return true;
      }
      this.#due.pop();
      this.#unanswered(ask, now);
    }
    return false;
  }

  /** What has begun goes before what has not: so the time between the first and the last packet of a port is short. */
  #nextDue(now: Milliseconds): Ask | undefined {
    for (;;) {
      const ask = this.#due.earliest;
      if (ask?.over) {
        this.#due.pop();
        continue;
      }
      if (ask && ask.dueAt <= now) return ask;
      const state = this.#fresh[this.#begun];
      if (!state) return undefined;
      this.#begun++;
      this.#advance(state, now);
    }
  }

  #needsTry({ tries }: Ask): boolean {
    const { path, plan } = this.#tools;
    if (tries < plan.tries.atLeast) return true;
    return tries < Math.min(plan.tries.atMost, path.triesNeeded(plan.tries));
  }

  #send(ask: Ask, now: Milliseconds): void {
    const { outbox, transactions, helpers, path, plan } = this.#tools;
    const { state, question, step } = ask;
    if (ask.tries === 0) ask.firstSentAt = now;
    ask.tries++;
    ask.lastSentAt = now;
    ask.dueAt = now + path.gap(plan.tries);
    this.#due.push(ask);
    state.tried[question] = ask.tries;
    const { id } = transactions.open({ kind: 'port', ask, attempt: ask.tries }, now);
    outbox.observed({ kind: 'sent', at: now, port: state.port, question, attempt: ask.tries });
    outbox.push({
      kind: 'send',
      socket: step.from === 'port' ? state.port : helpers.key('control'),
      bytes: bindingRequest(id, { change: step.change, responsePort: this.#answerPort(ask) }),
      to: step.to,
    });
    // A second try may call for a second question.
    if (ask.tries > 1) this.#advance(state, now);
  }

  #answerPort({ step, state }: Ask): number | null {
    if (step.answerTo === 'asker') return null;
    return step.answerTo === 'port' ? state.port : (this.#tools.controls.controlAt?.port ?? null);
  }

  #unanswered(ask: Ask, now: Milliseconds): void {
    const { outbox, path, plan } = this.#tools;
    const { state, question, tries, firstSentAt, lastSentAt } = ask;
    const about = { at: now, port: state.port, question };
    if (tries < path.triesNeeded(plan.tries)) {
      outbox.observed({ kind: 'given-up', ...about });
    } else {
      this.#lastSilence = Math.max(this.#lastSilence, lastSentAt);
      this.#needsSentinel ||= question === 'cold' || question === 'warm';
      outbox.observed({ kind: 'silent', ...about, tries, firstSentAt, lastSentAt });
    }
    this.#settle(ask, 'not-answered', now);
  }

  #settle(ask: Ask, how: 'answered' | 'not-answered', now: Milliseconds): void {
    ask.over = true;
    ask.state.settled[ask.question] = how;
    ask.state.asks = ask.state.asks.filter((other) => other !== ask);
    this.#advance(ask.state, now);
  }

  /** Begins the questions that are wanted now, and ends those that no longer are. */
  #advance(state: PortState<Ask>, now: Milliseconds): void {
    const questions = wanted(state, this.#run);
    for (const ask of state.asks) ask.over = !questions.includes(ask.question);
    const going = state.asks.filter(({ over }) => !over);
    const fresh = questions.filter((question) => !going.some((ask) => ask.question === question));
    state.asks = [...going, ...fresh.map((question) => this.#begin(state, question, now))];
    if (questions.length === 0 && !state.finished) this.#finish(state, now);
  }

  #begin(state: PortState<Ask>, question: Question, now: Milliseconds): Ask {
    const step = this.#tools.plan.steps[question];
    if (!step) throw new Error(`the plan has no step for ${question}`);
    const ask: Ask = { state, question, step, dueAt: now, firstSentAt: now, lastSentAt: now, tries: 0, over: false };
    this.#asked.set(question, (this.#asked.get(question) ?? 0) + 1);
    this.#due.push(ask);
    return ask;
  }

  #finish(state: PortState<Ask>, at: Milliseconds): void {
    state.finished = true;
    this.#unfinished--;
    if (this.#stage === 'asking') this.#tools.outbox.observed({ kind: 'finished', at, port: state.port });
  }

  /**
   * Ports that let a cold packet in, are asked again when others were silent. Rewritten ones first: what they have
   * sent to the other roles since went out by another number, so that their own one is still new to the router.
   */
  #chooseSentinels(): PortState<Ask>[] {
    if (!this.#needsSentinel || !this.#run.can('sentinel')) return [];
    const letIn = this.#slice.filter(({ settled }) => settled.cold === 'answered');
    const rewritten = letIn.filter(({ mapped, port }) => mapped !== null && mapped.port !== port);
    const chosen = [...rewritten, ...letIn.filter((state) => !rewritten.includes(state))].slice(0, SENTINELS);
    for (const state of chosen) state.isSentinel = true;
    return chosen;
  }

  /** A preserved port among translated ones, or among few, may be chance: it is looked at from another destination. */
  #mustConfirm(): boolean {
    const preserved = this.#slice.filter(({ mapped, port }) => mapped?.port === port).length;
    const translated = this.#slice.filter(({ mapped, port }) => mapped !== null && mapped.port !== port).length;
    return preserved > 0 && (translated > 0 || preserved < FEW_PRESERVED);
  }

  #reopen(state: PortState<Ask>, now: Milliseconds): void {
    state.finished = false;
    this.#unfinished++;
    this.#advance(state, now);
  }

  answer(pending: Pending<PortSubject>, answer: Answer, socket: SocketKey, from: Endpoint, now: Milliseconds): void {
    const { outbox, helpers } = this.#tools;
    const { question, state, step } = pending.subject.ask;
    const about = { at: now, port: state.port, question };
    if (answer.kind === 'error') outbox.observed({ kind: 'refused', ...about, code: answer.code });
    if (answer.kind !== 'success' && answer.kind !== 'invalid') return;
    const what = whatIsStrange(step, socket, from, helpers) ?? (answer.kind === 'invalid' ? answer.what : null);
    if (what) outbox.observed({ kind: 'strange', ...about, what, source: from });
    else if (answer.kind === 'success') this.#success(pending, answer.mapped, socket, from, now);
  }

  #success(
    pending: Pending<PortSubject>,
    mapped: Endpoint,
    socket: SocketKey,
    source: Endpoint,
    at: Milliseconds,
  ): void {
    const { ask, attempt } = pending.subject;
    const { sentAt } = pending;
    const { question, state } = ask;
    const arrivedOn = Math.max(socket, 0);
    const about = { at, port: state.port, question, attempt, sentAt, arrivedOn, source, mapped };
    this.#tools.outbox.observed({ kind: 'answered', ...about });
    if (pending.answered) return;
    pending.answered = true;
    this.#tools.path.answered(at - sentAt);
    if (ask.over) return;
    this.#tools.path.lost(attempt - 1);
    if (ask.step.from === 'port') state.learn(question, mapped);
    this.#settle(ask, 'answered', at);
  }
}

/**
 * What keeps an answer from being evidence. Addresses are compared strictly; the source's port is not, since a
 * router may have to change it when the asker has a connection to the same place already (lab trap 3).
 */
function whatIsStrange(
  step: Step,
  socket: SocketKey,
  from: Endpoint,
  helpers: HelperSockets<Observation>,
): StrangeAnswer | null {
  if (from.address !== step.answerFrom.address) return 'wrong-source';
  const right = step.answerTo === 'control' ? helpers.is('control', socket) : socket > 0;
  return right ? null : 'wrong-socket';
}
