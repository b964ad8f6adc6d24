import {
  type Enclosure,
  type Endpoint,
  enclosure,
  type Milliseconds,
  type Probe,
  sameEndpoint,
  worstOf,
} from '../base/index.ts';
import type { Control, ControlRole, ProbePlan, Step } from '../plan/index.ts';
import { coldId } from '../stun/index.ts';
import { bindingRequest, coldRequest } from './answer.ts';
import type { Bulk } from './bulk.ts';
import type { HelperSockets } from './helpers.ts';
import type { Outbox } from './outbox.ts';
import type { Pacer, Token } from './pacer.ts';
import type { Path } from './path.ts';
import type { Pending, Transactions } from './transactions.ts';
import type { Observation, SocketKey } from './types.ts';

/** `filter`: is the control socket reached from an address to which it has not spoken? `map`: the listener learns its mapping at a role, and keeps the way from there open. */
export interface ControlSubject {
  readonly kind: 'control';
  readonly control: Control;
  readonly purpose: 'control' | 'map' | 'filter';
  readonly token: Token | null;
}

export type HowOften = 'in-a-hurry' | 'usually' | 'seldom';

/** What they work with. */
export interface ControlTools {
  readonly plan: ProbePlan;
  readonly outbox: Outbox<Observation>;
  readonly helpers: HelperSockets<Observation>;
  readonly transactions: Transactions<ControlSubject>;
  readonly path: Path;
  readonly pacer: Pacer;
  readonly bulk: Bulk;
}

interface RoleState {
  readonly control: Control;
  /** Where the listener is reached from this role. */
  listenerAt: Endpoint | null;
  mapSentAt: Milliseconds;
  answeredSentAt: Milliseconds;
  lostInARow: number;
  /** All probes, in the order of their sending. */
  readonly probes: { readonly sentAt: Milliseconds; answered: boolean | null }[];
}

/** How near to a packet the probes that vouch for it must be. */
const FARTHEST_PROBE: Milliseconds = 5000;
/** Refreshes the router's entry long before the shortest timeout in the field (30 s). */
const MAP_AGAIN: Milliseconds = 8000;
/** While the run waits for a role to show that it is alive. */
const IN_A_HURRY: Milliseconds = 100;
/** While the ports wait for a router or a server that has had enough of us. */
const SELDOM: Milliseconds = 2000;
/** So many probes in a row that were ordered with a token are lost: better without it. */
const TOKEN_DEAD_AFTER = 3;
/** At 10 % loss each way as many in a row by chance: two in a million. */
const DEAD_AFTER = 8;
/** As many lost by chance, at 10 % loss each way: two in a million. */
const FILTER_TRIES = 8;
/** Our reflector says once per second that it is too much, and is silent in between (docs/protocol.md); one may be lost. */
const REFUSAL_TELLS: Milliseconds = 2500;

/** Watches that every role answers while ports are asked: what makes a silence count (docs/decisions/0001). */
export class Controls {
  readonly #plan: ProbePlan;
  readonly #outbox: Outbox<Observation>;
  readonly #helpers: HelperSockets<Observation>;
  readonly #transactions: Transactions<ControlSubject>;
  readonly #path: Path;
  readonly #pacer: Pacer;
  readonly #bulk: Bulk;
  readonly #roles: Map<ControlRole, RoleState>;
  /** Probes that wait for their turn. */
  readonly #queue: ((now: Milliseconds) => void)[] = [];
  #waiting: Pending<ControlSubject>[] = [];
  #nextRound: Milliseconds = 0;
  #rounds = 0;
  #filterAsked = 0;
  #filterAskedAt: Milliseconds = 0;
  #filterKnown = false;
  /** When the requests were sent that the server refused for want of strength. */
  readonly #refusals: Milliseconds[] = [];

  constructor({ plan, outbox, helpers, transactions, path, pacer, bulk }: ControlTools) {
    this.#plan = plan;
    this.#outbox = outbox;
    this.#helpers = helpers;
    this.#transactions = transactions;
    this.#path = path;
    this.#pacer = pacer;
    this.#bulk = bulk;
    const fresh = { listenerAt: null, mapSentAt: -MAP_AGAIN, answeredSentAt: -1, lostInARow: 0 };
    this.#roles = new Map(plan.controls.map((control) => [control.role, { control, ...fresh, probes: [] }]));
  }

  /** The control socket's own mapping at the primary: where a relayed answer is to go. */
  controlAt: Endpoint | null = null;

  probes(role: ControlRole): readonly Probe[] {
    return this.#role(role).probes;
  }

  /** Whether the roles that this question needs were alive when a packet of it was sent. */
  around(time: Milliseconds, { answerFrom }: Pick<Step, 'answerFrom'>): Enclosure {
    if (this.#isRefusedNear(time)) return 'lost';
    const { controls, controlEvery } = this.#plan;
    const reach = Math.max(FARTHEST_PROBE, 3 * controlEvery);
    const roles = controls.filter(({ role, endpoint }) => role === 'primary' || sameEndpoint(endpoint, answerFrom));
    return worstOf(roles.map(({ role }) => enclosure(this.probes(role), time, reach)));
  }

  /** That it had no strength for one request: its silence on others, too, says nothing of the way to them. */
  serverRefused(sentAt: Milliseconds): void {
    if (this.#refusals.at(-1) !== sentAt) this.#refusals.push(sentAt);
  }

  #isRefusedNear(time: Milliseconds): boolean {
    const last = this.#refusals.findLast((sentAt) => sentAt <= time + REFUSAL_TELLS);
    return last !== undefined && last >= time - REFUSAL_TELLS;
  }

  /** Whether the router lets everybody in on a mapping will be known, and is not yet. */
  get filterComing(): boolean {
    return !this.#filterKnown && this.#roles.has('alternate') && this.#plan.server.changeRequest;
  }

  /** Every role has answered a probe. */
  get alive(): boolean {
    return [...this.#roles.values()].every(({ answeredSentAt }) => answeredSentAt >= 0);
  }

  /** So does every role, to a probe of that time or later. */
  answersSince(time: Milliseconds): boolean {
    return [...this.#roles.values()].every(({ answeredSentAt }) => answeredSentAt >= time);
  }

  get dead(): boolean {
    return [...this.#roles.values()].some(({ lostInARow }) => lostInARow >= DEAD_AFTER);
  }

  /** Sends what is due, and tells when to come again. */
  work(now: Milliseconds, howOften: HowOften): Milliseconds {
    this.#countLost(now);
    if (this.#pacer.probeDue()) {
      this.#pacer.spend(now);
      this.#ask(this.#role('primary'), now, this.#pacer.probeSent(now));
    }
    if (now >= this.#nextRound) {
      for (const role of this.#inTurn()) this.#askRound(role, now);
      this.#askFilter();
      this.#nextRound = now + this.#roundsEvery(howOften);
    }
    if (!this.#sendQueued(now)) return this.#pacer.again;
    this.#concludeFilter(now);
    const oldest = this.#waiting[0];
    return Math.min(this.#nextRound, oldest ? oldest.sentAt + this.#plan.tries.longestGap : this.#nextRound);
  }

  /** Another one first in each round: behind a queue that is full the first packet of a burst gets in, and the last ones never. */
  #inTurn(): readonly RoleState[] {
    const roles = [...this.#roles.values()];
    const first = this.#rounds++ % roles.length;
    return [...roles.slice(first), ...roles.slice(0, first)];
  }

  /** The next round is not put off longer than a waiting run wants it. */
  hurry(now: Milliseconds): void {
    this.#nextRound = Math.min(this.#nextRound, now + this.#inAHurry);
  }

  #roundsEvery(howOften: HowOften): Milliseconds {
    if (howOften === 'in-a-hurry') return this.#inAHurry;
    const { controlEvery } = this.#plan;
    return howOften === 'seldom' ? Math.max(SELDOM, controlEvery) : controlEvery;
  }

  /** Five times as often as usual, if the server allows so much. */
  get #inAHurry(): Milliseconds {
    const { rate, controlEvery } = this.#plan;
    return rate.kind === 'paced' ? Math.max(IN_A_HURRY, 0.2 * controlEvery) : IN_A_HURRY;
  }

  answered(
    pending: Pending<ControlSubject>,
    socket: SocketKey,
    source: Endpoint,
    mapped: Endpoint,
    now: Milliseconds,
  ): void {
    const { control, purpose, token } = pending.subject;
    if (purpose === 'filter') {
      const right = source.address === control.endpoint.address && this.#helpers.is('control', socket);
      if (right && !pending.answered) this.#outbox.observed({ kind: 'filter-open', at: now });
      pending.answered = true;
      this.#filterKnown ||= right;
      return;
    }
    if (!this.#cameRight(pending.subject, socket, source) || pending.answered) return;
    pending.answered = true;
    this.#path.answered(now - pending.sentAt);
    if (token) this.#pacer.probeAnswered(token);
    const role = this.#role(control.role);
    if (purpose === 'map') {
      role.listenerAt = mapped;
      this.#askRound(role, now);
      this.#sendQueued(now);
      return;
    }
    if (control.role === 'primary') this.controlAt = mapped;
    role.lostInARow = 0;
    settle(role, pending.sentAt, true);
    role.answeredSentAt = Math.max(role.answeredSentAt, pending.sentAt);
    this.#outbox.push({
      kind: 'observed',
      observation: {
        kind: 'control-answered',
        at: now,
        role: control.role,
        sentAt: pending.sentAt,
        local: this.#askerPort(control),
        mapped,
      },
    });
  }

  /** From the role's address, and on the socket that the way leads to. */
  #cameRight({ control, purpose }: ControlSubject, socket: SocketKey, source: Endpoint): boolean {
    const expected = purpose === 'control' && control.role === 'primary' ? 'control' : 'listener';
    return source.address === control.endpoint.address && this.#helpers.is(expected, socket);
  }

  #role(role: ControlRole): RoleState {
    const state = this.#roles.get(role);
    if (!state) throw new Error(`no such control: ${role}`);
    return state;
  }

  #askRound(role: RoleState, now: Milliseconds): void {
    if (role.control.change && (role.listenerAt === null || now - role.mapSentAt >= MAP_AGAIN)) {
      role.mapSentAt = now;
      const subject: ControlSubject = { kind: 'control', control: role.control, purpose: 'map', token: null };
      this.#queue.push((at) => this.#send('listener', subject, at));
    }
    if (!role.control.change || role.listenerAt) this.#queue.push((at) => this.#ask(role, at, null));
  }

  #askerPort = (control: Control): number => this.#helpers.port(asker(control));

  /** The control socket never speaks to the alternate address itself. An answer decides; its want costs nothing. */
  #askFilter(): void {
    const role = this.#roles.get('alternate');
    if (!role || this.#filterKnown || this.#filterAsked >= FILTER_TRIES) return;
    this.#filterAsked++;
    this.#queue.push((now) => {
      this.#filterAskedAt = now;
      const { id } = this.#transactions.open(
        { kind: 'control', control: role.control, purpose: 'filter', token: null },
        now,
      );
      this.#outbox.push({
        kind: 'send',
        socket: this.#helpers.key('control'),
        bytes: bindingRequest(id, { change: { address: true, port: true }, token: this.#bulk.token(now) }),
        to: this.#plan.server.primary,
      });
    });
  }

  /** Nothing came in time; but the role lives, and has answered a probe that was ordered later than the last try. */
  #concludeFilter(now: Milliseconds): void {
    const role = this.#roles.get('alternate');
    const { longestGap } = this.#plan.tries;
    if (this.#filterKnown || this.#filterAsked < FILTER_TRIES || now < this.#filterAskedAt + longestGap) return;
    // One that was never seen to honour CHANGE-REQUEST says nothing by not honouring this one.
    if (!role || !this.#plan.server.changeRequest) return;
    if (role.lostInARow > 0 || role.answeredSentAt <= this.#filterAskedAt) return;
    this.#filterKnown = true;
    this.#outbox.observed({ kind: 'filter-closed', at: now });
  }

  /** At a given rate probes wait for their turn, before all other packets; false: some still do. */
  #sendQueued(now: Milliseconds): boolean {
    for (let send = this.#queue[0]; send; send = this.#queue[0]) {
      if (this.#plan.rate.kind === 'max') this.#pacer.spend(now);
      else if (!this.#pacer.take(now)) return false;
      this.#queue.shift();
      send(now);
    }
    return true;
  }

  #ask({ control }: RoleState, now: Milliseconds, token: Token | null): void {
    this.#send(asker(control), { kind: 'control', control, purpose: 'control', token }, now);
  }

  #send(from: 'control' | 'listener', subject: ControlSubject, now: Milliseconds): void {
    const { control, purpose } = subject;
    const viaPrimary = purpose === 'control' && control.change !== null;
    const { bytes, pending } = viaPrimary ? this.#throughPrimary(subject, now) : this.#straight(subject, now);
    this.#outbox.push({
      kind: 'send',
      socket: this.#helpers.key(from),
      bytes,
      to: viaPrimary ? this.#plan.server.primary : control.endpoint,
    });
    this.#waiting.push(pending);
    if (purpose === 'control') this.#role(control.role).probes.push({ sentAt: now, answered: null });
  }

  /** To a new token it needs no token: a request that says hello is as long as its answer (docs/protocol.md). */
  #straight(subject: ControlSubject, now: Milliseconds): Packet {
    const { id, pending } = this.#transactions.open(subject, now);
    const hello = this.#bulk.wantsNew(now);
    return { bytes: bindingRequest(id, { token: this.#bulk.token(now), hello }), pending };
  }

  /** In the very way in which cold packets are ordered, so that it tells whether that works. */
  #throughPrimary(subject: ControlSubject, now: Milliseconds): Packet {
    const { role, change } = subject.control;
    const port = this.#role(role).listenerAt?.port ?? null;
    const order = this.#bulk.order(now);
    if (order === null || port === null) {
      const { id, pending } = this.#transactions.open(subject, now);
      const token = this.#bulk.token(now);
      return { bytes: bindingRequest(id, { change, responsePort: port, token }), pending };
    }
    const { id, pending } = this.#transactions.openAll([subject], (base) => coldId(base, port), now);
    return { bytes: coldRequest(id, change, order, [port]), pending: pending[0] as Pending<ControlSubject> };
  }

  #countLost(now: Milliseconds): void {
    const { longestGap } = this.#plan.tries;
    const over = this.#waiting.findIndex(({ sentAt }) => now < sentAt + longestGap);
    const expired = over === -1 ? this.#waiting : this.#waiting.slice(0, over);
    if (expired.length === 0) return;
    this.#waiting = over === -1 ? [] : this.#waiting.slice(over);
    for (const pending of expired.filter(({ answered }) => !answered)) this.#lost(pending, now);
  }

  #lost({ subject, sentAt }: Pending<ControlSubject>, at: Milliseconds): void {
    const role = this.#role(subject.control.role);
    this.#path.lost();
    if (subject.purpose === 'map') {
      // The way may have been closed in the meantime: learn it anew before the next probe.
      role.mapSentAt = -MAP_AGAIN;
    }
    // A burst may be given up only after later probes were answered.
    if (sentAt > role.answeredSentAt) role.lostInARow++;
    if (subject.control.change && role.lostInARow >= TOKEN_DEAD_AFTER) this.#bulk.giveUp();
    if (subject.purpose === 'control') settle(role, sentAt, false);
    this.#outbox.push({
      kind: 'observed',
      observation: { kind: 'control-lost', at, role: subject.control.role, sentAt },
    });
  }
}

interface Packet {
  readonly bytes: Uint8Array;
  readonly pending: Pending<ControlSubject>;
}

const asker = ({ change, role }: Control): 'control' | 'listener' =>
  change || role === 'primary' ? 'control' : 'listener';

/** The probe is among the last ones. */
function settle({ probes }: RoleState, sentAt: Milliseconds, answered: boolean): void {
  const probe = probes.findLast((one) => one.sentAt === sentAt && one.answered === null);
  if (probe) probe.answered = answered;
}
