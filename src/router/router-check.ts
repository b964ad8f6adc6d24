import { type Endpoint, endpoint, type Milliseconds, scopeOf } from '../base/index.ts';
import type { Engine, Input, Output, SocketKey } from '../engine/index.ts';
import type { SocketFailure } from '../system/index.ts';
import { getRequest, isWholeHttp, MOST_BYTES, type Place, readHttp } from './http.ts';
import {
  externalAddressQuestion,
  placeOn,
  readErrorCode,
  readExternalAddress,
  type WanService,
  wanServicesOf,
} from './igd.ts';
import { externalAddressRequest, NAT_PMP_PORT, readNatPmp } from './nat-pmp.ts';
import { announceRequest, isPcpAnswer } from './pcp.ts';
import { readLocation, SSDP_GROUP, SSDP_PORT, search } from './ssdp.ts';
import type { RouterObservation, RouterProtocol } from './types.ts';

export interface RouterTarget {
  /** The default gateway. */
  readonly gateway: string;
  /** Our own address on its network. */
  readonly local: string;
}

/** One that a router gives to the machines behind it: only such a router is asked, and only such a machine asks. */
export const isLanAddress = (address: string): boolean =>
  ['private', 'carrier', 'link-local'].includes(scopeOf(address));

/** When what is sent, after the beginning. NAT-PMP alone tells most of it at once, and makes the least noise. */
const SCHEDULE: readonly (readonly [after: Milliseconds, what: readonly RouterProtocol[]])[] = [
  [0, ['nat-pmp']],
  [100, ['pcp', 'upnp']],
  [250, ['nat-pmp']],
  [750, ['nat-pmp', 'pcp', 'upnp']],
];

/** MX lets a device answer one second late; what has not answered a search by then speaks no UPnP. */
const SILENT_AFTER: Milliseconds = 1_500;
/** Descriptions take their time; after this nothing is awaited any more. */
const OVER_AFTER: Milliseconds = 3_000;
const EXCHANGE_PATIENCE: Milliseconds = 1_000;

/** How many ports of the system's choice are looked at, before the run does without this. */
const MOST_OFFERS = 16;

/**
 * Asks the router for its own internet address, until one protocol has told it. Only what comes from the gateway's own
 * address counts, and nobody else is connected to. Nothing that is asked changes anything in the router.
 */
export class RouterCheck implements Engine<RouterObservation> {
  readonly #target: RouterTarget;
  readonly #isChecked: (port: number) => boolean;
  readonly #outputs: Output<RouterObservation>[] = [];
  /** Protocols that have said all that they are going to say. */
  readonly #settled = new Set<RouterProtocol>();
  #phase: 'new' | 'opening' | 'asking' | 'done' = 'new';
  /** Not negative: such keys are of sockets that speak to servers. */
  #socket: SocketKey = 1;
  #began: Milliseconds = 0;
  /** How much of the schedule is done. */
  #stage = 0;
  /** Packets that were handed over, and those of them that did not leave. */
  readonly #packets: { sent: number; notSent: number; failure: SocketFailure | null } = {
    ...{ sent: 0, notSent: 0, failure: null },
  };
  /** The last one that was begun; answers to others come too late. */
  #exchange = 0;
  #asked: { readonly kind: 'description'; readonly place: Place } | { readonly kind: 'address' } | null = null;
  #services: readonly WanService[] = [];

  /** `isChecked`: UDP ports that are left alone. */
  constructor(target: RouterTarget, isChecked: (port: number) => boolean) {
    this.#target = target;
    this.#isChecked = isChecked;
  }

  handle(input: Input, now: Milliseconds): void {
    if (this.#phase === 'done') return;
    if (input.kind === 'bound') this.#bound(input.socket, input.local, now);
    else if (input.kind === 'bind-failed') this.#end({ kind: 'router-failed', at: now, failure: input.failure });
    else if (input.kind === 'not-sent') this.#notSent(input.failure);
    else if (input.kind === 'datagram') this.#heard(input.bytes, input.from, now);
    else if (input.kind === 'exchanged' && input.exchange === this.#exchange) this.#exchanged(input.bytes, now);
    else if (input.kind === 'cancel') this.#end({ kind: 'router-cancelled', at: now });
  }

  next(now: Milliseconds): Output<RouterObservation> {
    const until = this.#outputs.length === 0 ? this.#work(now) : now;
    return this.#outputs.shift() ?? (this.#phase === 'done' ? { kind: 'done' } : { kind: 'wait', until });
  }

  #work(now: Milliseconds): Milliseconds {
    if (this.#phase === 'new') {
      this.#phase = 'opening';
      this.#open();
    }
    if (this.#phase !== 'asking') return Number.POSITIVE_INFINITY;
    for (const [after, what] of SCHEDULE.slice(this.#stage)) {
      if (now < this.#began + after) break;
      this.#stage++;
      for (const protocol of what) this.#ask(protocol);
    }
    const over = this.#began + (this.#asked ? OVER_AFTER : SILENT_AFTER);
    if (now >= over || this.#settled.size === 3) this.#giveUp(now);
    const next = SCHEDULE[this.#stage];
    return next ? this.#began + next[0] : over;
  }

  #open(): void {
    this.#outputs.push({ kind: 'open', socket: this.#socket, local: endpoint(this.#target.local, 0) });
  }

  #bound(socket: SocketKey, local: Endpoint, now: Milliseconds): void {
    if (this.#isChecked(local.port) && socket < MOST_OFFERS) {
      this.#socket++;
      // The new one is opened first: else the system might hand out the same port again.
      this.#open();
      this.#outputs.push({ kind: 'close', socket });
    } else if (this.#isChecked(local.port)) {
      this.#end({ kind: 'router-failed', at: now, failure: { kind: 'in-use', code: 'EADDRINUSE' } });
    } else {
      this.#phase = 'asking';
      this.#began = now;
    }
  }

  // Questions

  #ask(protocol: RouterProtocol): void {
    if (this.#settled.has(protocol)) return;
    const { gateway, local } = this.#target;
    if (protocol === 'nat-pmp') this.#send(externalAddressRequest(), endpoint(gateway, NAT_PMP_PORT));
    else if (protocol === 'pcp') this.#send(announceRequest(local), endpoint(gateway, NAT_PMP_PORT));
    else if (this.#exchange === 0) {
      // The group too: some gateways hear nothing else.
      for (const to of [endpoint(gateway, SSDP_PORT), SSDP_GROUP]) this.#send(search(to), to);
    }
  }

  #send(bytes: Uint8Array, to: Endpoint): void {
    this.#packets.sent++;
    this.#outputs.push({ kind: 'send', socket: this.#socket, bytes, to });
  }

  #notSent(failure: SocketFailure): void {
    this.#packets.notSent++;
    this.#packets.failure = failure;
  }

  #connect(to: Endpoint, bytes: Uint8Array): void {
    this.#exchange++;
    this.#outputs.push({
      kind: 'exchange',
      exchange: this.#exchange,
      from: this.#target.local,
      to,
      request: { bytes, patience: EXCHANGE_PATIENCE, most: MOST_BYTES, isWhole: isWholeHttp },
    });
  }

  // Answers

  #heard(bytes: Uint8Array, from: Endpoint, at: Milliseconds): void {
    if (from.address !== this.#target.gateway || this.#phase !== 'asking') return;
    if (from.port === NAT_PMP_PORT) this.#heardPort(bytes, at);
    else if (this.#exchange === 0 && !this.#settled.has('upnp')) this.#heardSearch(bytes, at);
  }

  #heardPort(bytes: Uint8Array, at: Milliseconds): void {
    const answer = readNatPmp(bytes);
    if (answer.kind === 'address') this.#learn('nat-pmp', answer.address, at);
    else if (answer.kind === 'refused') this.#settle({ kind: 'router-refused', at, by: 'nat-pmp', code: answer.code });
    else if (isPcpAnswer(bytes)) this.#settle({ kind: 'router-refused', at, by: 'pcp', code: null });
  }

  #heardSearch(bytes: Uint8Array, at: Milliseconds): void {
    const location = readLocation(bytes);
    if (location === null) return;
    const place = placeOn(this.#target.gateway, location);
    if (place === null) {
      this.#settle({ kind: 'router-malformed', at, by: 'upnp' });
      return;
    }
    this.#asked = { kind: 'description', place };
    this.#connect(place.at, getRequest(place));
  }

  #exchanged(bytes: Uint8Array, at: Milliseconds): void {
    const asked = this.#asked;
    if (asked === null) return;
    const answer = readHttp(bytes);
    if (asked.kind === 'address') this.#heardAddress(answer, at);
    else if (answer?.status === 200) this.#services = wanServicesOf(answer.body, asked.place);
    if (this.#phase === 'done') return;
    if (asked.kind === 'description' && this.#services.length === 0)
      this.#observed({ kind: 'router-malformed', at, by: 'upnp' });
    this.#askService();
  }

  #heardAddress(answer: ReturnType<typeof readHttp>, at: Milliseconds): void {
    const address = answer?.status === 200 ? readExternalAddress(answer.body) : null;
    if (address !== null) this.#learn('upnp', address || NO_ADDRESS, at);
    else if (answer === null || answer.status === 200) this.#observed({ kind: 'router-malformed', at, by: 'upnp' });
    else {
      const code = readErrorCode(answer.body) ?? answer.status;
      this.#observed({ kind: 'router-refused', at, by: 'upnp', code });
    }
  }

  /** One after the other: a router with two lines has a service for each, and one of them may be down. */
  #askService(): void {
    const [service, ...others] = this.#services;
    this.#services = others;
    this.#asked = service ? { kind: 'address' } : null;
    if (service) this.#connect(service.control.at, externalAddressQuestion(service));
    else this.#settled.add('upnp');
  }

  /** The first address will do: another protocol of the same router would say the same. */
  #learn(by: RouterProtocol, address: string, at: Milliseconds): void {
    const learnt = { kind: 'router-address', at, by, address } as const;
    if (address !== NO_ADDRESS) this.#end(learnt);
    else if (by === 'upnp') this.#observed(learnt);
    else this.#settle(learnt);
  }

  #settle(observation: Extract<RouterObservation, { by: RouterProtocol }>): void {
    // Repeated requests have repeated answers.
    if (this.#settled.has(observation.by)) return;
    this.#settled.add(observation.by);
    this.#observed(observation);
  }

  #giveUp(at: Milliseconds): void {
    const { sent, notSent, failure } = this.#packets;
    const isQuiet = this.#settled.size === 0 && this.#exchange === 0;
    if (isQuiet && failure && notSent >= sent) this.#observed({ kind: 'router-failed', at, failure });
    else if (isQuiet) this.#observed({ kind: 'router-silent', at });
    else if (this.#asked) this.#observed({ kind: 'router-malformed', at, by: 'upnp' });
    this.#finish();
  }

  #observed(observation: RouterObservation): void {
    this.#outputs.push({ kind: 'observed', observation });
  }

  #end(observation: RouterObservation): void {
    this.#observed(observation);
    this.#finish();
  }

  #finish(): void {
    this.#phase = 'done';
    this.#outputs.push({ kind: 'close', socket: this.#socket });
  }
}

const NO_ADDRESS = '0.0.0.0';
