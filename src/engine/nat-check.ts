import { type Endpoint, endpoint, type Milliseconds } from '../base/index.ts';
import type { Pass } from '../plan/index.ts';
import { bindingRequest, type RequestOptions, readAnswer } from './answer.ts';
import { Bulk } from './bulk.ts';
import { Transactions } from './transactions.ts';
import type { Engine, Input, NatObservation, NatQuestion, Output } from './types.ts';
import { Workplace } from './workplace.ts';

/** Whom to ask, all four roles alive. */
export interface NatTarget {
  readonly primary: Endpoint;
  readonly alternate: Endpoint;
  /** The server's, if it gives any. */
  readonly pass: Pass | null;
  readonly bindAddress: string;
}

interface Row {
  /** `control` finds out the mapping, `listener` the filter: it never speaks to the alternate address. */
  readonly from: 'control' | 'listener';
  readonly to: Endpoint;
  readonly options: RequestOptions;
  /** Address of who must answer. */
  readonly answerFrom: string;
}

/** At 5 % loss each way seven tries leave one chance in ten million (docs/decisions/0001). */
const TRIES = 7;
/** How many packets the path is measured with. */
const PROBES = 40;

interface Pace {
  /** Between two tries of a question. */
  readonly gap: Milliseconds;
  /** Between two packets of the path. */
  readonly probeGap: Milliseconds;
  /** Between any two packets. */
  readonly least: Milliseconds;
}

/** A reflector of ours has said that it allows more. */
const OURS: Pace = { gap: 250, probeGap: 50, least: 0 };
/** No more than ten packets in any second (RFC 5780 section 5), of which the path has four. */
const STRANGERS: Pace = { gap: 1000, probeGap: 250, least: 100 };

/** After the last packet, for what is still on its way. */
const PATIENCE: Milliseconds = 1000;

interface Ask {
  readonly question: NatQuestion;
  readonly row: Row;
  readonly most: number;
  readonly gap: Milliseconds;
  tries: number;
  dueAt: Milliseconds;
  isAnswered: boolean;
}

/** The tests of RFC 5780 sections 4.3 and 4.4, from two ports that are not checked, and the path beside them. */
export class NatCheck implements Engine<NatObservation> {
  readonly #place: Workplace<NatObservation>;
  readonly #transactions: Transactions<Ask>;
  readonly #bulk: Bulk;
  readonly #pace: Pace;
  readonly #rows: Readonly<Record<NatQuestion, Row>>;
  readonly #asks: Ask[] = [];
  #lastSentAt: Milliseconds = 0;
  /** When the next packet may leave. */
  #freeAt: Milliseconds = 0;

  constructor({ primary, alternate, pass, bindAddress }: NatTarget, random: (count: number) => Uint8Array) {
    this.#place = new Workplace(bindAddress);
    this.#transactions = new Transactions(random);
    this.#pace = pass ? OURS : STRANGERS;
    this.#bulk = new Bulk(pass);
    const plain = (from: Row['from'], to: Endpoint): Row => ({ from, to, options: {}, answerFrom: to.address });
    const changed = (address: boolean): Row => ({
      from: 'listener',
      to: primary,
      options: { change: { address, port: true } },
      answerFrom: address ? alternate.address : primary.address,
    });
    this.#rows = {
      'mapping-1': plain('control', primary),
      'mapping-2': plain('control', endpoint(alternate.address, primary.port)),
      'mapping-3': plain('control', alternate),
      'filtering-1': plain('listener', primary),
      'filtering-2': changed(true),
      'filtering-3': changed(false),
      path: plain('listener', primary),
    };
  }

  handle(input: Input, now: Milliseconds): void {
    if (this.#place.isClosed) return;
    const failure = this.#place.heed(input);
    if (failure) this.#end({ kind: 'nat-failed', at: now, failure });
    else if (input.kind === 'datagram') this.#datagram(input.socket, input.bytes, input.from, now);
    else if (input.kind === 'cancel') this.#end({ kind: 'nat-cancelled', at: now });
  }

  next(now: Milliseconds): Output<NatObservation> {
    return this.#place.next(now, this.#start, this.#askOn);
  }

  #start = (now: Milliseconds): void => {
    // What asked the server before may have done so a moment ago.
    this.#freeAt = now + this.#pace.least;
    const questions: readonly NatQuestion[] = ['mapping-1', 'filtering-1'];
    for (const question of questions) this.#begin(question, now);
  };

  #askOn = (now: Milliseconds): Milliseconds => {
    for (const ask of this.#asks) if (ask.dueAt <= now && this.#freeAt <= now) this.#try(ask, now);
    const left = this.#asks.filter((ask) => this.#isOpen(ask));
    if (left.length > 0) return Math.max(this.#freeAt, Math.min(...left.map(({ dueAt }) => dueAt)));
    if (now >= this.#lastSentAt + PATIENCE) this.#conclude(now);
    return this.#lastSentAt + PATIENCE;
  };

  /** The path goes on to the end: each of its packets counts. */
  #isOpen = ({ question, isAnswered, tries, most }: Ask): boolean =>
    tries < most && (question === 'path' || !isAnswered);

  #begin(question: NatQuestion, now: Milliseconds, most = TRIES, gap = this.#pace.gap): void {
    this.#asks.push({ question, row: this.#rows[question], most, gap, tries: 0, dueAt: now, isAnswered: false });
  }

  #try(ask: Ask, now: Milliseconds): void {
    if (!this.#isOpen(ask)) return;
    ask.tries++;
    ask.dueAt = now + ask.gap;
    this.#lastSentAt = now;
    this.#freeAt = now + this.#pace.least;
    const { id } = this.#transactions.open(ask, now);
    const { from, to, options } = ask.row;
    this.#place.outbox.observed({
      kind: 'nat-sent',
      at: now,
      question: ask.question,
      local: this.#place.helpers.port(from),
    });
    const bytes = bindingRequest(id, { ...options, token: this.#bulk.token(now) });
    this.#place.outbox.push({ kind: 'send', socket: this.#place.helpers.key(from), bytes, to });
  }

  #datagram(socket: number, bytes: Uint8Array, from: Endpoint, at: Milliseconds): void {
    const answer = readAnswer(bytes);
    if (answer.kind !== 'success') return;
    const pending = this.#transactions.find(answer.transactionId);
    if (!pending || pending.answered) return;
    const ask = pending.subject;
    if (from.address !== ask.row.answerFrom || !this.#place.helpers.is(ask.row.from, socket)) return;
    pending.answered = true;
    const first = !ask.isAnswered;
    ask.isAnswered = true;
    const { question } = ask;
    const { sentAt } = pending;
    this.#place.outbox.observed({ kind: 'nat-answered', at, question, sentAt, mapped: answer.mapped });
    if (first) this.#follow(question, at);
  }

  /** What can be asked only afterwards: the filter once the listener has spoken, the second mapping once there is a first. */
  #follow(question: NatQuestion, now: Milliseconds): void {
    if (question === 'mapping-1') this.#begin('mapping-2', now);
    if (question === 'mapping-2') this.#begin('mapping-3', now);
    if (question !== 'filtering-1') return;
    this.#begin('filtering-2', now);
    this.#begin('filtering-3', now);
    this.#begin('path', now, PROBES, this.#pace.probeGap);
  }

  #conclude(at: Milliseconds): void {
    for (const { question, isAnswered, tries } of this.#asks)
      if (!isAnswered) this.#place.outbox.observed({ kind: 'nat-silent', at, question, tries });
    this.#place.close();
  }

  #end(why: NatObservation): void {
    this.#place.outbox.observed(why);
    this.#place.close();
  }
}
