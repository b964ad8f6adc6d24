import { describe, expect, it } from 'vitest';
import { type Endpoint, endpoint, type Milliseconds } from '../base/index.ts';
import { type CallEvidence, collectCalls } from '../evidence/index.ts';
import { type CallPlan, planCalls } from '../plan/index.ts';
import {
  BINDING,
  type CallState,
  decodeMessage,
  encodeMessage,
  FULLCONE_CALL,
  FULLCONE_CALLED,
  FULLCONE_HELLO,
  FULLCONE_TOKEN,
  type Message,
  makeAttribute,
  readAttribute,
  XOR_MAPPED_ADDRESS,
} from '../stun/index.ts';
import type { Knock, Watched } from '../system/index.ts';
import { CallCheck } from './call-check.ts';
import { failure } from './test-network.ts';
import { ALTERNATE, chance, PRIMARY, planOf, STRANGER, seenFrom } from './test-plan.ts';
import type { CallObservation, Input, Output } from './types.ts';

const TOKEN = 'c0ffee00c0ffee00';
const ROUND_TRIP: Milliseconds = 20;

/** What becomes of a call to a port: when it arrives and where, and what the reflector says of it, when. */
interface Fate {
  readonly state: CallState;
  readonly after: Milliseconds;
  /** The port on which it arrives; null: nowhere. */
  readonly arrivesOn: number | null;
  /** Where it connects, though what it carries is dropped. */
  readonly visits?: number;
  /** Whose connection that is; default: the reflector's. */
  readonly visitor?: string;
}

const OPEN = (port: number): Fate => ({ state: 'connected', after: 40, arrivesOn: port });
const DROPPED: Fate = { state: 'timed-out', after: 5000, arrivesOn: null };
const RESET: Fate = { state: 'refused', after: 30, arrivesOn: null };
const SOMEBODY: Fate = { state: 'connected', after: 40, arrivesOn: null };

interface Setting {
  readonly ports?: readonly number[];
  /** What becomes of the nth call, from 1. */
  readonly fate?: (port: number, call: number) => Fate;
  /** Answers that do not come. */
  readonly lost?: (now: Milliseconds) => boolean;
  /** When the address is away from which the calls come. */
  readonly callerLost?: (now: Milliseconds) => boolean;
  readonly bind?: (port: number) => 'in-use' | null;
  readonly plan?: Partial<CallPlan>;
  readonly cancelAt?: Milliseconds;
  /** At the interface; by default somebody calls 5060. */
  readonly knocks?: readonly ({ readonly at: Milliseconds } & Partial<Exclude<Knock, { kind: 'passed-on' }>>)[];
  /** What leaves this machine for another one. */
  readonly passedOn?: readonly { readonly at: Milliseconds; readonly peer: Endpoint }[];
  readonly error?: number;
  /** The token that the reflector takes at that time, and gives. */
  readonly knows?: (now: Milliseconds) => string;
}

const PBX = endpoint('192.168.0.100', 5060);
const BOX = endpoint('172.17.0.2', 5060);
const caller = (port: number) => endpoint(ALTERNATE.address, port);

/** Lets a check run against a reflector and a router that are a function. */
function check({
  ports = [5060],
  fate = OPEN,
  lost = () => false,
  callerLost = () => false,
  bind = () => null,
  knows = () => TOKEN,
  ...rest
}: Setting = {}) {
  const { server } = planOf([9000], { calls: true, pass: { token: TOKEN, until: 1_000_000 } });
  const plan: CallPlan = {
    ...planCalls({ server, ports, bindAddress: '0.0.0.0', witness: null, now: 0, hasOthers: false }),
    ...rest.plan,
  };
  const engine = new CallCheck(plan, () => false, chance());
  const queue: { at: Milliseconds; input: Input }[] = [];
  const observations: CallObservation[] = [];
  const calls = new Map<string, { number: number; at: Milliseconds }>();
  const listening = new Set<number>();
  const open = new Set<number>();
  const watched: Watched[] = [];
  const sent: Message[] = [];
  let now: Milliseconds = 1000;
  let wake = now;

  const later = (after: Milliseconds, input: Input) => queue.push({ at: now + after, input });

  const answerWith = (bytes: Uint8Array): void => {
    later(ROUND_TRIP, { kind: 'datagram', socket: -1, bytes, from: PRIMARY });
  };

  /** The caller's address is only asked whether it is there. */
  function answerAsCaller(bytes: Uint8Array): void {
    const decoded = decodeMessage(bytes);
    if (decoded.kind !== 'message' || callerLost(now)) return;
    const { transactionId: id } = decoded.message;
    const attributes = [makeAttribute(XOR_MAPPED_ADDRESS, seenFrom(50_002), id)];
    const answer = encodeMessage({ class: 'success', method: BINDING, transactionId: id, attributes });
    later(ROUND_TRIP, { kind: 'datagram', socket: -2, bytes: answer, from: ALTERNATE });
  }

  function welcome(id: Uint8Array): void {
    const attributes = [
      makeAttribute(XOR_MAPPED_ADDRESS, seenFrom(50_001), id),
      makeAttribute(FULLCONE_TOKEN, Buffer.from(knows(now), 'hex'), id),
    ];
    answerWith(encodeMessage({ class: 'success', method: BINDING, transactionId: id, attributes }));
  }

  function request(bytes: Uint8Array): void {
    const decoded = decodeMessage(bytes);
    if (decoded.kind !== 'message') throw new Error(decoded.kind);
    sent.push(decoded.message);
    const wish = readAttribute(decoded.message, FULLCONE_CALL);
    const token = readAttribute(decoded.message, FULLCONE_TOKEN);
    const hello = readAttribute(decoded.message, FULLCONE_HELLO);
    if (hello?.kind === 'ok') return welcome(decoded.message.transactionId);
    if (wish?.kind !== 'ok' || token?.kind !== 'ok') throw new Error('no call');
    if (Buffer.from(token.value).toString('hex') !== knows(now))
      return answerWith(failure(decoded.message.transactionId, 438));
    const key = Buffer.from(wish.value.id).toString('hex');
    const known = calls.get(key) ?? { number: calls.size + 1, at: now };
    const isNew = !calls.has(key);
    calls.set(key, known);
    const states = wish.value.ports.map((port, index) => {
      const what = fate(port, known.number);
      const from = endpoint(what.visitor ?? ALTERNATE.address, 4711 + known.number + 1000 * index);
      const visits = what.arrivesOn ?? what.visits ?? null;
      if (isNew && visits !== null) later(what.after, { kind: 'visited', port: visits, from });
      if (isNew && what.arrivesOn !== null) {
        const proof = Uint8Array.from([...wish.value.id, port >> 8, port & 255]);
        later(what.after, {
          kind: 'called',
          port: what.arrivesOn,
          bytes: proof,
          from,
        });
      }
      return { port, state: now >= known.at + what.after ? what.state : ('under-way' as const) };
    });
    const id = decoded.message.transactionId;
    if (lost(now)) return;
    const answer = encodeMessage({
      class: 'success',
      method: BINDING,
      transactionId: id,
      attributes: [
        makeAttribute(XOR_MAPPED_ADDRESS, seenFrom(50_001), id),
        makeAttribute(FULLCONE_CALLED, { id: wish.value.id, ports: states }, id),
      ],
    });
    answerWith(rest.error ? failure(id, rest.error) : answer);
  }

  function carryOut(output: Exclude<Output<CallObservation>, { kind: 'wait' | 'done' }>): void {
    if (output.kind === 'observed') observations.push(output.observation);
    else if (output.kind === 'send' && output.to.address === ALTERNATE.address) answerAsCaller(output.bytes);
    else if (output.kind === 'send') request(output.bytes);
    else if (output.kind === 'open') {
      open.add(output.socket);
      later(0, { kind: 'bound', socket: output.socket, local: endpoint('0.0.0.0', 50_000 - output.socket) });
    } else if (output.kind === 'close') open.delete(output.socket);
    else if (output.kind === 'unlisten') listening.delete(output.port);
    else if (output.kind === 'exchange') throw new Error('it only listens');
    else if (output.kind === 'watch') watched.push(output.watched);
    else if (bind(output.port))
      later(0, { kind: 'listen-failed', port: output.port, failure: { kind: 'in-use', code: 'EADDRINUSE' } });
    else {
      listening.add(output.port);
      later(0, { kind: 'listens', port: output.port });
    }
  }

  for (const { at, ...knock } of rest.knocks ?? [])
    queue.push({ at, input: { kind: 'knocked', knocks: [{ kind: 'asked', own: PBX, peer: caller(4711), ...knock }] } });
  for (const { at, peer } of rest.passedOn ?? [])
    queue.push({ at, input: { kind: 'knocked', knocks: [{ kind: 'passed-on', peer, to: BOX }] } });
  if (rest.cancelAt !== undefined) queue.push({ at: rest.cancelAt, input: { kind: 'cancel' } });
  for (let steps = 0; steps < 5000; steps++) {
    let output = engine.next(now);
    for (; output.kind !== 'wait' && output.kind !== 'done'; output = engine.next(now)) carryOut(output);
    if (output.kind === 'done') {
      const evidence = collectCalls(plan, observations);
      if (open.size + listening.size > 0) throw new Error('something is left open');
      return {
        observations,
        sent,
        watched,
        evidence,
        of: (port: number) => evidence.ports.find((one) => one.port === port),
        endedAt: now,
      };
    }
    wake = output.until;
    queue.sort((a, b) => a.at - b.at);
    const next = queue[0];
    now = Math.max(now, Math.min(next?.at ?? Number.POSITIVE_INFINITY, wake));
    if (now === Number.POSITIVE_INFINITY || now > 300_000) throw new Error('it does not come to an end');
    if (next && next.at <= now) engine.handle((queue.shift() as (typeof queue)[0]).input, now);
    else engine.handle({ kind: 'tick' }, now);
  }
  throw new Error('it goes round in circles');
}

describe('a port that is forwarded', () => {
  it('is open as soon as the call arrives, and no second one is asked for', () => {
    const { of, endedAt, observations } = check({ ports: [5060, 5061] });
    expect([of(5060)?.arrivedOn, of(5061)?.arrivedOn]).toEqual([[5060], [5061]]);
    expect(observations.filter(({ kind }) => kind === 'call-asked')).toHaveLength(2);
    expect(endedAt - 1000).toBeLessThan(100);
  });

  it('to another one is seen there', () => {
    const { of } = check({ ports: [5060, 5061], fate: (port) => (port === 5060 ? OPEN(5061) : DROPPED) });
    expect([of(5060)?.arrivedOn, of(5061)?.arrivedOn]).toEqual([[5061], []]);
  });

  it('is open though the first call was lost', () => {
    const { of } = check({ fate: (port, call) => (call === 1 ? DROPPED : OPEN(port)) });
    expect(of(5060)?.arrivedOn).toEqual([5060]);
  });
});

describe('a port that is not', () => {
  it.each<[string, Fate, CallState]>([
    ['nothing answers', DROPPED, 'timed-out'],
    ['it is reset', RESET, 'refused'],
    ['somebody else answers', SOMEBODY, 'connected'],
  ])('is called twice: %s', (_, fate, state) => {
    const { of, observations, endedAt } = check({ fate: () => fate });
    expect(of(5060)).toMatchObject({ arrivedOn: [], ended: [state, state] });
    expect(observations.filter(({ kind }) => kind === 'call-asked')).toHaveLength(2);
    expect(endedAt - 1000).toBeLessThan(8000);
  });

  it('among others is called twice along with one of them, once they have arrived', () => {
    const { observations } = check({ ports: [5060, 5061], fate: (port) => (port === 5060 ? OPEN(port) : DROPPED) });
    const asked = observations.flatMap((one) => (one.kind === 'call-asked' ? [[one.port, one.call]] : []));
    expect(asked).toEqual([
      [5060, 1],
      [5061, 1],
      [5061, 2],
      [5061, 3],
    ]);
  });
});

describe('a call whose words are dropped on the way', () => {
  const DEAF = (port: number): Fate => ({ ...SOMEBODY, visits: port });

  it('is known to have connected somewhere: nobody else need have answered', () => {
    const { of } = check({ ports: [5060, 5061], fate: (port) => (port === 5060 ? OPEN(port) : DEAF(port)) });
    expect(of(5061)).toMatchObject({ arrivedOn: [], ended: ['connected', 'connected'], isVisited: true });
    expect(of(5060)).toMatchObject({ arrivedOn: [5060] });
  });

  it('may have come to another port', () => {
    const { of } = check({ ports: [5060, 5061], fate: () => DEAF(5061) });
    expect([of(5060)?.isVisited, of(5061)?.isVisited]).toEqual([true, true]);
  });

  it('is another one than that which arrives at a port beside it', () => {
    const { of } = check({ ports: [5060, 5061], fate: (port) => (port === 5060 ? OPEN(port) : SOMEBODY) });
    expect(of(5061)).toMatchObject({ ended: ['connected', 'connected'], isVisited: false });
  });
});

describe('a call that is seen beside the holder of the port, who does not take it', () => {
  const KNOCKS = (port: number): Fate => ({ ...RESET, visits: port });

  it('is known to have come to that port, and to no other', () => {
    const { of } = check({ ports: [5060, 5061], fate: (port) => (port === 5060 ? RESET : KNOCKS(5061)) });
    expect([of(5060)?.isReached, of(5061)?.isReached]).toEqual([false, true]);
    expect(of(5061)).toMatchObject({ arrivedOn: [], ended: ['refused', 'refused'] });
  });

  it('is none where it came once: a call of the last check may still be on its way', () => {
    let calls = 0;
    const { of } = check({ fate: () => (calls++ === 0 ? KNOCKS(5060) : RESET) });
    expect(of(5060)).toMatchObject({ ended: ['refused', 'refused'], isVisited: true, isReached: false });
  });

  it('is none where it was a phone of the LAN that knocked', () => {
    const { of } = check({ fate: () => ({ ...KNOCKS(5060), visitor: '192.168.0.50' }) });
    expect(of(5060)).toMatchObject({ isVisited: true, isReached: false });
  });

  describe('behind a router that puts its own address in the place of the caller', () => {
    const ROUTER = '192.168.0.1';
    const hidden = (...kinds: readonly ('asked' | 'answered')[]) =>
      check({
        fate: () => ({ ...KNOCKS(5060), visitor: ROUTER }),
        knocks: kinds.map((kind) => ({ at: 1730, kind, peer: endpoint(ROUTER, 4713) })),
      }).of(5060)?.isReached;

    it('is known by this, that it was left without an answer', () => {
      expect(hidden('asked')).toBe(true);
    });

    it('is not known where it was taken, as those of phones are, or where that was not seen', () => {
      expect([hidden('asked', 'answered'), hidden('answered'), hidden()]).toEqual([false, false, false]);
    });

    it('is none where it came once', () => {
      let calls = 0;
      const { of } = check({
        fate: () => (calls++ === 0 ? RESET : { ...KNOCKS(5060), visitor: ROUTER }),
        knocks: [{ at: 1730, peer: endpoint(ROUTER, 4713) }],
      });
      expect(of(5060)).toMatchObject({ isVisited: true, isReached: false });
    });
  });
});

describe('a router that begins to refuse who calls', () => {
  const MANY = Array.from({ length: 24 }, (_, index) => 5000 + index);

  const shutOut = ({ evidence }: ReturnType<typeof check>) =>
    evidence.ports.filter(({ isShutOut }) => isShutOut).map(({ port }) => port);
  const ended = ({ evidence }: ReturnType<typeof check>) =>
    evidence.ports.filter(({ ended }) => ended.length === 2).map(({ port }) => port);

  it('shows by a port that had arrived: what failed is not closed, and the rest is not asked', () => {
    let arrivals = 0;
    const made = check({ ports: MANY, fate: (port) => (arrivals++ < 3 ? OPEN(port) : DROPPED) });
    expect(shutOut(made)).toEqual(MANY.slice(3));
    expect(ended(made)).toEqual([]);
    expect(made.evidence.ports.filter(({ isAsked }) => isAsked)).toHaveLength(8);
    expect(made.observations.filter(({ kind }) => kind === 'call-shut-out')).toHaveLength(1);
  });

  it('is none where that port is reached again, along with those that are not: they are closed', () => {
    const made = check({ ports: MANY, fate: (port) => (port === 5001 ? OPEN(port) : DROPPED) });
    expect(shutOut(made)).toEqual([]);
    expect(ended(made)).toEqual(MANY.filter((port) => port !== 5001));
    expect(made.observations.filter(({ kind }) => kind === 'call-shut-out')).toEqual([]);
  });

  it('and lets them in again before the calls are over: those that failed meanwhile are called again', () => {
    // Everybody is refused from the fourth call of the run on, until the first three rounds are over.
    let arrivals = 0;
    const made = check({ ports: MANY, fate: (port, call) => (arrivals++ < 3 || call > 3 ? OPEN(port) : DROPPED) });
    expect(made.evidence.ports.filter(({ arrivedOn }) => arrivedOn.length > 0)).toHaveLength(24);
  });

  it('does so only for some ports, again and again: none of them is closed', () => {
    // Three of each round are let in.
    let [round, inRound] = [0, 0];
    const made = check({
      ports: MANY,
      fate: (port, call) => {
        if (call !== round) [round, inRound] = [call, 0];
        return inRound++ < 3 ? OPEN(port) : DROPPED;
      },
    });
    expect(ended(made)).toEqual([]);
    expect([...shutOut(made), ...made.evidence.ports.flatMap(({ arrivedOn }) => arrivedOn)].sort()).toEqual(MANY);
  });

  it('shows late: what failed before any port was reached is called again', () => {
    const made = check({ ports: MANY, fate: (port, call) => (call <= 4 ? DROPPED : OPEN(port)) });
    expect(made.evidence.ports.filter(({ arrivedOn }) => arrivedOn.length > 0)).toHaveLength(24);
    const closed = check({ ports: MANY, fate: (port) => (port === 5020 ? OPEN(port) : DROPPED) });
    expect(ended(closed)).toEqual(MANY.filter((port) => port !== 5020));
  });

  it('is not known where the run ends before they are called again', () => {
    const made = check({
      ports: MANY,
      fate: (port) => (port === 5020 ? OPEN(port) : DROPPED),
      cancelAt: 1000 + 3 * 5700 + 500,
    });
    expect(ended(made)).toEqual([]);
  });

  it('is none where the reflector did not call that port', () => {
    const said: Fate = { state: 'not-called', after: 0, arrivesOn: null };
    let calls = 0;
    const made = check({
      ports: [5000, 5001],
      fate: (port) => (port === 5001 ? DROPPED : calls++ === 0 ? OPEN(port) : said),
    });
    expect([shutOut(made), ended(made)]).toEqual([[], []]);
  });

  it('cannot be seen where no port has arrived', () => {
    const made = check({ ports: MANY, fate: () => DROPPED });
    expect([ended(made), shutOut(made)]).toEqual([MANY, []]);
  });
});

describe('a call that was not watched', () => {
  it('does not count: another one takes its place', () => {
    const { of, observations } = check({ fate: () => DROPPED, lost: (now) => now > 2000 && now < 3600 });
    expect(of(5060)?.ended).toEqual(['timed-out', 'timed-out']);
    expect(observations.filter((one) => one.kind === 'call-ended' && !one.counts)).toHaveLength(2);
  });

  it('nor does one during which the address was away from which it comes', () => {
    const away = (now: Milliseconds) => now > 2000 && now < 3600;
    const { of, observations } = check({ fate: () => DROPPED, callerLost: away });
    expect(of(5060)?.ended).toEqual(['timed-out', 'timed-out']);
    expect(observations.filter((one) => one.kind === 'call-ended' && !one.counts)).toHaveLength(2);
    expect(check({ fate: () => DROPPED, callerLost: () => true }).of(5060)?.ended).toEqual([]);
  });

  it('nor does one of which most news are lost, though never for long', () => {
    let polls = 0;
    const { of, observations } = check({ fate: () => DROPPED, lost: () => polls++ % 3 !== 0 });
    expect(of(5060)?.ended).toEqual([]);
    expect(observations.filter(({ kind }) => kind === 'call-asked')).toHaveLength(5);
  });

  it('nor one that the reflector says timed out before three SYNs can have been sent', () => {
    const { of, observations } = check({ fate: () => ({ state: 'timed-out', after: 1, arrivesOn: null }) });
    expect(observations.filter((one) => one.kind === 'call-ended' && one.at < 5500)).toEqual([]);
    expect(of(5060)?.ended).toEqual(['timed-out', 'timed-out']);
  });

  it('nor does one of which the reflector never says a word: after five the port is given up', () => {
    const { of, observations } = check({ fate: () => DROPPED, lost: () => true });
    expect(of(5060)?.ended).toEqual([]);
    expect(observations.filter(({ kind }) => kind === 'call-asked')).toHaveLength(5);
    expect(observations.some(({ kind }) => kind === 'call-given-up')).toBe(true);
  });

  it('nor one that is answered by an error', () => {
    expect(check({ error: 438 }).of(5060)?.arrivedOn).toEqual([5060]);
    const refused = check({ error: 438, fate: () => DROPPED });
    expect(refused.of(5060)?.ended).toEqual([]);
    expect(refused.observations.some((one) => one.kind === 'call-refused' && one.code === 438)).toBe(true);
  });
});

describe('a call that comes as far as an interface', () => {
  it('is looked for as soon as one did not arrive at once, of who calls', () => {
    expect(check().watched).toEqual([]);
    const { watched } = check({ fate: () => DROPPED, ports: [5060, 5061, 5062, 5063, 5064, 5065, 5066, 5067, 5068] });
    expect(watched).toEqual([{ what: 'calls', family: 'ipv4' }]);
    expect(check({ fate: () => DROPPED, plan: { caller: null } }).watched).toEqual([]);
  });

  it.each<[string, Setting['knocks'], CallEvidence['knocks']]>([
    ['never', [], { held: 0, answered: 0 }],
    ['once, repeated', [{ at: 2000 }, { at: 4000 }], { held: 1, answered: 0 }],
    ['twice', [{ at: 2000 }, { at: 2700, peer: caller(4712) }], { held: 2, answered: 0 }],
    [
      'twice, of which one is answered',
      [{ at: 2000 }, { at: 2001, kind: 'answered' }, { at: 2700, peer: caller(4712) }],
      { held: 1, answered: 1 },
    ],
    ['answered, though nobody saw it come', [{ at: 2001, kind: 'answered' }], { held: 0, answered: 1 }],
    ['for another port', [{ at: 2000, own: { ...PBX, port: 5061 } }], { held: 0, answered: 0 }],
    ['of somebody else', [{ at: 2000, peer: STRANGER }], { held: 0, answered: 0 }],
    ['when all is over', [{ at: 60_000 }], { held: 0, answered: 0 }],
  ])('%s', (_, knocks = [], expected) => {
    expect(check({ fate: () => DROPPED, knocks }).of(5060)?.knocks).toEqual(expected);
  });

  it('counts for the address at which the port listens', () => {
    const knocks = [{ at: 2000 }, { at: 2700, peer: caller(4712) }];
    const held = (bindAddress: string) =>
      check({ fate: () => DROPPED, knocks, plan: { bindAddress } }).of(5060)?.knocks.held;
    expect([held('192.168.0.100'), held('192.168.0.101')]).toEqual([2, 0]);
  });

  it('is not held back if it gets in, whatever it brings', () => {
    const { of } = check({
      fate: () => ({ ...SOMEBODY, visits: 5060 }),
      knocks: [4712, 4713].map((port) => ({ at: 1030, peer: caller(port) })),
    });
    expect(of(5060)?.knocks).toEqual({ held: 0, answered: 0 });
  });
});

describe('a call that this machine passes on to another one', () => {
  const to = (setting: Setting) => check({ fate: () => SOMEBODY, ...setting }).of(5060)?.passedTo;
  const [knocks, passedOn] = [[{ at: 2000 }], [{ at: 2001, peer: caller(4711) }]];

  it('is known by where it went', () => {
    expect(to({ knocks, passedOn })).toEqual(BOX);
    expect(to({ knocks: [...knocks, { at: 2002, kind: 'answered' }], passedOn })).toEqual(BOX);
  });

  it('is none that never came for the port', () => {
    expect(to({ passedOn })).toBeNull();
    expect(to({ knocks, passedOn: [{ at: 2001, peer: caller(4712) }] })).toBeNull();
    expect(to({ knocks: [{ at: 2000, own: { ...PBX, port: 5061 } }], passedOn })).toBeNull();
  });

  it('is none of a phone of the LAN', () => {
    expect(to({ knocks: [{ at: 2000, peer: STRANGER }], passedOn: [{ at: 2001, peer: STRANGER }] })).toBeNull();
  });
});

describe('a reflector that falls silent', () => {
  const MANY = Array.from({ length: 24 }, (_, index) => 5000 + index);
  const silentFrom = (at: Milliseconds) => (now: Milliseconds) => now >= at;

  it('is not waited for where another one could call: nothing is left unsaid, and what it has shown stays', () => {
    const { evidence, endedAt, observations } = check({
      ports: MANY,
      fate: (port) => (port < 5012 ? OPEN(port) : DROPPED),
      lost: silentFrom(3_000),
      plan: { lostAfter: 4_000 },
    });
    expect(endedAt).toBeLessThan(3_000 + 4_500);
    expect(evidence.ports.filter(({ arrivedOn }) => arrivedOn.length > 0).map(({ port }) => port)).toEqual(
      MANY.slice(0, 12),
    );
    expect(evidence.ports.filter(({ isGivenUp }) => isGivenUp).map(({ port }) => port)).toEqual(MANY.slice(12));
    expect(observations.filter(({ kind }) => kind === 'call-given-up')).toHaveLength(12);
    expect(evidence.ports.filter(({ ended }) => ended.length > 0)).toEqual([]);
  });

  it('is as good as lost where only the address is away from which the calls come', () => {
    const { evidence, endedAt } = check({
      ports: MANY,
      fate: () => DROPPED,
      callerLost: silentFrom(3_000),
      plan: { lostAfter: 4_000 },
    });
    expect(endedAt).toBeLessThan(3_000 + 4_500);
    expect(evidence.ports.filter(({ isGivenUp }) => !isGivenUp)).toEqual([]);
  });

  it('for less than that is no loss', () => {
    const { evidence } = check({
      ports: MANY,
      fate: () => DROPPED,
      lost: (now) => now >= 3_000 && now < 6_500,
      plan: { lostAfter: 4_000 },
    });
    expect(evidence.ports.filter(({ ended }) => ended.length !== 2)).toEqual([]);
  });

  it('is waited for where there is no other one, though not slice by slice', () => {
    const { evidence, endedAt } = check({ ports: MANY.slice(0, 8), fate: () => DROPPED, lost: silentFrom(3_000) });
    expect(evidence.ports.filter(({ isGivenUp }) => !isGivenUp)).toEqual([]);
    expect(endedAt).toBeGreaterThan(20_000);
    const ports = Array.from({ length: 64 }, (_, index) => 5000 + index);
    expect(check({ ports, fate: () => DROPPED, lost: silentFrom(3_000) }).endedAt).toBeLessThan(75_000);
  });

  it('that answers with errors lives', () => {
    const { observations } = check({ fate: () => DROPPED, error: 500, plan: { lostAfter: 4_000 } });
    expect(observations.filter(({ kind }) => kind === 'call-asked')).toHaveLength(5);
  });
});

describe('a token', () => {
  const NEW = 'beef000102030405';
  const MANY = Array.from({ length: 48 }, (_, index) => 5000 + index);
  const tokensOf = (sent: readonly Message[]) => [
    ...new Set(
      sent.flatMap((message) => {
        const token = readAttribute(message, FULLCONE_TOKEN);
        return token?.kind === 'ok' ? [Buffer.from(token.value).toString('hex')] : [];
      }),
    ),
  ];

  it('is asked for anew before it is too old, so that a long run goes on', () => {
    const knows = (now: Milliseconds) => (now < 20_000 ? TOKEN : NEW);
    const pass = { token: TOKEN, until: 20_000 + 300_000 };
    const { evidence, sent } = check({ ports: MANY, fate: () => DROPPED, knows, plan: { pass } });
    expect(evidence.ports.filter(({ ended }) => ended.length !== 2)).toEqual([]);
    expect(tokensOf(sent)).toEqual([TOKEN, NEW]);
    // Two calls are under way, and each asks for it.
    expect(sent.filter((message) => readAttribute(message, FULLCONE_HELLO) !== null).length).toBeLessThan(3);
  });

  it('that the reflector knows no longer is asked for anew, and the refusal is told once', () => {
    const { evidence, sent, observations } = check({ fate: () => DROPPED, knows: () => NEW });
    expect(evidence.ports.map(({ ended }) => ended)).toEqual([['timed-out', 'timed-out']]);
    expect(tokensOf(sent)).toEqual([TOKEN, NEW]);
    expect(observations.filter(({ kind }) => kind === 'call-refused')).toHaveLength(1);
  });

  it('that is too old is not shown', () => {
    const { evidence, sent } = check({ knows: () => NEW, plan: { pass: { token: TOKEN, until: 0 } } });
    expect(evidence.ports.map(({ arrivedOn }) => arrivedOn)).toEqual([[5060]]);
    expect(tokensOf(sent)).toEqual([NEW]);
  });
});

describe('what is no proof', () => {
  it.each<[string, (bytes: Uint8Array) => Uint8Array]>([
    ['an empty connection', () => new Uint8Array()],
    ['another id', (bytes) => bytes.map((byte, index) => (index === 0 ? byte ^ 1 : byte))],
    ['another port', (bytes) => bytes.map((byte, index) => (index === 9 ? byte ^ 1 : byte))],
    ['more than was sent', (bytes) => Uint8Array.of(...bytes, 0)],
  ])('%s', (_, change) => {
    const { server } = planOf([9000], { calls: true, pass: { token: TOKEN, until: 1_000_000 } });
    const plan = planCalls({ server, ports: [5060], bindAddress: '0.0.0.0', witness: null, now: 0, hasOthers: false });
    const engine = new CallCheck(plan, () => false, chance());
    let id: Uint8Array | undefined;
    const seen: string[] = [];
    const drain = (now: number) => {
      for (let output = engine.next(now); output.kind !== 'wait' && output.kind !== 'done'; output = engine.next(now)) {
        if (output.kind === 'observed') seen.push(output.observation.kind);
        if (output.kind === 'listen') engine.handle({ kind: 'listens', port: output.port }, now);
        if (output.kind === 'open')
          engine.handle({ kind: 'bound', socket: output.socket, local: endpoint('0.0.0.0', 50_001) }, now);
        const decoded = output.kind === 'send' ? decodeMessage(output.bytes) : null;
        const call = decoded?.kind === 'message' ? readAttribute(decoded.message, FULLCONE_CALL) : null;
        if (call?.kind === 'ok') id = call.value.id;
      }
    };
    drain(1000);
    drain(1001);
    if (!id) throw new Error('no call was asked for');
    const proof = Uint8Array.from([...id, 5060 >> 8, 5060 & 255]);
    engine.handle({ kind: 'called', port: 5060, bytes: change(proof), from: STRANGER }, 1002);
    drain(1002);
    expect(seen).not.toContain('call-arrived');
    engine.handle({ kind: 'called', port: 5060, bytes: proof, from: STRANGER }, 1003);
    drain(1003);
    expect(seen).toContain('call-arrived');
  });
});

it('a port that cannot be opened is not called', () => {
  const { of, observations } = check({ ports: [5060, 5061], bind: (port) => (port === 5060 ? 'in-use' : null) });
  expect(of(5060)).toMatchObject({ listening: { kind: 'no', failure: { kind: 'in-use' } }, isAsked: false });
  expect(observations.filter((one) => one.kind === 'call-asked').map(({ port }) => port)).toEqual([5061]);
});

it('nothing is asked of a server that calls nobody', () => {
  const { observations, sent, of } = check({ plan: { pass: null } });
  expect([observations, sent, of(5060)?.canAsk]).toEqual([[], [], false]);
});

it('more ports than fit into one request are called in slices', () => {
  const ports = Array.from({ length: 70 }, (_, index) => 5000 + index);
  const { evidence, sent } = check({ ports });
  expect(evidence.ports.filter(({ port, arrivedOn }) => arrivedOn[0] !== port)).toEqual([]);
  expect(sent.length).toBeGreaterThanOrEqual(3);
});

it.each([1000, 1010, 1045, 1500, 6000])('cancelled at %d ms, it ends at once and leaves nothing open', (cancelAt) => {
  const { evidence, endedAt } = check({ fate: () => DROPPED, cancelAt });
  expect([evidence.cancelled, endedAt]).toEqual([true, cancelAt]);
});
