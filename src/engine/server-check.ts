import { type Endpoint, endpoint, familyOf, type Milliseconds, sameEndpoint, scopeOf } from '../base/index.ts';
import type { IcmpError, SocketFailure } from '../system/index.ts';
import { whyUnusable } from './alternate.ts';
import {
  type Answer,
  bindingRequest,
  isTransient,
  type RequestOptions,
  readAnswer,
  readRequest,
  readServer,
} from './answer.ts';
import { type Pending, Transactions } from './transactions.ts';
import type { Engine, Input, Output, ServerObservation, ServerQuestion, SocketKey, StrangeAnswer } from './types.ts';
import { isRefusal, withoutBody } from './witness.ts';
import { Workplace } from './workplace.ts';

export interface ServerTarget {
  /** As the user named it. */
  readonly name: string;
  readonly primary: Endpoint;
}

interface Probe {
  readonly question: ServerQuestion;
  readonly from: 'control' | 'listener';
  readonly to: Endpoint;
  readonly options: RequestOptions;
  readonly answerOn: 'control' | 'listener';
  readonly answerFrom: Endpoint;
}

interface Ask {
  readonly probe: Probe;
  tries: number;
  dueAt: Milliseconds;
  /** What was wrong with its answers, each once: a server may answer a hundred times. */
  readonly wrong: Set<StrangeAnswer | typeof REPEATED | number>;
}

/** A lone query: quick at first, patient in the end (RFC 8489 section 6.2.1 doubles from 500 ms; we have no time for that). */
const GAPS: readonly Milliseconds[] = [100, 200, 400, 500, 500, 500, 500, 700];

/** RFC 5780 section 5: no more than ten new transactions per second to a server that has not said that it allows more. */
const STRANGERS_GAP: Milliseconds = 100;

/** Of an answer that was valid. */
const REPEATED = 'repeated';

/** Finds out what a server is good for, from two sockets that are not checked. */
export class ServerCheck implements Engine<ServerObservation> {
  readonly #target: ServerTarget;
  readonly #place: Workplace<ServerObservation>;
  readonly #transactions: Transactions<Ask>;
  readonly #asks = new Map<ServerQuestion, Ask>();
  readonly #settled = new Set<ServerQuestion>();
  /** Where the listener is seen from: by the primary, and by the alternate roles once they are known. */
  readonly #listenerAt = new Map<ServerQuestion, Endpoint>();
  /** Who saw each of the two sockets where; a router keeps that for as long as this check takes. */
  readonly #seen: { readonly from: Probe['from']; readonly by: Endpoint; readonly mapped: Endpoint }[] = [];
  #alternate: Endpoint | null = null;
  /** One of our reflectors. */
  #isOurs = false;
  /** The server's, once it has given one. */
  #token: string | null = null;
  /** When the next request may leave. */
  #freeAt: Milliseconds = 0;

  constructor(
    target: ServerTarget,
    bindAddress: string,
    isChecked: (port: number) => boolean,
    random: (count: number) => Uint8Array,
  ) {
    this.#target = target;
    this.#transactions = new Transactions(random);
    this.#place = new Workplace(bindAddress, isChecked);
  }

  handle(input: Input, now: Milliseconds): void {
    if (this.#place.isClosed) return;
    const failure = this.#place.heed(input);
    if (failure) this.#socketFailed(failure, now);
    if (failure || input.kind === 'cancel') this.#place.close();
    else if (input.kind === 'datagram') this.#datagram(input.socket, input.bytes, input.from, now);
    else if (input.kind === 'turned-back') this.#turnedBack(input.error, now);
    else if (input.kind === 'not-sent') this.#socketFailed(input.failure, now);
  }

  next(now: Milliseconds): Output<ServerObservation> {
    return this.#place.next(now, this.#beginBinding, this.#askOn);
  }

  #askOn = (now: Milliseconds): Milliseconds => {
    for (const ask of [...this.#asks.values()]) if (ask.dueAt <= now && this.#freeAt <= now) this.#try(ask, now);
    if (this.#asks.size === 0) this.#place.close();
    return Math.max(this.#freeAt, Math.min(...[...this.#asks.values()].map(({ dueAt }) => dueAt)));
  };

  // Questions

  #beginBinding = (now: Milliseconds): void => {
    const { primary } = this.#target;
    const at = { to: primary, answerFrom: primary };
    this.#begin({ question: 'binding', from: 'control', options: { hello: true }, answerOn: 'control', ...at }, now);
    this.#begin({ question: 'listener-binding', from: 'listener', options: {}, answerOn: 'listener', ...at }, now);
  };

  /** Straight to the other roles: are they alive, and where do they see the listener? */
  #beginAlternate(alternate: Endpoint, now: Milliseconds): void {
    const { primary } = this.#target;
    const roles = {
      alternate,
      'alternate-primary-port': endpoint(alternate.address, primary.port),
      'primary-alternate-port': endpoint(primary.address, alternate.port),
    } as const;
    for (const [question, role] of Object.entries(roles) as [keyof typeof roles, Endpoint][]) {
      this.#begin({ question, from: 'listener', to: role, options: {}, answerOn: 'listener', answerFrom: role }, now);
    }
  }

  /** RESPONSE-PORT to where the primary sees the listener: a way that is open on every router. */
  #beginResponsePort(now: Milliseconds): void {
    const seenAt = this.#listenerAt.get('listener-binding')?.port;
    if (seenAt !== undefined) this.#beginRelay('response-port', seenAt, now);
  }

  /**
   * Nothing came from a way that every router keeps open for as long as this takes. Then the server does not know the
   * attribute; or the way is another one than it says. What comes at our own number tells. If it does, the first way is
   * tried once more: it may have been interrupted, and a router may let everything in at all numbers.
   */
  #beginOwnPort(now: Milliseconds): void {
    const own = this.#place.helpers.port('listener');
    if (this.#listenerAt.get('listener-binding')?.port !== own) this.#beginRelay('own-port', own, now);
  }

  #beginRelay(question: 'response-port' | 'own-port', responsePort: number, now: Milliseconds): void {
    const { primary } = this.#target;
    const on = { from: 'control', to: primary, answerOn: 'listener', answerFrom: primary } as const;
    this.#begin({ question, options: { responsePort }, ...on }, now);
  }

  /**
   * CHANGE-REQUEST on the way that the listener opened to the alternate role. Together with RESPONSE-PORT the
   * answer finds that way on every router; alone only where the router keeps the listener's port.
   */
  #beginChange(alternate: Endpoint, now: Milliseconds): void {
    const change = { address: true, port: true };
    const at = { to: this.#target.primary, answerOn: 'listener', answerFrom: alternate } as const;
    const responsePort = this.#listenerAt.get('alternate')?.port ?? null;
    this.#begin({ question: 'change-request', from: 'listener', options: { change }, ...at }, now);
    this.#begin(
      { question: 'change-and-response-port', from: 'control', options: { change, responsePort }, ...at },
      now,
    );
  }

  #begin(probe: Probe, now: Milliseconds): void {
    this.#asks.set(probe.question, { probe, tries: 0, dueAt: now, wrong: new Set() });
  }

  #try(ask: Ask, now: Milliseconds): void {
    const { probe } = ask;
    const gap = GAPS[ask.tries];
    if (gap === undefined) {
      const { question } = probe;
      this.#place.outbox.observed({
        kind: 'server-silent',
        at: now,
        server: this.#target.name,
        question,
        tries: ask.tries,
      });
      this.#settle(question);
      if (question === 'response-port' && !this.#settled.has('own-port')) this.#beginOwnPort(now);
      return;
    }
    ask.tries++;
    // A server that does not answer at once may not be there; whoever knows may have said so.
    if (ask.tries === 2 && probe.question === 'binding') {
      const family = familyOf(probe.to.address) ?? 'ipv4';
      this.#place.outbox.push({ kind: 'watch', watched: { what: 'answers', family, peers: [] } });
    }
    ask.dueAt = now + gap;
    if (!this.#isOurs) this.#freeAt = now + STRANGERS_GAP;
    const { id } = this.#transactions.open(ask, now);
    const bytes = bindingRequest(id, { ...probe.options, token: this.#token });
    this.#place.outbox.push({ kind: 'send', socket: this.#place.helpers.key(probe.from), bytes, to: probe.to });
  }

  #settle(question: ServerQuestion): void {
    this.#settled.add(question);
    this.#asks.delete(question);
    // Without an answer to the first question nothing else matters.
    if (question === 'binding' && this.#alternate === null) this.#asks.clear();
  }

  // Answers

  #datagram(socket: SocketKey, bytes: Uint8Array, from: Endpoint, now: Milliseconds): void {
    const answer = readAnswer(bytes);
    const pending = answer.kind === 'nothing' ? undefined : this.#transactions.find(answer.transactionId);
    if (answer.kind === 'nothing' || !pending) return this.#unasked(from, now);
    const { subject } = pending;
    if (pending.answered) return this.#again(subject, now);
    const strange = this.#whatIsStrange(answer, subject.probe, socket, from);
    if (strange) {
      this.#strange(subject, strange, from, now);
      if (strange === 'wrong-source' || strange === 'wrong-socket') this.#settleStrange(subject.probe.question);
    } else if (answer.kind === 'error') this.#refused(subject, answer.code, now);
    else if (answer.kind === 'success') this.#valid(pending, answer, from, now);
  }

  /** It was believed the first time, and is not heard again; that it came again may be told. */
  #again(ask: Ask, at: Milliseconds): void {
    const { question } = ask.probe;
    if (isNews(ask, REPEATED))
      this.#place.outbox.observed({ kind: 'server-repeated', at, server: this.#target.name, question });
  }

  #refused(ask: Ask, code: number, at: Milliseconds): void {
    const { question } = ask.probe;
    if (isNews(ask, code))
      this.#place.outbox.observed({ kind: 'server-refused', at, server: this.#target.name, question, code });
    if (!isTransient(code)) this.#settle(question);
  }

  #valid(
    pending: Pending<Ask>,
    { mapped, message }: Extract<Answer, { kind: 'success' }>,
    source: Endpoint,
    at: Milliseconds,
  ): void {
    const { question } = pending.subject.probe;
    const { other, allowedRate, token, calls } = readServer(message);
    this.#learnRate(allowedRate, at);
    this.#token ??= token;
    const otherUnusable = other && whyUnusable(this.#target.primary, other);
    const server = this.#target.name;
    const says = { source, mapped, other, otherUnusable, allowedRate, token, calls };
    this.#place.outbox.observed({ kind: 'server-answered', at, server, question, ...says });
    this.#success(pending, mapped, otherUnusable ? null : other, at);
  }

  /** Whoever is asked there talks, but not about what was asked. */
  #unasked(from: Endpoint, now: Milliseconds): void {
    const ask = [...this.#asks.values()].find(({ probe }) => probe.answerFrom.address === from.address);
    if (ask) this.#strange(ask, 'unasked', from, now);
  }

  #strange(ask: Ask, what: StrangeAnswer, source: Endpoint, at: Milliseconds): void {
    if (!isNews(ask, what)) return;
    const { question } = ask.probe;
    this.#place.outbox.observed({ kind: 'server-strange', at, server: this.#target.name, question, what, source });
  }

  #turnedBack(error: IcmpError, at: Milliseconds): void {
    const { by, type, code, quoted, to } = error;
    const id = readRequest(withoutBody(quoted));
    const probe = (id && this.#transactions.find(id))?.subject.probe;
    if (!probe || !isRefusal(error) || !sameEndpoint(probe.to, to)) return;
    const { question } = probe;
    this.#place.outbox.observed({
      kind: 'server-turned-back',
      at,
      server: this.#target.name,
      question,
      by,
      type,
      code,
    });
  }

  #learnRate(allowedRate: number | null, now: Milliseconds): void {
    if (allowedRate === null) return;
    this.#isOurs = true;
    this.#freeAt = now;
  }

  /** An answer from the unchanged address, or on the asking socket: the server ignored what it was asked for. */
  #settleStrange(question: ServerQuestion): void {
    if (question !== 'binding' && question !== 'listener-binding') this.#settle(question);
  }

  /** `other`: an alternate address that may be asked. */
  #success(pending: Pending<Ask>, mapped: Endpoint, other: Endpoint | null, now: Milliseconds): void {
    pending.answered = true;
    const { question } = pending.subject.probe;
    if (this.#settled.has(question)) return;
    this.#seen.push({ from: pending.subject.probe.from, by: pending.subject.probe.to, mapped });
    if (question === 'binding') this.#alternate = other;
    if (pending.subject.probe.answerOn === 'listener') this.#listenerAt.set(question, mapped);
    this.#settle(question);
    if (question === 'own-port') this.#beginResponsePort(now);
    // One way to see CHANGE-REQUEST work is enough.
    if (question === 'change-and-response-port') this.#asks.delete('change-request');
    if (question === 'binding' && this.#alternate) this.#beginAlternate(this.#alternate, now);
    if (question === 'alternate' && this.#alternate) this.#beginChange(this.#alternate, now);
    const ready = this.#settled.has('binding') && this.#listenerAt.has('listener-binding');
    const isBinding = question === 'binding' || question === 'listener-binding';
    if (ready && isBinding && this.#alternate) this.#beginResponsePort(now);
  }

  #whatIsStrange(answer: Answer, probe: Probe, socket: SocketKey, from: Endpoint): StrangeAnswer | null {
    if (answer.kind === 'invalid') return answer.what;
    if (answer.kind === 'error') return from.address === probe.to.address ? null : 'wrong-source';
    if (from.address !== probe.answerFrom.address) return 'wrong-source';
    if (!this.#place.helpers.is(probe.answerOn, socket)) return 'wrong-socket';
    return answer.kind === 'success' ? this.#whatIsWrongWith(answer.mapped, probe) : null;
  }

  /** One socket has one mapping at one place, and no other socket has the same there, whatever the router does. */
  #whatIsWrongWith(mapped: Endpoint, { from, to }: Probe): StrangeAnswer | null {
    if (scopeOf(mapped.address) === 'loopback' && scopeOf(to.address) !== 'loopback') return 'no-mapping';
    const there = this.#seen.filter(({ by }) => sameEndpoint(by, to));
    return there.some((one) => (one.from === from) !== sameEndpoint(one.mapped, mapped)) ? 'other-mapping' : null;
  }

  #socketFailed(failure: SocketFailure, at: Milliseconds): void {
    this.#place.outbox.observed({ kind: 'server-socket-failed', at, server: this.#target.name, failure });
  }
}

/** The first time that this is wrong with answers to that question. */
function isNews({ wrong }: Ask, what: StrangeAnswer | typeof REPEATED | number): boolean {
  const isNew = !wrong.has(what);
  wrong.add(what);
  return isNew;
}
