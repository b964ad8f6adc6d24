import { type Endpoint, endpoint, type Milliseconds } from '../base/index.ts';
import type { Engine, Input, Output } from '../engine/index.ts';
import type { SocketFailure } from '../system/index.ts';
import type { MapAnswer, MapDialect } from './map-dialect.ts';
import { dialogueFor, type MapDialogue, type MapQuestion, type ToMapping } from './map-dialogue.ts';
import type { MapObservation, Mapping, MapTask } from './mapping.ts';
import { NAT_PMP_PORT } from './nat-pmp.ts';
import type { RouterTarget } from './router-check.ts';

/**
 * After how long each try is sent, and the end of waiting. Slower than RFC 6886 section 3.1 has it: the router is there,
 * it has answered, and one that takes its time over a rule takes it for every repetition again (RFC 6887 section 8.1.1:
 * 3 s).
 */
const TRIES: readonly Milliseconds[] = [0, 1_000, 4_000, 10_000];
const ASKED_FOR: Milliseconds = 20_000;
/** Who has not answered the probe by then speaks something else. */
const PROBES: readonly Milliseconds[] = [0, 250, 750, 1_500];
const PROBED_FOR: Milliseconds = 2_500;

/** After so many mappings without an answer in a row nobody is there any more. */
const MOST_SILENCES = 2;

/** Of one who has been told to end. */
const LAST_WAIT: Milliseconds = 2_000;

const SOCKET = 1;

interface Asking {
  readonly bytes: Uint8Array;
  readonly since: Milliseconds;
  readonly tries: readonly Milliseconds[];
  /** After `since`. */
  until: Milliseconds;
  /** null: the probe. */
  readonly question: MapQuestion | null;
  sent: number;
}

/**
 * Makes or deletes mappings by NAT-PMP or PCP, one after the other, each answered before the next is asked for. It
 * changes nothing before the router has answered that it speaks the protocol. Only what comes from the gateway's own
 * port 5351 counts.
 */
export class UdpMapper implements Engine<MapObservation> {
  readonly #target: RouterTarget;
  readonly #dialect: MapDialect;
  readonly #task: MapTask;
  readonly #outputs: Output<MapObservation>[] = [];
  #phase: 'new' | 'opening' | 'working' | 'done' = 'new';
  #asking: Asking | null = null;
  #mapping: Mapping | null = null;
  #dialogue: MapDialogue | null = null;
  #next = 0;
  #silences = 0;
  #cancelled = false;
  #failure: SocketFailure | null = null;

  constructor(target: RouterTarget, dialect: MapDialect, task: MapTask) {
    this.#target = target;
    this.#dialect = dialect;
    this.#task = task;
  }

  handle(input: Input, now: Milliseconds): void {
    if (this.#phase === 'done') return;
    if (input.kind === 'bound') this.#probe(now);
    else if (input.kind === 'bind-failed') this.#fail(input.failure, now);
    else if (input.kind === 'not-sent') this.#failure = input.failure;
    else if (input.kind === 'datagram') this.#heard(input.bytes, input.from, now);
    else if (input.kind === 'cancel') this.#cancel(now);
  }

  next(now: Milliseconds): Output<MapObservation> {
    const until = this.#outputs.length === 0 ? this.#work(now) : now;
    return this.#outputs.shift() ?? (this.#phase === 'done' ? { kind: 'done' } : { kind: 'wait', until });
  }

  #work(now: Milliseconds): Milliseconds {
    if (this.#phase === 'new') {
      this.#phase = 'opening';
      this.#outputs.push({ kind: 'open', socket: SOCKET, local: endpoint(this.#target.local, 0) });
    }
    const asking = this.#asking;
    if (asking === null) return Number.POSITIVE_INFINITY;
    if (now >= asking.since + asking.until) {
      this.#silent(now);
      return now;
    }
    const due = asking.tries[asking.sent];
    if (due === undefined) return asking.since + asking.until;
    if (now < asking.since + due) return asking.since + Math.min(due, asking.until);
    asking.sent++;
    const to = endpoint(this.#target.gateway, NAT_PMP_PORT);
    this.#outputs.push({ kind: 'send', socket: SOCKET, bytes: asking.bytes, to });
    return now;
  }

  #probe(since: Milliseconds): void {
    this.#phase = 'working';
    const { probe } = this.#dialect;
    this.#asking = { bytes: probe, since, tries: PROBES, until: PROBED_FOR, question: null, sent: 0 };
  }

  #ask(question: MapQuestion, since: Milliseconds): void {
    const bytes = this.#dialect.request(question.mapping, question.seconds, question.firm);
    this.#asking = { bytes, since, tries: TRIES, until: ASKED_FOR, question, sent: 0 };
  }

  #heard(bytes: Uint8Array, from: Endpoint, at: Milliseconds): void {
    const asking = this.#asking;
    if (asking === null || from.address !== this.#target.gateway || from.port !== NAT_PMP_PORT) return;
    const answer = this.#dialect.read(bytes);
    if (asking.question === null) this.#heardProbe(answer, at);
    else if ((answer.kind === 'mapped' || answer.kind === 'refused') && belongsTo(answer, asking.question)) {
      this.#silences = 0;
      this.#go(answer, at);
    }
  }

  #heardProbe(answer: MapAnswer, at: Milliseconds): void {
    const { by } = this.#dialect;
    if (answer.kind === 'not-spoken') this.#notSpoken('unsupported', at);
    if (answer.kind !== 'alive') return;
    this.#observed({ kind: 'map-router', at, by, epoch: answer.epoch });
    if (answer.address !== null) this.#tellAddress(answer.address, at);
    this.#begin(at);
  }

  #tellAddress(address: string, at: Milliseconds): void {
    this.#observed({ kind: 'map-address', at, by: this.#dialect.by, address, used: true });
  }

  #begin(at: Milliseconds): void {
    const mapping = this.#task.mappings[this.#next];
    if (mapping === undefined || this.#cancelled || this.#silences >= MOST_SILENCES) {
      this.#end(at);
      return;
    }
    this.#next++;
    this.#mapping = mapping;
    this.#dialogue = dialogueFor(this.#task, mapping, this.#dialect);
    const first = this.#dialogue.next();
    if (!first.done) this.#ask(first.value, at);
  }

  #go(answer: ToMapping | null, at: Milliseconds): void {
    if (this.#dialogue === null || this.#mapping === null) return;
    if (answer?.kind === 'mapped' && answer.address !== null) this.#tellAddress(answer.address, at);
    const step = this.#dialogue.next(answer);
    if (!step.done) this.#ask(step.value, at);
    else if (step.value === 'unsupported' && this.#next === 1) this.#notSpoken('unsupported', at);
    else {
      const code = answer?.kind === 'refused' ? answer.code : 0;
      const outcome = step.value === 'unsupported' ? ({ kind: 'failed', code } as const) : step.value;
      this.#observed({ kind: 'map-outcome', at, mapping: this.#mapping, outcome });
      this.#begin(at);
    }
  }

  #silent(at: Milliseconds): void {
    if (this.#asking?.question === null && this.#failure) this.#fail(this.#failure, at);
    else if (this.#asking?.question === null) this.#notSpoken('silent', at);
    else {
      this.#silences++;
      this.#go(null, at);
    }
  }

  /** The answer to what was asked for is still awaited, for a while: it may have been made. */
  #cancel(at: Milliseconds): void {
    this.#cancelled = true;
    if (this.#phase !== 'working' || !this.#asking?.question) this.#end(at);
    else this.#asking.until = Math.min(this.#asking.until, at - this.#asking.since + LAST_WAIT);
  }

  #notSpoken(why: 'silent' | 'unsupported', at: Milliseconds): void {
    this.#observed({ kind: 'map-not-spoken', at, by: this.#dialect.by, why });
    this.#finish();
  }

  #fail(failure: SocketFailure, at: Milliseconds): void {
    this.#observed({ kind: 'map-failed', at, failure });
    this.#finish();
  }

  #end(at: Milliseconds): void {
    for (const mapping of this.#task.mappings.slice(this.#next))
      this.#observed({ kind: 'map-outcome', at, mapping, outcome: { kind: 'not-asked' } });
    if (this.#cancelled) this.#observed({ kind: 'map-cancelled', at });
    this.#finish();
  }

  #observed(observation: MapObservation): void {
    this.#outputs.push({ kind: 'observed', observation });
  }

  #finish(): void {
    this.#asking = null;
    this.#phase = 'done';
    this.#outputs.push({ kind: 'close', socket: SOCKET });
  }
}

/** Late answers to what was asked before are none to this. */
function belongsTo(answer: ToMapping, { mapping, seconds }: MapQuestion): boolean {
  const of = answer.mapping ?? mapping;
  if (of.port !== mapping.port || of.protocol !== mapping.protocol) return false;
  return answer.kind === 'refused' || (answer.lifetime === 0) === (seconds === 0);
}
