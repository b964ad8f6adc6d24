import type { Endpoint, Milliseconds } from '../base/index.ts';
import type { ProbePlan, Question, Step } from '../plan/index.ts';
import { coldId, MOST_COLD_PORTS } from '../stun/index.ts';
import { type Answer, bindingRequest, coldRequest } from './answer.ts';
import { whatNext } from './backing.ts';
import type { Bulk } from './bulk.ts';
import type { Controls } from './controls.ts';
import { DueQueue } from './heap.ts';
import type { HelperSockets } from './helpers.ts';
import type { Newcomers } from './newcomers.ts';
import { never, type Outbox } from './outbox.ts';
import type { Path } from './path.ts';
import { PortState } from './port-state.ts';
import type { Sentinels } from './sentinels.ts';
import { whatIsStrange } from './strange.ts';
import type { Throttle } from './throttle.ts';
import type { Pending, Transactions } from './transactions.ts';
import type { Observation, SocketKey, StrangeAnswer } from './types.ts';
import { type RunProgress, wanted } from './wanted.ts';

/** One question to one port, over all its tries. */
export interface Ask {
  readonly state: PortState<Ask>;
  readonly question: Question;
  readonly step: Step;
  dueAt: Milliseconds;
  /** When each of its tries was sent. */
  readonly sent: Milliseconds[];
  /** What was wrong with its answers: each is told once, however often it comes. */
  readonly wrong: Set<StrangeAnswer | number>;
  over: boolean;
}

/** One try of it. */
export interface PortSubject {
  readonly kind: 'port';
  readonly ask: Ask;
  readonly attempt: number;
  /** Of all that were ordered with the same packet, or null. */
  readonly batch: { isCounted: boolean } | null;
}

/** What it works with. */
export interface AskerTools {
  readonly plan: ProbePlan;
  readonly outbox: Outbox<Observation>;
  readonly transactions: Transactions<PortSubject>;
  readonly helpers: HelperSockets<Observation>;
  readonly controls: Controls;
  readonly sentinels: Sentinels;
  readonly newcomers: Newcomers;
  readonly path: Path;
  readonly throttle: Throttle;
  readonly bulk: Bulk;
  readonly witness: { silence(): void };
}

/** Fewer preserved ports than this could be the luck of a router that draws ports at random. */
const FEW_PRESERVED = 3;

/** Asks the ports of one slice, each the questions that `wanted` names, until all are finished. */
export class PortAsker {
  readonly #tools: AskerTools;
  readonly #due = new DueQueue<Ask>();
  readonly #asked = new Map<Question, number>();
  readonly #run: RunProgress;
  readonly #stale: ReadonlySet<number>;
  #slice: PortState<Ask>[] = [];
  #fresh: PortState<Ask>[] = [];
  /** How many of `fresh` have begun. */
  #begun = 0;
  #unfinished = 0;
  #confirming = false;
  /** Ports that let no cold packet in. */
  #silentColds = 0;
  #lastSentAt: Milliseconds = 0;

  constructor(tools: AskerTools) {
    this.#tools = tools;
    const { plan } = tools;
    this.#stale = new Set(plan.stalePorts);
    this.#run = {
      can: (question) => plan.steps[question] !== undefined,
      enough: (question) => (this.#asked.get(question) ?? 0) >= plan.causeSample + this.#more(question),
      confirming: () => this.#confirming,
    };
  }

  /** Some port did not let a cold packet in. */
  get metSilence(): boolean {
    return this.#silentColds > 0;
  }

  startSlice(): void {
    this.#slice = [];
    this.#fresh = [];
    this.#begun = 0;
    this.#confirming = false;
  }

  add(port: number): void {
    const state = new PortState<Ask>(port, this.#stale.has(port));
    this.#slice.push(state);
    this.#fresh.push(state);
    this.#unfinished++;
  }

  /** All ports of the slice are finished; those that need it were looked at once more. */
  over(now: Milliseconds): boolean {
    if (this.#unfinished > 0) return false;
    if (this.#confirming || !this.#mustConfirm()) return true;
    this.#confirming = true;
    for (const state of this.#slice) this.#reopen(state, now);
    return this.#unfinished === 0;
  }

  /** All ports have begun, and for longer than any of them waits between two tries nothing was sent. */
  isIdle(now: Milliseconds): boolean {
    const gap = this.#tools.path.gap(this.#tools.plan.tries);
    return this.#begun === this.#fresh.length && now - this.#lastSentAt > 1.5 * gap;
  }

  /** When there is something to send again; `again` where it waits for the pacer. */
  nextAt(now: Milliseconds): Milliseconds {
    const next = this.#due.earliest?.dueAt ?? never;
    return next <= now || this.#begun < this.#fresh.length ? this.#tools.throttle.again : next;
  }

  /** Sends one packet if one is due and may leave. Its answers are what the pacer counts: each of them may be refused. */
  sendNext(now: Milliseconds): boolean {
    for (let ask = this.#nextDue(now); ask; ask = this.#nextDue(now)) {
      const next = whatNext(ask, this.#tools);
      if (next === 'try' && !this.#tools.throttle.take(now)) return false;
      this.#due.pop();
      if (next === 'try') {
        const order = ask.question === 'cold' ? this.#tools.bulk.order(now) : null;
        if (order === null) this.#send(ask, now);
        else this.#sendCold(this.#coldBatch(ask, now), order, now);
        return true;
      }
      if (next === 'wait') this.#wait(ask, now);
      else this.#unanswered(ask, next, now);
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

  #wait(ask: Ask, now: Milliseconds): void {
    ask.dueAt = now + this.#tools.plan.tries.shortestGap;
    this.#due.push(ask);
  }

  #send(ask: Ask, now: Milliseconds): void {
    const { outbox, transactions, helpers, bulk } = this.#tools;
    const { state, step } = ask;
    const [responsePort, token] = [this.#answerPort(ask), bulk.token(now)];
    this.#count(ask, now);
    const { id } = transactions.open({ kind: 'port', ask, attempt: ask.sent.length, batch: null }, now);
    outbox.push({
      kind: 'send',
      socket: step.from === 'port' ? state.port : helpers.key('control'),
      bytes: bindingRequest(id, { change: step.change, responsePort, token }),
      to: step.to,
    });
    this.#afterwards(ask, now);
  }

  /** What else can be ordered with the same packet. */
  #coldBatch(first: Ask, now: Milliseconds): Ask[] {
    const batch = [first];
    while (batch.length < MOST_COLD_PORTS) {
      const ask = this.#nextDue(now);
      if (ask?.question !== 'cold' || whatNext(ask, this.#tools) !== 'try' || !this.#tools.throttle.take(now)) break;
      this.#due.pop();
      batch.push(ask);
    }
    return batch;
  }

  #sendCold(asks: readonly Ask[], token: string, now: Milliseconds): void {
    const { outbox, transactions, helpers, plan } = this.#tools;
    const { cold } = plan.steps;
    if (!cold) return;
    const batch = { isCounted: false };
    for (const ask of asks) this.#count(ask, now);
    const subjects = asks.map((ask): PortSubject => ({ kind: 'port', ask, attempt: ask.sent.length, batch }));
    const { id } = transactions.openAll(subjects, (base, { ask }) => coldId(base, ask.state.port), now);
    const ports = asks.map(({ state }) => state.port);
    outbox.push({
      kind: 'send',
      socket: helpers.key('control'),
      bytes: coldRequest(id, cold.change, token, ports),
      to: cold.to,
    });
    for (const ask of asks) this.#afterwards(ask, now);
  }

  /** One more try. */
  #count(ask: Ask, now: Milliseconds): void {
    const { outbox, path, plan } = this.#tools;
    const { state, question } = ask;
    ask.sent.push(now);
    this.#lastSentAt = now;
    const attempt = ask.sent.length;
    if (attempt === 2) {
      this.#tools.sentinels.silenceBegins();
      this.#tools.newcomers.silenceBegins(question);
      this.#tools.witness.silence();
    }
    ask.dueAt = now + path.gap(plan.tries);
    this.#due.push(ask);
    state.tried[question] = attempt;
    outbox.observed({ kind: 'sent', at: now, port: state.port, question, attempt });
  }

  /** A second try may call for a second question. */
  #afterwards({ state, sent }: Ask, now: Milliseconds): void {
    if (sent.length > 1) this.#advance(state, now);
  }

  #answerPort({ step, state }: Ask): number | null {
    if (step.answerTo === 'asker') return null;
    return step.answerTo === 'port' ? state.port : (this.#tools.controls.controlAt?.port ?? null);
  }

  #unanswered(ask: Ask, kind: 'silent' | 'given-up', now: Milliseconds): void {
    const { outbox, path, plan } = this.#tools;
    const { state, question, sent } = ask;
    const about = { at: now, port: state.port, question };
    const lastSentAt = sent.at(-1) ?? now;
    if (question === 'cold') this.#silentColds++;
    if (kind === 'given-up') outbox.observed({ kind, ...about });
    else outbox.observed({ kind, ...about, tries: sent.length, needed: path.triesNeeded(plan.tries), lastSentAt });
    this.#settle(ask, 'not-answered', now);
  }

  /** A ban may begin late: so the sample that looks for it goes on with every sixteenth silence. */
  #more(question: Question): number {
    return question === 'cold-near' ? this.#silentColds / 16 : 0;
  }

  #settle(ask: Ask, how: 'answered' | 'not-answered', now: Milliseconds): void {
    this.#end(ask);
    ask.state.settled[ask.question] = how;
    ask.state.asks = ask.state.asks.filter((other) => other !== ask);
    this.#advance(ask.state, now);
  }

  /** Begins the questions that are wanted now, and ends those that no longer are. */
  #advance(state: PortState<Ask>, now: Milliseconds): void {
    const questions = wanted(state, this.#run);
    for (const ask of state.asks) if (!questions.includes(ask.question)) this.#end(ask);
    const going = state.asks.filter(({ over }) => !over);
    const fresh = questions.filter((question) => !going.some((ask) => ask.question === question));
    state.asks = [...going, ...fresh.map((question) => this.#begin(state, question, now))];
    if (questions.length === 0 && !state.finished) this.#finish(state, now);
  }

  #end(ask: Ask): void {
    ask.over = true;
    if (ask.sent.length < 2) return;
    this.#tools.sentinels.silenceEnds();
    this.#tools.newcomers.silenceEnds(ask.question);
  }

  #begin(state: PortState<Ask>, question: Question, now: Milliseconds): Ask {
    const step = this.#tools.plan.steps[question];
    if (!step) throw new Error(`the plan has no step for ${question}`);
    const ask: Ask = { state, question, step, dueAt: now, sent: [], wrong: new Set(), over: false };
    this.#asked.set(question, (this.#asked.get(question) ?? 0) + 1);
    this.#due.push(ask);
    return ask;
  }

  #finish(state: PortState<Ask>, at: Milliseconds): void {
    state.finished = true;
    this.#unfinished--;
    if (this.#confirming) return;
    this.#tools.outbox.observed({ kind: 'finished', at, port: state.port });
    if (state.letIn) this.#tools.sentinels.offer(state);
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
    const { question, state, step, wrong } = pending.subject.ask;
    const about = { at: now, port: state.port, question };
    // An order is refused because of its token: that says nothing of the ports.
    const isAnswer = pending.subject.batch === null && from.address === step.to.address;
    if (answer.kind === 'error' && isAnswer && !wrong.has(answer.code)) {
      wrong.add(answer.code);
      outbox.observed({ kind: 'refused', ...about, code: answer.code });
    }
    if (answer.kind !== 'success' && answer.kind !== 'invalid') return;
    const what = whatIsStrange(step, socket, from, helpers) ?? (answer.kind === 'invalid' ? answer.what : null);
    if (what && !wrong.has(what)) outbox.observed({ kind: 'strange', ...about, what, source: from });
    if (what) wrong.add(what);
    else if (answer.kind === 'success') this.#success(pending, answer.mapped, socket, from, now);
  }

  #success(
    pending: Pending<PortSubject>,
    mapped: Endpoint,
    socket: SocketKey,
    source: Endpoint,
    at: Milliseconds,
  ): void {
    const { ask, attempt, batch } = pending.subject;
    const { sentAt } = pending;
    const { question, state } = ask;
    const arrivedOn = Math.max(socket, 0);
    const about = { at, port: state.port, question, attempt, sentAt, arrivedOn, source, mapped };
    // A packet that comes twice says nothing new; one that comes a hundred thousand times must not fill the memory.
    if (pending.answered) return;
    pending.answered = true;
    this.#tools.outbox.observed({ kind: 'answered', ...about });
    // Their requests share one fate, which would look like many.
    if (!batch?.isCounted) this.#tools.path.answered(at - sentAt);
    if (batch) batch.isCounted = true;
    if (ask.over) return;
    this.#tools.path.lost(attempt - 1);
    if (ask.step.from === 'port') state.learn(question, mapped);
    const unasked = this.#tools.plan.steps.cold ? 'cold' : 'warm';
    if (question === unasked && socket === state.port) state.letIn = true;
    this.#settle(ask, 'answered', at);
  }
}
