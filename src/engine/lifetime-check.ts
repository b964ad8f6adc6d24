import { type Endpoint, isSilence, type Milliseconds, type Probe } from '../base/index.ts';
import { bindingRequest, readAnswer } from './answer.ts';
import { type Rung, Rungs } from './lifetime-rungs.ts';
import { never } from './outbox.ts';
import { Transactions } from './transactions.ts';
import type { Engine, Input, LifetimeObservation, Output, SocketKey } from './types.ts';
import { Workplace } from './workplace.ts';

export interface LifetimeTarget {
  /** It serves RESPONSE-PORT. */
  readonly primary: Endpoint;
  readonly bindAddress: string;
  /** Ascending. */
  readonly waits: readonly Milliseconds[];
  /** Between two tries, and between two probes: at 200 it is ten requests per second (RFC 5780 section 5). */
  readonly gap: Milliseconds;
}

/** How far a probe may be away from the try that it vouches for. */
const REACH: Milliseconds = 250;
/** Before that, the listener's own mapping is made anew. */
const REFRESH: Milliseconds = 1_000;
const REFRESH_GAP: Milliseconds = 200;
/** After the last packet, for what is still on its way. */
const PATIENCE: Milliseconds = 1000;

/** What a request was for. */
type Subject =
  | { readonly kind: 'rung'; readonly rung: Rung; readonly via: 'own' | 'control' }
  | { readonly kind: 'refresh' }
  | { readonly kind: 'probe'; readonly probe: { sentAt: Milliseconds; answered: boolean | null } };

/**
 * Binding lifetime (RFC 5780 section 4.6). Its X is a socket for each wait, so that the longest one is waited for only
 * once; its Y is the control socket, which asks by RESPONSE-PORT for an answer to X's mapping. The same request to the
 * mapping of the listener, which is kept alive, shows that a silence is the mapping's. The first wait that is not
 * survived ends it.
 */
export class LifetimeCheck implements Engine<LifetimeObservation> {
  readonly #target: LifetimeTarget;
  readonly #place: Workplace<LifetimeObservation>;
  readonly #transactions: Transactions<Subject>;
  readonly #rungs: Rungs;
  readonly #probes: (Probe & { answered: boolean | null })[] = [];
  /** The listener's mapping, and when it was seen. */
  #mapped: { readonly port: number; readonly at: Milliseconds } | null = null;
  #probeAt: Milliseconds = 0;
  #refreshAt: Milliseconds = 0;
  #said = false;

  constructor(target: LifetimeTarget, random: (count: number) => Uint8Array) {
    this.#target = target;
    this.#place = new Workplace(target.bindAddress);
    this.#transactions = new Transactions(random);
    this.#rungs = new Rungs(target.waits, target.gap);
  }

  handle(input: Input, now: Milliseconds): void {
    if (this.#place.isClosed) return;
    const failure = this.#place.heed(input);
    if (failure) this.#fail(failure, now);
    else if (input.kind === 'bound') this.#rungs.opened(input.socket, now);
    else if (input.kind === 'datagram') this.#datagram(input.socket, input.bytes, input.from, now);
    else if (input.kind === 'cancel') this.#finish();
  }

  next(now: Milliseconds): Output<LifetimeObservation> {
    return this.#place.next(now, this.#openAll, this.#askOn);
  }

  #openAll = (): void => {
    const local = { address: this.#target.bindAddress, port: 0 };
    for (const { key } of this.#rungs.all) this.#place.outbox.push({ kind: 'open', socket: key, local });
  };

  #askOn = (now: Milliseconds): Milliseconds => {
    for (const rung of this.#rungs.due(now)) this.#try(rung, now);
    for (const { wait } of this.#rungs.giveUp(now))
      this.#place.outbox.observed({ kind: 'lifetime-given-up', at: now, wait });
    this.#sayWait(now);
    const probing = this.#keepProbing(now);
    const over = this.#rungs.endOf(now, PATIENCE, (rung) => isSilence(rung.asked, this.#heard(now), REACH));
    if (over) this.#finish();
    return Math.min(probing, this.#rungs.nextAt(now, REFRESH, PATIENCE));
  };

  /** Around the questions of a wait; when to look again. */
  #keepProbing(now: Milliseconds): Milliseconds {
    const from = this.#rungs.activeSince(now, REFRESH);
    if (from === null) return never;
    const needsMapping = this.#mapped === null || this.#mapped.at < from;
    if (needsMapping && this.#refreshAt <= now) this.#refresh(now);
    const probesFrom = from + REFRESH - 2.5 * this.#target.gap;
    if (this.#mapped && Math.max(probesFrom, this.#probeAt) <= now) this.#probe(now);
    const nextProbe = this.#mapped ? Math.max(probesFrom, this.#probeAt, now + 1) : never;
    return Math.min(needsMapping ? this.#refreshAt : never, nextProbe);
  }

  /** A probe that has had its time is lost. */
  #heard(now: Milliseconds): readonly Probe[] {
    return this.#probes.map(({ sentAt, answered }) => ({
      sentAt,
      answered: answered ?? (sentAt + PATIENCE <= now ? false : null),
    }));
  }

  #sayWait(now: Milliseconds): void {
    const longest = this.#said ? null : this.#rungs.longest(now);
    if (longest === null) return;
    this.#said = true;
    this.#place.outbox.observed({ kind: 'lifetime-waits', at: now, longest: longest + PATIENCE });
  }

  // Requests

  #try(rung: Rung, now: Milliseconds): void {
    const via = rung.state === 'binding' ? 'own' : 'control';
    const { wait } = rung;
    if (rung.state === 'asking')
      this.#place.outbox.observed({
        kind: 'lifetime-asked',
        at: now,
        wait,
        idle: now - rung.touchedAt,
        age: now - rung.leftAt,
      });
    this.#rungs.tried(rung, now);
    const key = via === 'own' ? rung.key : this.#place.helpers.key('control');
    this.#send({ kind: 'rung', rung, via }, key, via === 'own' ? null : rung.port, now);
  }

  #refresh(now: Milliseconds): void {
    this.#refreshAt = now + REFRESH_GAP;
    this.#send({ kind: 'refresh' }, this.#place.helpers.key('listener'), null, now);
  }

  #probe(now: Milliseconds): void {
    this.#probeAt = now + this.#target.gap;
    const probe = { sentAt: now, answered: null };
    this.#probes.push(probe);
    this.#place.outbox.observed({ kind: 'lifetime-probed', at: now });
    this.#send({ kind: 'probe', probe }, this.#place.helpers.key('control'), this.#mapped?.port ?? null, now);
  }

  #send(subject: Subject, socket: SocketKey, responsePort: number | null, now: Milliseconds): void {
    const { id } = this.#transactions.open(subject, now);
    this.#place.outbox.push({
      kind: 'send',
      socket,
      bytes: bindingRequest(id, { responsePort }),
      to: this.#target.primary,
    });
  }

  // Answers

  #datagram(socket: SocketKey, bytes: Uint8Array, from: Endpoint, now: Milliseconds): void {
    this.#rungs.touched(socket, now);
    const answer = readAnswer(bytes);
    if (answer.kind !== 'success' || from.address !== this.#target.primary.address) return;
    const pending = this.#transactions.find(answer.transactionId);
    if (!pending || pending.answered) return;
    const { subject, sentAt } = pending;
    const expected = subject.kind === 'rung' ? subject.rung.key : this.#place.helpers.key('listener');
    if (socket !== expected) return;
    pending.answered = true;
    if (subject.kind === 'refresh') this.#mapped = { port: answer.mapped.port, at: now };
    else if (subject.kind === 'probe') {
      subject.probe.answered = true;
      this.#place.outbox.observed({ kind: 'lifetime-probe-arrived', at: now, sentAt });
    } else if (this.#rungs.answered(subject.rung, subject.via, answer.mapped.port, now))
      this.#place.outbox.observed({ kind: 'lifetime-arrived', at: now, wait: subject.rung.wait, sentAt });
  }

  #fail(failure: Extract<LifetimeObservation, { kind: 'lifetime-failed' }>['failure'], at: Milliseconds): void {
    this.#place.outbox.observed({ kind: 'lifetime-failed', at, failure });
    this.#finish();
  }

  #finish(): void {
    for (const { key } of this.#rungs.all) this.#place.outbox.push({ kind: 'close', socket: key });
    this.#place.close();
  }
}
