import { type Endpoint, endpoint, type Milliseconds } from '../base/index.ts';
import type { Engine, Input, Output } from '../engine/index.ts';
import type { SocketFailure } from '../system/index.ts';
import { getRequest, isWholeHttp, MOST_BYTES, type Place, readHttp } from './http.ts';
import { externalAddressQuestion, placeOn, readExternalAddress, type WanService, wanServicesOf } from './igd.ts';
import { type IgdAnswer, type IgdDialogue, type IgdQuestion, igdDialogueFor, igdRequest, readIgd } from './igd-map.ts';
import type { MapEntry, MapObservation, Mapping, MapTask, NotSpoken } from './mapping.ts';
import type { RouterTarget } from './router-check.ts';
import { readLocation, SSDP_GROUP, SSDP_PORT, search } from './ssdp.ts';

/** `look`: who has these public ports; `list`: all that the router has. Both change nothing. */
export type IgdTask =
  | MapTask
  | { readonly kind: 'look'; readonly mappings: readonly Mapping[] }
  | { readonly kind: 'list' };

const SEARCHES: readonly Milliseconds[] = [0, 500, 1_000];
/** MX lets a device answer one second late. */
const SILENT_AFTER: Milliseconds = 2_500;
/** A router writes rules for it, and some take their time. */
const PATIENCE: Milliseconds = 20_000;

/** After so many mappings without an answer in a row nobody is there any more. */
const MOST_SILENCES = 2;
/** More mappings nobody has, and a list without an end nobody reads. */
const MOST_ENTRIES = 5_000;
const MOST_MALFORMED = 3;

/** Of one who has been told to end. */
const LAST_WAIT: Milliseconds = 2_000;

const SOCKET = 1;
const NO_ADDRESS = '0.0.0.0';

type Asked =
  | { readonly kind: 'description'; readonly place: Place }
  | { readonly kind: 'address'; readonly service: WanService }
  | { readonly kind: 'action'; readonly question: IgdQuestion };

/**
 * Makes, deletes or lists mappings by UPnP IGD, one after the other. Nobody but the gateway's own address is connected
 * to, and no mapping is asked for another machine than this one.
 */
export class IgdMapper implements Engine<MapObservation> {
  readonly #target: RouterTarget;
  readonly #task: IgdTask;
  readonly #outputs: Output<MapObservation>[] = [];
  #phase: 'new' | 'opening' | 'searching' | 'working' | 'done' = 'new';
  #began: Milliseconds = 0;
  #searches = 0;
  #failure: SocketFailure | null = null;
  #exchange = 0;
  #asked: Asked | null = null;
  /** Those whose address is still to be asked. */
  #services: readonly WanService[] = [];
  readonly #lines: { readonly service: WanService; readonly address: string }[] = [];
  #service: WanService | null = null;
  readonly #mappings: readonly Mapping[];
  #next = 0;
  #mapping: Mapping | null = null;
  #dialogue: IgdDialogue | null = null;
  #silences = 0;
  #malformed = 0;
  readonly #listedKeys = new Set<string>();
  #cancelled = false;
  #lastUntil: Milliseconds = Number.POSITIVE_INFINITY;

  constructor(target: RouterTarget, task: IgdTask) {
    this.#target = target;
    this.#task = task;
    this.#mappings = task.kind === 'list' ? [] : task.mappings;
  }

  handle(input: Input, now: Milliseconds): void {
    if (this.#phase === 'done') return;
    if (input.kind === 'bound') this.#search(now);
    else if (input.kind === 'bind-failed') this.#fail(input.failure, now);
    else if (input.kind === 'not-sent') this.#failure = input.failure;
    else if (input.kind === 'datagram') this.#heard(input.bytes, input.from, now);
    else if (input.kind === 'exchanged' && input.exchange === this.#exchange) this.#exchanged(input.bytes, now);
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
    if (this.#phase === 'working' && now >= this.#lastUntil) {
      this.#stopWaiting(now);
      return now;
    }
    if (this.#phase !== 'searching') return this.#lastUntil;
    const due = SEARCHES[this.#searches];
    if (due !== undefined && now >= this.#began + due) {
      this.#searches++;
      // The group too: some gateways hear nothing else.
      for (const to of [endpoint(this.#target.gateway, SSDP_PORT), SSDP_GROUP])
        this.#outputs.push({ kind: 'send', socket: SOCKET, bytes: search(to), to });
      return now;
    }
    if (now >= this.#began + SILENT_AFTER) this.#noAnswerToSearch(now);
    return this.#began + (due ?? SILENT_AFTER);
  }

  #search(now: Milliseconds): void {
    this.#phase = 'searching';
    this.#began = now;
  }

  #noAnswerToSearch(at: Milliseconds): void {
    if (this.#failure) this.#fail(this.#failure, at);
    else this.#notSpoken('silent', at);
  }

  #heard(bytes: Uint8Array, from: Endpoint, at: Milliseconds): void {
    if (this.#phase !== 'searching' || from.address !== this.#target.gateway) return;
    const location = readLocation(bytes);
    if (location === null) return;
    const place = placeOn(this.#target.gateway, location);
    if (place === null) {
      this.#notSpoken('malformed', at);
      return;
    }
    this.#phase = 'working';
    this.#ask({ kind: 'description', place }, place.at, getRequest(place));
  }

  #ask(asked: Asked, to: Endpoint, bytes: Uint8Array): void {
    this.#asked = asked;
    this.#exchange++;
    this.#outputs.push({
      kind: 'exchange',
      exchange: this.#exchange,
      from: this.#target.local,
      to,
      request: { bytes, patience: PATIENCE, most: MOST_BYTES, isWhole: isWholeHttp },
    });
  }

  #exchanged(bytes: Uint8Array, at: Milliseconds): void {
    const asked = this.#asked;
    this.#asked = null;
    if (asked === null) return;
    const answer = readHttp(bytes);
    if (asked.kind === 'action') {
      this.#answered(bytes.length === 0 ? { kind: 'no-answer' } : readIgd(answer, asked.question), asked.question, at);
      return;
    }
    if (asked.kind === 'address') {
      const address = answer?.status === 200 ? readExternalAddress(answer.body) : null;
      this.#lines.push({ service: asked.service, address: address || NO_ADDRESS });
    } else if (answer?.status === 200) this.#services = wanServicesOf(answer.body, asked.place);
    this.#askAddress(at);
  }

  /** One after the other: a router with two lines has a service for each, and one of them may be down. */
  #askAddress(at: Milliseconds): void {
    const [service, ...others] = this.#services;
    this.#services = others;
    if (this.#cancelled) this.#end(at);
    else if (service) this.#ask({ kind: 'address', service }, service.control.at, externalAddressQuestion(service));
    else this.#choose(at);
  }

  /** The first line that has an address; where none tells one, the first. */
  #choose(at: Milliseconds): void {
    const used = this.#lines.find(({ address }) => address !== NO_ADDRESS) ?? this.#lines[0];
    if (!used) {
      this.#notSpoken('malformed', at);
      return;
    }
    this.#service = used.service;
    this.#observed({ kind: 'map-router', at, by: 'upnp', epoch: null });
    for (const line of this.#lines)
      if (line.address !== NO_ADDRESS)
        this.#observed({ kind: 'map-address', at, by: 'upnp', address: line.address, used: line === used });
    if (this.#task.kind === 'list') this.#act({ action: 'list', index: 0 });
    else this.#begin(at);
  }

  #act(question: IgdQuestion): void {
    const service = this.#service;
    if (!service) return;
    this.#ask({ kind: 'action', question }, service.control.at, igdRequest(service, question, this.#target.local));
  }

  #begin(at: Milliseconds): void {
    const mapping = this.#mappings[this.#next];
    if (mapping === undefined || this.#cancelled || this.#silences >= MOST_SILENCES) {
      this.#end(at);
      return;
    }
    this.#next++;
    this.#mapping = mapping;
    if (this.#task.kind === 'look') this.#act({ action: 'look', mapping });
    else if (this.#task.kind !== 'list') {
      this.#dialogue = igdDialogueFor(this.#task, mapping, this.#target.local);
      const first = this.#dialogue.next();
      if (!first.done) this.#act(first.value);
    }
  }

  #answered(answer: IgdAnswer, question: IgdQuestion, at: Milliseconds): void {
    this.#silences = answer.kind === 'no-answer' ? this.#silences + 1 : 0;
    if (question.action === 'list') this.#listed(answer, question.index, at);
    else if (this.#mapping && this.#dialogue) this.#go(this.#dialogue, this.#mapping, answer, at);
    else if (this.#mapping) {
      const owner = answer.kind === 'done' ? answer.entry : null;
      this.#observed({ kind: 'map-owner', at, mapping: this.#mapping, owner });
      this.#begin(at);
    }
  }

  #go(dialogue: IgdDialogue, mapping: Mapping, answer: IgdAnswer, at: Milliseconds): void {
    const step = dialogue.next(answer);
    if (!step.done) this.#act(step.value);
    else {
      this.#observed({ kind: 'map-outcome', at, mapping, outcome: step.value });
      this.#begin(at);
    }
  }

  /** The end of the list is an error: 713, SpecifiedArrayIndexInvalid; some say 714 or 402. */
  #listed(answer: IgdAnswer, index: number, at: Milliseconds): void {
    const isNew = answer.kind === 'done' && this.#isNew(answer.entry);
    if (answer.kind === 'done' && answer.entry && isNew) this.#observed({ kind: 'map-entry', at, entry: answer.entry });
    if (answer.kind === 'malformed') this.#malformed++;
    const goesOn = isNew || (answer.kind === 'malformed' && this.#malformed < MOST_MALFORMED);
    if (goesOn && index + 1 < MOST_ENTRIES && !this.#cancelled) {
      this.#act({ action: 'list', index: index + 1 });
      return;
    }
    const isItsEnd = answer.kind === 'refused' && [402, 713, 714].includes(answer.code);
    this.#observed({ kind: 'map-listed', at, whole: this.#malformed === 0 && isItsEnd });
    this.#end(at);
  }

  /** Who names the same one again does not look at the index, and would go on for ever. */
  #isNew(entry: MapEntry | null): boolean {
    const key = entry ? `${entry.protocol} ${entry.externalPort} ${entry.remoteHost}` : '';
    const isNew = !this.#listedKeys.has(key);
    this.#listedKeys.add(key);
    return isNew;
  }

  /** The answer to what was asked for is still awaited, for a while: it may have been made. */
  #cancel(at: Milliseconds): void {
    if (this.#asked?.kind !== 'action') {
      this.#cancelled = true;
      this.#end(at);
    } else if (!this.#cancelled) {
      this.#cancelled = true;
      this.#lastUntil = at + LAST_WAIT;
    }
  }

  #stopWaiting(at: Milliseconds): void {
    if (this.#dialogue && this.#mapping)
      this.#observed({ kind: 'map-outcome', at, mapping: this.#mapping, outcome: { kind: 'no-answer' } });
    if (this.#task.kind === 'list') this.#observed({ kind: 'map-listed', at, whole: false });
    this.#end(at);
  }

  #notSpoken(why: NotSpoken, at: Milliseconds): void {
    this.#observed({ kind: 'map-not-spoken', at, by: 'upnp', why });
    this.#finish();
  }

  #fail(failure: SocketFailure, at: Milliseconds): void {
    this.#observed({ kind: 'map-failed', at, failure });
    this.#finish();
  }

  #end(at: Milliseconds): void {
    if (this.#task.kind === 'make' || this.#task.kind === 'delete')
      for (const mapping of this.#mappings.slice(this.#next))
        this.#observed({ kind: 'map-outcome', at, mapping, outcome: { kind: 'not-asked' } });
    if (this.#cancelled) this.#observed({ kind: 'map-cancelled', at });
    this.#finish();
  }

  #observed(observation: MapObservation): void {
    this.#outputs.push({ kind: 'observed', observation });
  }

  #finish(): void {
    this.#phase = 'done';
    this.#outputs.push({ kind: 'close', socket: SOCKET });
  }
}
