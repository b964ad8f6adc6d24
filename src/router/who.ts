import { type Endpoint, endpoint, type Milliseconds } from '../base/index.ts';
import type { Engine, Input, Output, SocketKey } from '../engine/index.ts';
import { toText } from './bytes.ts';
import { fieldsIn, getRequest, isWholeHttp, MOST_BYTES, type Place, readHttp } from './http.ts';
import { placeOn } from './igd.ts';
import type { RouterTarget } from './router-check.ts';
import { readAnswer, SSDP_GROUP, SSDP_PORT, search } from './ssdp.ts';
import { leavesOf } from './xml.ts';

/** What a router says of itself, by its UPnP description or on its web page. Anybody may have written it. */
export interface RouterSaid {
  readonly by: 'upnp' | 'page';
  readonly words: readonly string[];
}

/** A search gets lost like any other packet; MX lets a device answer one second late. */
const SEARCHES: readonly Milliseconds[] = [0, 300, 800];
const OVER_AFTER: Milliseconds = 2_000;
const EXCHANGE_PATIENCE: Milliseconds = 1_000;

const SOCKET: SocketKey = 1;
const [PAGE, DESCRIPTION] = [1, 2];

/**
 * Asks the gateway who it is: its UPnP description, and the page on its port 80. Nothing is changed, no redirection is
 * followed, and only what comes from the gateway's own address counts (docs/decisions/0011).
 */
export class RouterWho implements Engine<RouterSaid> {
  readonly #target: RouterTarget;
  readonly #outputs: Output<RouterSaid>[] = [];
  #phase: 'new' | 'opening' | 'asking' | 'done' = 'new';
  #began: Milliseconds = 0;
  #searched = 0;
  #deviceWords: readonly string[] = [];
  /** Exchanges that are under way. */
  readonly #open = new Set<number>();
  #isDescribed = false;

  constructor(target: RouterTarget) {
    this.#target = target;
  }

  handle(input: Input, now: Milliseconds): void {
    if (this.#phase === 'done') return;
    if (input.kind === 'bound') {
      this.#phase = 'asking';
      this.#began = now;
      this.#fetch(PAGE, { at: endpoint(this.#target.gateway, 80), path: '/' });
    } else if (input.kind === 'bind-failed' || input.kind === 'cancel') this.#finish();
    else if (input.kind === 'datagram') this.#heard(input.bytes, input.from);
    else if (input.kind === 'exchanged') this.#exchanged(input.exchange, input.bytes);
  }

  next(now: Milliseconds): Output<RouterSaid> {
    const until = this.#outputs.length === 0 ? this.#work(now) : now;
    return this.#outputs.shift() ?? (this.#phase === 'done' ? { kind: 'done' } : { kind: 'wait', until });
  }

  #work(now: Milliseconds): Milliseconds {
    if (this.#phase === 'new') {
      this.#phase = 'opening';
      this.#outputs.push({ kind: 'open', socket: SOCKET, local: endpoint(this.#target.local, 0) });
    }
    if (this.#phase !== 'asking') return Number.POSITIVE_INFINITY;
    const over = this.#began + OVER_AFTER;
    const isSettled = this.#open.size === 0 && this.#isDescribed;
    if (now >= over || isSettled) {
      this.#finish();
      return now;
    }
    for (const after of SEARCHES.slice(this.#searched)) {
      if (now < this.#began + after) return this.#began + after;
      this.#searched++;
      if (!this.#isDescribed) this.#search();
    }
    return over;
  }

  /** The group too: some gateways hear nothing else. */
  #search(): void {
    for (const to of [endpoint(this.#target.gateway, SSDP_PORT), SSDP_GROUP])
      this.#outputs.push({ kind: 'send', socket: SOCKET, bytes: search(to), to });
  }

  #fetch(exchange: number, place: Place): void {
    this.#open.add(exchange);
    this.#outputs.push({
      kind: 'exchange',
      exchange,
      from: this.#target.local,
      to: place.at,
      request: {
        ...{ bytes: getRequest(place), patience: EXCHANGE_PATIENCE, most: MOST_BYTES },
        isWhole: isWholeHttp,
      },
    });
  }

  #heard(bytes: Uint8Array, from: Endpoint): void {
    if (from.address !== this.#target.gateway || this.#isDescribed) return;
    const answer = readAnswer(bytes);
    const place = answer && placeOn(this.#target.gateway, answer.location);
    if (!answer || !place) return;
    this.#isDescribed = true;
    this.#deviceWords = [answer.server];
    this.#fetch(DESCRIPTION, place);
  }

  #exchanged(exchange: number, bytes: Uint8Array): void {
    this.#open.delete(exchange);
    if (exchange === PAGE) this.#say('page', pageWords(bytes));
    else this.#say('upnp', [...this.#deviceWords, ...deviceWords(readHttp(bytes)?.body ?? '')]);
  }

  #say(by: RouterSaid['by'], all: readonly string[]): void {
    const words = all.map(shorten).filter((word) => word !== '');
    if (words.length > 0) this.#outputs.push({ kind: 'observed', observation: { by, words } });
  }

  #finish(): void {
    if (this.#phase === 'asking') this.#outputs.push({ kind: 'close', socket: SOCKET });
    this.#phase = 'done';
  }
}

/** Longer names are no names. */
const LONGEST = 120;

const shorten = (text: string): string => text.replace(/\s+/g, ' ').trim().slice(0, LONGEST);

const NAMES = new Set(['manufacturer', 'modelName', 'modelDescription', 'friendlyName']);

/** Of the first device that a description names, which is the router; those inside of it repeat it. */
function deviceWords(xml: string): readonly string[] {
  const words = new Map<string, string>();
  for (const { name, text } of leavesOf(xml)) if (NAMES.has(name) && !words.has(name)) words.set(name, text);
  return [...words.values()];
}

/** Its Server field, the realm of its login, and its title. */
function pageWords(bytes: Uint8Array): readonly string[] {
  const fields = fieldsIn(bytes);
  if (fields === null) return [];
  const title = /<title[^>]{0,200}>([^<]{0,500})/i.exec(toText(bytes.subarray(0, MOST_BYTES)))?.[1] ?? '';
  const realm = /realm="([^"]{0,200})"/i.exec(fields.get('www-authenticate') ?? '')?.[1] ?? '';
  return [fields.get('server') ?? '', realm, title];
}
