import type { Endpoint, Milliseconds } from '../base/index.ts';
import type { CallPlan } from '../plan/index.ts';
import { CALL_ID_LENGTH, callBytes } from '../stun/index.ts';
import { bindingRequest, callRequest, readAnswer, readCalled, readServer } from './answer.ts';
import { Bulk } from './bulk.ts';
import { CallRound, type Sentinel, type Watched } from './call-round.ts';
import { Knocks } from './knocks.ts';
import { never } from './outbox.ts';
import { Transactions } from './transactions.ts';
import type { CallObservation, Engine, Input, Output } from './types.ts';
import { Workplace } from './workplace.ts';

/** A poll, and what it asks about; null: for nothing but a new token. */
interface Poll {
  readonly round: CallRound | null;
  readonly of: Watched;
}

/**
 * Lets the reflector call TCP ports, each at least twice before it is called closed, and watches by polls that path
 * and both addresses of the reflector live meanwhile (docs/decisions/0004).
 */
export class CallCheck implements Engine<CallObservation> {
  readonly #plan: CallPlan;
  readonly #random: (count: number) => Uint8Array;
  readonly #place: Workplace<CallObservation>;
  readonly #transactions: Transactions<Poll>;
  readonly #bulk: Bulk;
  readonly #slices: (readonly number[])[];
  /** The ports of this slice. */
  #current: ReadonlySet<number> = new Set();
  /** Ports whose listeners are being opened. */
  #opening = new Set<number>();
  /** Ports of this slice that listen. */
  #listening = new Set<number>();
  /** Those of which nothing more is to be learnt. */
  #settled = new Set<number>();
  #failedCalls = new Map<number, number>();
  #rounds: CallRound[] = [];
  /** A port at which a call has arrived; it goes on listening, and is called along with all others. */
  #sentinel: Sentinel | null = null;
  /** Ports of any slice that failed while there was no sentinel: where one is found later, they are called again. */
  #unproven = new Set<number>();
  /** Calls in a row that no sentinel's call came through with. */
  #lostSentinels = 0;
  #calls = 0;
  readonly #refusals = new Set<number>();
  /** When each address of the reflector was heard last, or asked first; the one that is not asked, never. */
  readonly #heardAt: Record<Watched, Milliseconds> = { primary: never, caller: never };

  readonly #knocks: Knocks;

  /** `isChecked`: UDP ports that are not ours to take. */
  constructor(plan: CallPlan, isChecked: (port: number) => boolean, random: (count: number) => Uint8Array) {
    this.#plan = plan;
    this.#random = random;
    this.#slices = plan.pass === null ? [] : [...plan.slices];
    this.#sentinel = plan.witness === null ? null : { port: plan.witness, isOurs: false };
    this.#bulk = new Bulk(plan.pass);
    this.#transactions = new Transactions(random);
    this.#place = new Workplace(plan.bindAddress, isChecked);
    this.#knocks = new Knocks(plan, this.#place.outbox);
    // For what nobody can be asked, no socket is opened.
    if (this.#slices.length === 0) this.#place.close();
  }

  handle(input: Input, now: Milliseconds): void {
    if (this.#place.isClosed) return;
    const failure = this.#place.heed(input);
    if (failure) return this.#end({ kind: 'call-failed', at: now, failure });
    switch (input.kind) {
      case 'listens':
        return this.#listens(input.port, now);
      case 'listen-failed':
        this.#opening.delete(input.port);
        if (!this.#current.has(input.port)) return;
        return this.#place.outbox.observed({
          kind: 'call-not-listening',
          at: now,
          port: input.port,
          failure: input.failure,
        });
      case 'visited':
        return this.#place.outbox.observed({ kind: 'call-visited', at: now, port: input.port, from: input.from });
      case 'knocked':
        for (const knock of input.knocks) this.#knocks.heard(knock, (port) => this.#listening.has(port), now);
        return;
      case 'called':
        return this.#called(input.port, input.bytes, input.from, now);
      case 'datagram':
        return this.#datagram(input.bytes, input.from, now);
      case 'cancel':
        return this.#end({ kind: 'call-cancelled', at: now });
      case 'bound':
      case 'bind-failed':
      case 'not-sent':
      case 'exchanged':
      case 'captured':
      case 'passed-on':
      case 'turned-back':
      case 'not-watching':
      case 'tick':
        return;
      default:
        return input satisfies never;
    }
  }

  next(now: Milliseconds): Output<CallObservation> {
    return this.#place.next(now, this.#begin, this.#goOn);
  }

  #goOn = (now: Milliseconds): Milliseconds => (this.#opening.size > 0 ? never : this.#call(now));

  #begin = (now: Milliseconds): void => {
    if (this.#plan.witness !== null) this.#listen(this.#plan.witness, now);
    this.#openSlice(now);
  };

  #openSlice(now: Milliseconds): void {
    const ports = this.#slices.shift();
    if (!ports) return this.#finish();
    this.#current = new Set(ports);
    for (const port of ports) this.#listen(port, now);
  }

  #listen(port: number, now: Milliseconds): void {
    if (this.#opening.has(port)) return;
    if (port === this.#sentinel?.port && this.#sentinel.isOurs) return this.#listens(port, now);
    this.#opening.add(port);
    this.#place.outbox.push({ kind: 'listen', port, local: { address: this.#plan.bindAddress, port } });
  }

  #listens(port: number, now: Milliseconds): void {
    this.#opening.delete(port);
    if (port === this.#sentinel?.port) this.#sentinel = { port, isOurs: true };
    if (!this.#current.has(port)) return;
    this.#listening.add(port);
    this.#place.outbox.observed({ kind: 'call-listening', at: now, port });
  }

  #call(now: Milliseconds): Milliseconds {
    for (const round of this.#rounds) this.#conclude(round, now);
    if (now >= Math.min(this.#heardAt.primary, this.#heardAt.caller) + this.#plan.lostAfter)
      return this.#serverLost(now);
    const left = [...this.#listening].filter((port) => !this.#settled.has(port));
    if (left.length === 0) return this.#sliceOver(now);
    const startAt = this.#nextRoundAt(left, now);
    if (startAt <= now) this.#startRound(left, now);
    const polls = this.#rounds.filter((round) => !round.over).map((round) => this.#poll(round, now));
    return Math.min(startAt <= now ? never : startAt, ...polls);
  }

  /** What it has shown before counts. */
  #serverLost(now: Milliseconds): Milliseconds {
    for (const port of [...this.#listening, ...this.#slices.flat()])
      if (!this.#settled.has(port)) this.#giveUp(port, now);
    this.#slices.length = 0;
    return this.#sliceOver(now);
  }

  #sliceOver(now: Milliseconds): Milliseconds {
    this.#closeSlice();
    this.#openSlice(now);
    return never;
  }

  /** The second call does not wait for the end of the first one; further ones take the place of those that did not count. */
  #nextRoundAt(left: readonly number[], now: Milliseconds): Milliseconds {
    const { callsNeeded, callGap, mostCalls } = this.#plan;
    const last = this.#rounds.at(-1);
    if (!last) return now;
    // What was called before there was a sentinel has none, and does not count.
    const rounds = this.#rounds.filter(({ sentinel }) => (sentinel === null) === (this.#sentinel === null));
    const underWay = rounds.filter(({ over }) => !over).length;
    const failed = Math.min(...left.map((port) => this.#failedCalls.get(port) ?? 0));
    if (underWay + failed >= callsNeeded) return never;
    if (rounds.length < mostCalls) return Math.max(now, last.startedAt + callGap);
    if (underWay > 0) return never;
    for (const port of left) this.#giveUp(port, now);
    if (this.#lostSentinels >= callsNeeded) this.#shutOut(now);
    return now;
  }

  /** The router has begun to refuse who calls; and it has not stopped. */
  #shutOut(now: Milliseconds): void {
    this.#place.outbox.observed({ kind: 'call-shut-out', at: now });
    this.#slices.length = 0;
  }

  #giveUp(port: number, now: Milliseconds): void {
    this.#settled.add(port);
    this.#place.outbox.observed({ kind: 'call-given-up', at: now, port });
  }

  #startRound(ports: readonly number[], now: Milliseconds): void {
    if (ports.every((port) => this.#settled.has(port))) return;
    if (this.#heardAt.primary === never) {
      this.#heardAt.primary = now;
      if (this.#plan.caller) this.#heardAt.caller = now;
    }
    const id = this.#random(CALL_ID_LENGTH).slice();
    const round = new CallRound(this.#plan, { number: ++this.#calls, id, ports, sentinel: this.#sentinel }, now);
    this.#rounds.push(round);
    for (const port of ports) this.#place.outbox.observed({ kind: 'call-asked', at: now, port, call: round.number });
  }

  /** Asks for the calls, or what became of them: the same request. */
  #poll(round: CallRound, now: Milliseconds): Milliseconds {
    const at = round.pollAt;
    if (at > now) return Math.min(at, round.endsAt(now));
    // It did not arrive at once: perhaps the next one comes as far as this machine.
    if (round.wasPolled) this.#knocks.watch();
    round.polled(now);
    const token = this.#bulk.token(now);
    const asked = (of: Watched): Poll => ({ round, of });
    if (this.#bulk.wantsNew(now))
      this.#send({ round: null, of: 'primary' }, (id) => bindingRequest(id, { hello: true }), now);
    const call = { id: round.id, ports: round.called };
    if (token !== null) this.#send(asked('primary'), (id) => callRequest(id, token, call), now);
    this.#send(asked('caller'), (id) => bindingRequest(id, { token }), now);
    return round.pollAt;
  }

  #send(poll: Poll, request: (id: Uint8Array) => Uint8Array, now: Milliseconds): void {
    const to = this.#plan[poll.of];
    if (to === null) return;
    const { id } = this.#transactions.open(poll, now);
    const socket = this.#place.helpers.key(poll.of === 'caller' ? 'listener' : 'control');
    this.#place.outbox.push({ kind: 'send', socket, bytes: request(id), to });
  }

  #conclude(round: CallRound, now: Milliseconds): void {
    if (round.over || !round.isOver(now, (port) => this.#settled.has(port))) return;
    round.over = true;
    const left = round.ports.filter((port) => !this.#settled.has(port));
    if (left.length === 0) return;
    const watched = round.wasWatched(now);
    if (watched && round.stateOfSentinel === 'lost') this.#lostSentinels++;
    if (round.stateOfSentinel === 'arrived') this.#lostSentinels = 0;
    for (const port of left) this.#ended(port, round, { watched, now });
  }

  #ended(
    port: number,
    round: CallRound,
    { watched, now }: { readonly watched: boolean; readonly now: Milliseconds },
  ): void {
    const [state, sentinel] = [round.stateOf(port), round.stateOfSentinel];
    const counts = watched && state !== null && state !== 'under-way';
    this.#place.outbox.observed({ kind: 'call-ended', at: now, port, call: round.number, state, counts, sentinel });
    if (!counts) return;
    if (state === 'not-called') this.#settled.add(port);
    const isBacked = sentinel === 'arrived' || (sentinel === null && this.#sentinel === null);
    if (!isBacked) return;
    const failed = (this.#failedCalls.get(port) ?? 0) + 1;
    this.#failedCalls.set(port, failed);
    if (failed < this.#plan.callsNeeded) return;
    this.#settled.add(port);
    if (sentinel === null) this.#unproven.add(port);
  }

  /** Somebody connected to the listener of `arrivedOn`. Only who knows the call's id is the reflector. */
  #called(arrivedOn: number, bytes: Uint8Array, from: Endpoint, now: Milliseconds): void {
    for (const round of this.#rounds)
      for (const port of round.called)
        if (isProof(bytes, round.id, port)) {
          if (port === round.sentinel?.port) round.sentinelCame = true;
          this.#settled.add(port);
          this.#place.outbox.observed({ kind: 'call-arrived', at: now, port, call: round.number, arrivedOn, from });
          if (arrivedOn === port && this.#sentinel === null) this.#keep({ port, isOurs: true });
        }
  }

  /** From here on there is a witness: who has failed without one is called again. */
  #keep(sentinel: Sentinel): void {
    this.#sentinel = sentinel;
    this.#failedCalls.clear();
    const again = [...this.#unproven].filter((port) => !this.#listening.has(port));
    for (const port of this.#unproven) this.#settled.delete(port);
    this.#unproven.clear();
    const atOnce = this.#plan.slices[0]?.length ?? 1;
    for (let at = 0; at < again.length; at += atOnce) this.#slices.push(again.slice(at, at + atOnce));
  }

  #datagram(bytes: Uint8Array, from: Endpoint, now: Milliseconds): void {
    const answer = readAnswer(bytes);
    if (answer.kind === 'nothing') return;
    const pending = this.#transactions.find(answer.transactionId);
    if (!pending || pending.answered || from.address !== this.#plan[pending.subject.of]?.address) return;
    pending.answered = answer.kind !== 'invalid';
    this.#heardAt[pending.subject.of] = now;
    if (answer.kind === 'error') this.#refused(answer.code, now);
    if (answer.kind !== 'success') return;
    const { token } = readServer(answer.message);
    if (token !== null && this.#bulk.wantsNew(now)) this.#bulk.renew(token, pending.sentAt);
    const { round, of } = pending.subject;
    const called = readCalled(answer.message);
    if (of === 'caller' || called) round?.alive(of, pending.sentAt);
    if (called) round?.learn(called, now);
  }

  /** Perhaps because of the token: the reflector may have been started anew. Told once, however often it comes. */
  #refused(code: number, at: Milliseconds): void {
    this.#bulk.doubt();
    if (this.#refusals.has(code)) return;
    this.#refusals.add(code);
    this.#place.outbox.observed({ kind: 'call-refused', at, code });
  }

  #end(why: CallObservation): void {
    this.#place.outbox.observed(why);
    this.#finish();
  }

  #closeSlice(): void {
    for (const port of this.#listening)
      if (port !== this.#sentinel?.port) this.#place.outbox.push({ kind: 'unlisten', port });
    this.#listening = new Set();
    this.#lostSentinels = 0;
    this.#settled = new Set();
    this.#failedCalls = new Map();
    this.#rounds = [];
  }

  #finish(): void {
    for (const port of this.#opening) this.#place.outbox.push({ kind: 'unlisten', port });
    this.#closeSlice();
    if (this.#sentinel !== null) this.#place.outbox.push({ kind: 'unlisten', port: this.#sentinel.port });
    this.#sentinel = null;
    this.#place.close();
  }
}

/** The id of the call, and the port that was to be called. */
function isProof(bytes: Uint8Array, id: Uint8Array, port: number): boolean {
  const proof = callBytes(id, port);
  return bytes.length === proof.length && bytes.every((byte, index) => byte === proof[index]);
}
