import type { Endpoint, Milliseconds } from '../base/index.ts';
import { bindingRequest, type RequestOptions, readAnswer, readRequest } from './answer.ts';
import { never } from './outbox.ts';
import { type Pending, Transactions } from './transactions.ts';
import type { Engine, Input, OptInObservation, OptInQuestion, Output, SocketKey } from './types.ts';
import { Workplace } from './workplace.ts';

export interface OptInTarget {
  readonly primary: Endpoint;
  readonly bindAddress: string;
  readonly hairpin: boolean;
  readonly fragments: boolean;
  /** How many times slower than our own reflector is asked; at 3 it is ten requests per second (RFC 5780 section 5). */
  readonly slowness: number;
}

/** More than the seven that must count (docs/decisions/0001): some will stand beside a probe that was lost. */
const TRIES = 12;
const GAP: Milliseconds = 200;
const PROBE_GAP: Milliseconds = 100;
/** Probes go on for so long after the last try, so that each try has one on both sides. */
const AFTERWARDS: Milliseconds = 250;
/** After the last packet, for what is still on its way. */
const PATIENCE: Milliseconds = 1000;

/** Header and FULLCONE-HELLO, both without their filler; and header and PADDING without its value. */
const [FILLED, PADDED] = [28, 24];
/** More than an Ethernet frame holds: 1,552 bytes with UDP and IPv4 headers. */
const LONG = 1524 - FILLED;
/** Less than one holds, also behind PPPoE: 1,468 bytes with those headers. The padded answer is at least 36 bytes longer. */
const WHOLE = 1440;

type Socket = 'control' | 'listener';

interface Ask {
  readonly question: OptInQuestion;
  tries: number;
  dueAt: Milliseconds;
  settled: boolean;
}

/** From where each question is asked, and where its answer arrives. */
const FROM: Readonly<Record<OptInQuestion, Socket>> = {
  'own-control': 'control',
  'own-listener': 'listener',
  hairpin: 'control',
  'hairpin-back': 'listener',
  'fragments-out': 'control',
  'fragments-in': 'control',
  'fragments-size': 'control',
  'fragments-known': 'control',
  beside: 'listener',
};

const OTHER = { control: 'listener', listener: 'control' } as const;

const isHairpin = (question: OptInQuestion): boolean => question === 'hairpin' || question === 'hairpin-back';

/**
 * Hairpinning (RFC 5780 section 4.5) and fragments (sections 4.7 and 7.6), from two ports that are not checked.
 *
 * The RFC sends one packet to one's own mapping. A NAT whose filter holds for such packets too would drop it, so both
 * sockets send to each other's mapping: each opens the filter for the other.
 */
export class NatOptIn implements Engine<OptInObservation> {
  readonly #target: OptInTarget;
  readonly #place: Workplace<OptInObservation>;
  readonly #transactions: Transactions<Ask>;
  readonly #mapped: Partial<Record<Socket, Endpoint>> = {};
  readonly #beside: Ask = { question: 'beside', tries: 0, dueAt: never, settled: false };
  readonly #asks: Ask[] = [];
  /** First for the sockets' own mappings. */
  #phase: 'own' | 'asking' = 'own';
  #lastTryAt: Milliseconds = 0;

  constructor(target: OptInTarget, random: (count: number) => Uint8Array) {
    this.#target = target;
    this.#place = new Workplace(target.bindAddress);
    this.#transactions = new Transactions(random);
  }

  handle(input: Input, now: Milliseconds): void {
    if (this.#place.isClosed) return;
    const failure = this.#place.heed(input);
    if (failure) this.#fail(failure, now);
    else if (input.kind === 'datagram') this.#datagram(input.socket, input.bytes, input.from, now);
    else if (input.kind === 'cancel') this.#place.close();
  }

  next(now: Milliseconds): Output<OptInObservation> {
    return this.#place.next(now, this.#start, this.#goOn);
  }

  #start = (now: Milliseconds): void => this.#begin(['own-control', 'own-listener'], now);

  #goOn = (now: Milliseconds): Milliseconds => {
    if (this.#phase === 'own' && this.#mapped.control && this.#mapped.listener) this.#beginAsking(now);
    return this.#askOn(now);
  };

  #beginAsking(now: Milliseconds): void {
    this.#phase = 'asking';
    this.#beside.dueAt = now;
    const { hairpin, fragments, slowness } = this.#target;
    const firstTry = now + (PROBE_GAP * slowness) / 2;
    if (hairpin) this.#begin(['hairpin', 'hairpin-back'], firstTry);
    if (fragments) this.#begin(['fragments-out', 'fragments-in', 'fragments-size', 'fragments-known'], firstTry);
  }

  #begin(questions: readonly OptInQuestion[], dueAt: Milliseconds): void {
    for (const question of questions) this.#asks.push({ question, tries: 0, dueAt, settled: false });
    this.#lastTryAt = dueAt;
  }

  /** Sends what is due; when to look again. */
  #askOn(now: Milliseconds): Milliseconds {
    const { slowness } = this.#target;
    for (const ask of this.#asks) if (isOpen(ask) && ask.dueAt <= now) this.#try(ask, GAP * slowness, now);
    const open = this.#asks.filter(isOpen);
    const probing = this.#phase === 'asking' && (open.length > 0 || now <= this.#lastTryAt + AFTERWARDS * slowness);
    if (probing && this.#beside.dueAt <= now) this.#try(this.#beside, PROBE_GAP * slowness, now);
    const isOver = this.#asks.every(({ settled }) => settled) || now >= this.#lastTryAt + PATIENCE;
    if (open.length === 0 && isOver) this.#place.close();
    const times = [...open.map(({ dueAt }) => dueAt), ...(probing ? [this.#beside.dueAt] : [])];
    return times.length > 0 ? Math.min(...times) : this.#lastTryAt + PATIENCE;
  }

  #try(ask: Ask, gap: Milliseconds, now: Milliseconds): void {
    ask.tries++;
    ask.dueAt = now + gap;
    const { question } = ask;
    if (question !== 'beside') this.#lastTryAt = now;
    const { id } = this.#transactions.open(ask, now);
    const from = FROM[question];
    const to = isHairpin(question) ? this.#mapped[OTHER[from]] : this.#target.primary;
    if (!to) return;
    this.#place.outbox.observed({ kind: 'opt-in-sent', at: now, question });
    const bytes = bindingRequest(id, this.#optionsOf(question));
    this.#place.outbox.push({ kind: 'send', socket: this.#place.helpers.key(from), bytes, to });
  }

  #optionsOf(question: OptInQuestion): RequestOptions {
    switch (question) {
      case 'fragments-out':
        return { filler: LONG };
      case 'fragments-size':
        return { filler: WHOLE - FILLED };
      case 'fragments-in':
        return { padding: WHOLE - PADDED };
      case 'fragments-known':
        return { padding: 4, responsePort: this.#mapped.control?.port ?? null };
      default:
        return {};
    }
  }

  #datagram(socket: SocketKey, bytes: Uint8Array, from: Endpoint, now: Milliseconds): void {
    const own = readRequest(bytes);
    if (own) return this.#cameBack(own, socket, from, bytes.length, now);
    const answer = readAnswer(bytes);
    if (answer.kind !== 'success' && answer.kind !== 'error') return;
    const pending = this.#pendingOf(answer.transactionId);
    if (!pending || isHairpin(pending.subject.question)) return;
    const { question } = pending.subject;
    if (from.address !== this.#target.primary.address || !this.#place.helpers.is(FROM[question], socket)) return;
    this.#settle(pending);
    const { sentAt } = pending;
    if (answer.kind === 'error') {
      this.#place.outbox.observed({ kind: 'opt-in-refused', at: now, question, sentAt, code: answer.code });
      return;
    }
    const { mapped } = answer;
    this.#place.outbox.observed({ kind: 'opt-in-answered', at: now, question, sentAt, mapped, size: bytes.length });
    if (question === 'own-control' || question === 'own-listener') this.#mapped[FROM[question]] ??= mapped;
  }

  /** A request with an id of ours, at the socket to whose mapping it was sent: nobody else can know that id. */
  #cameBack(id: Uint8Array, socket: SocketKey, from: Endpoint, size: number, at: Milliseconds): void {
    const pending = this.#pendingOf(id);
    if (!pending || !isHairpin(pending.subject.question)) return;
    const { question } = pending.subject;
    if (!this.#place.helpers.is(OTHER[FROM[question]], socket)) return;
    this.#settle(pending);
    this.#place.outbox.observed({ kind: 'opt-in-answered', at, question, sentAt: pending.sentAt, mapped: from, size });
    // One arrival says it all.
    for (const ask of this.#asks) if (isHairpin(ask.question)) ask.settled = true;
  }

  #pendingOf(id: Uint8Array): Pending<Ask> | null {
    const pending = this.#transactions.find(id);
    return pending && !pending.answered ? pending : null;
  }

  #settle(pending: Pending<Ask>): void {
    pending.answered = true;
    pending.subject.settled = true;
  }

  #fail(failure: Extract<OptInObservation, { kind: 'opt-in-failed' }>['failure'], at: Milliseconds): void {
    this.#place.outbox.observed({ kind: 'opt-in-failed', at, failure });
    this.#place.close();
  }
}

const isOpen = ({ settled, tries }: Ask): boolean => !settled && tries < TRIES;
