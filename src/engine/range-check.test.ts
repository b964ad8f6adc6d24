import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Endpoint, endpoint, type Milliseconds } from '../base/index.ts';
import { collectEvidence } from '../evidence/index.ts';
import type { PlanInput, Question, ServerFacts } from '../plan/index.ts';
import { BINDING, encodeMessage, FULLCONE_TOKEN, MAPPED_ADDRESS, makeAttribute } from '../stun/index.ts';
import type { SocketFailure } from '../system/index.ts';
import { RangeCheck } from './range-check.ts';
import {
  but,
  closed,
  drive,
  failure,
  honest,
  NO_MORE,
  type Reply,
  type Request,
  ROUND_TRIP,
  type Server,
  success,
} from './test-network.ts';
import { ALTERNATE, ALTERNATE_FIRST, chance, PRIMARY, PRIMARY_OTHER, planOf, STRANGER, seenFrom } from './test-plan.ts';
import type { Observation } from './types.ts';

const PORTS = [9000, 9001, 9002, 9003];
const IN_USE: SocketFailure = { kind: 'in-use', code: 'EADDRINUSE' };

interface Setting {
  readonly ports?: readonly number[];
  readonly facts?: Partial<ServerFacts>;
  readonly input?: Partial<PlanInput>;
  readonly options?: Parameters<typeof drive>[2];
}

function check(server: Server, { ports = PORTS, facts = {}, input = {}, options = {} }: Setting = {}) {
  const plan = planOf(ports, facts, input);
  const run = drive<Observation>(new RangeCheck(plan, chance()), server, options);
  const evidence = collectEvidence(plan, run.observations);
  const of = (port: number) => {
    const seen = evidence.ports.find((one) => one.port === port);
    if (!seen) throw new Error(`nothing about ${port}`);
    return seen;
  };
  /** What is known of a port: `cold yes, warm -late`. */
  const known = (port: number): string =>
    Object.entries(of(port).answers)
      .flatMap(([question, answer]) => {
        // Where nothing is let in from the alternate address, neither is from the primary's: unless a test says so.
        if (question === 'cold-near') return [];
        if (answer.kind !== 'unknown') return [`${question} ${answer.kind}`];
        return answer.why === 'not-asked' || answer.why === 'cannot-ask' ? [] : [`${question} -${answer.why}`];
      })
      .join(', ');
  const observed = <K extends Observation['kind']>(kind: K, port?: number) =>
    run.observations.filter(
      (one): one is Extract<Observation, { kind: K }> =>
        one.kind === kind && (port === undefined || ('port' in one && one.port === port)),
    );
  return { ...run, plan, evidence, of, known, observed };
}

/** Whether a request asks something of this port. */
const isAbout = (port: number) => (request: Request) => request.port === port || request.responsePort === port;

const isCold = (request: Request, port: number) => request.responsePort === port;

/** Other answers for one port. */
const forPort = (port: number, change: (reply: Reply, request: Request) => readonly Reply[], otherwise = honest) =>
  but(
    (request) => (isAbout(port)(request) ? otherwise(request).flatMap((one) => change(one, request)) : null),
    otherwise,
  );

const OPEN = 'cold yes, outbound yes';
const SENTINEL = `${OPEN}, sentinel yes`;
const CLOSED = 'cold no, warm no, outbound yes, change-port yes';

describe('a port that is open', () => {
  it('is asked two packets, and hears the alternate address first of all', () => {
    const { known, sent, of } = check(honest);
    expect(PORTS.map(known)).toEqual(PORTS.map(() => OPEN));
    expect(PORTS.map((port) => of(port).mapped)).toEqual(PORTS.map(seenFrom));
    const about = sent.filter(isAbout(9001));
    expect(about.map(({ port, to, change, responsePort }) => ({ port, to, change, responsePort }))).toEqual([
      { port: 50_001, to: PRIMARY, change: { address: true, port: false }, responsePort: 9001 },
      { port: 9001, to: PRIMARY, change: null, responsePort: null },
    ]);
  });

  it.each([1, 2])('of %d is looked at from a destination that has not sent to it', (count) => {
    const { sent, known } = check(honest, { ports: PORTS.slice(0, count) });
    expect(known(9000)).toBe(`${OPEN}, fresh-elsewhere yes`);
    expect(sent.filter(isAbout(9000)).at(-1)?.to).toEqual(ALTERNATE);
  });

  it('among rewritten ones is looked at, too: its number may be chance', () => {
    const ports = [...PORTS, 9004, 9005];
    // The server sees 9005 as another port.
    const rewrites = forPort(9005, (one, { id, port }) =>
      port === 9005 ? [{ ...one, bytes: success(id, seenFrom(20_000)) }] : [one],
    );
    const { known } = check(rewrites, { ports });
    expect([known(9000), known(9004)]).toEqual([`${OPEN}, fresh-elsewhere yes`, `${OPEN}, fresh-elsewhere yes`]);
    expect(known(9005)).toBe(`${OPEN}, elsewhere yes, fresh-elsewhere yes`);
  });

  it('is judged by the warm answer where the server has no RESPONSE-PORT', () => {
    const { known, sent } = check(honest, { facts: { responsePort: false } });
    expect(PORTS.map(known)).toEqual(PORTS.map(() => 'warm yes'));
    expect(sent.some(({ responsePort }) => responsePort !== null)).toBe(false);
  });

  it('is asked its mapping by a server of one address', () => {
    const { known } = check(honest, { facts: { responsePort: false, alternate: null } });
    expect(PORTS.map(known)).toEqual(PORTS.map(() => 'outbound yes'));
  });
});

describe('with a token of the server', () => {
  const pass = { token: 'c0ffee00c0ffee00', until: 500_000 };
  const MANY = Array.from({ length: 100 }, (_, index) => 9000 + index);
  const isOrder = (request: Request) => request.isOrder;
  /** Gives a new token to who says hello. */
  const giving =
    (token: Uint8Array, otherwise: Server = honest): Server =>
    (request) =>
      otherwise(request).map((reply) =>
        request.hello
          ? {
              ...reply,
              bytes: success(request.id, seenFrom(request.port), [makeAttribute(FULLCONE_TOKEN, token, request.id)]),
            }
          : reply,
      );
  const NEW = Uint8Array.of(0xbe, 0xef, 0, 1, 2, 3, 4, 5);
  const NEW_TOKEN = 'beef000102030405';

  it('cold packets and control probes are ordered with it, and the results are the same', () => {
    const { known, sent } = check(closed(9001), { ports: MANY, facts: { pass } });
    expect(MANY.filter((port) => !known(port).startsWith(OPEN))).toEqual([9001]);
    expect(known(9001)).toBe(CLOSED);
    expect(sent.some(isOrder)).toBe(true);
    expect(sent.filter((one) => isOrder(one) && one.change === null)).toEqual([]);
    expect(MANY.filter((port) => !sent.some((one) => isOrder(one) && isCold(one, port)))).toEqual([]);
  });

  it('every request shows it, and none asks for another one', () => {
    const { sent } = check(closed(9001), { facts: { pass } });
    expect(new Set(sent.map(({ token }) => token))).toEqual(new Set([pass.token]));
    expect(sent.some(({ hello }) => hello)).toBe(false);
    expect(sent.filter(({ port }) => PORTS.includes(port)).length).toBeGreaterThan(0);
  });

  it('a server that gave none is shown none, and not asked for one', () => {
    const { sent } = check(giving(NEW, closed(9001)));
    expect(sent.some(({ token, hello }) => token !== null || hello)).toBe(false);
  });

  it('a new one is asked for before it is too old, and shown from then on', () => {
    const { sent } = check(giving(NEW), { ports: MANY, facts: { pass: { ...pass, until: 200_000 } } });
    const first = sent.findIndex(({ token }) => token === NEW_TOKEN);
    expect(sent.findIndex(({ hello }) => hello)).toBeLessThan(first);
    expect(new Set(sent.slice(first).map(({ token }) => token))).toEqual(new Set([NEW_TOKEN]));
    expect(sent.slice(first).some(({ hello }) => hello)).toBe(false);
  });

  it('a server that was started anew gives a new one, and nothing is closed', () => {
    // Plain requests with the old one are over the budget of strangers; orders get 438.
    const restarted: Server = (request) => {
      const isKnown = request.at < 1060 ? request.token === pass.token : request.token === NEW_TOKEN;
      if (request.hello || isKnown) return giving(NEW)(request);
      const bytes = failure(request.packet, request.isOrder ? 438 : 500);
      return [{ after: ROUND_TRIP, from: request.to, port: request.port, bytes }];
    };
    const { known, sent } = check(restarted, { ports: MANY, facts: { pass } });
    expect(MANY.filter((port) => known(port).includes('warm no') || known(port).includes('cold no'))).toEqual([]);
    expect(MANY.filter((port) => !known(port).startsWith(OPEN))).toEqual([]);
    expect(sent.at(-1)?.token).toBe(NEW_TOKEN);
  });

  it('that the server knows no longer a new one is asked for at once, and no order is taken for refused', () => {
    const stale = but(
      (request) => {
        const isKnown = request.token === NEW_TOKEN || !request.isOrder;
        const bytes = failure(request.packet, 438);
        return isKnown ? null : [{ after: ROUND_TRIP, from: request.to, port: request.port, bytes }];
      },
      giving(NEW, closed(9001)),
    );
    const { known, sent, observed } = check(stale, { ports: MANY, facts: { pass } });
    expect(MANY.filter((port) => !known(port).startsWith(OPEN))).toEqual([9001]);
    expect(known(9001)).toBe(CLOSED);
    expect(observed('refused')).toEqual([]);
    // Two rounds of control probes later the new one is there: nothing waits until three of them are given up.
    const [first, renewed] = [sent.find(isOrder), sent.find(({ token }) => token === NEW_TOKEN)];
    expect((renewed?.at ?? 0) - (first?.at ?? 0)).toBeLessThan(400);
    expect(sent.filter((one) => isOrder(one) && one.token === NEW_TOKEN).length).toBeGreaterThan(MANY.length / 2);
  });

  it('that does not count for the ports, which leave from another address, nothing is silent', () => {
    let refusedAt = Number.NEGATIVE_INFINITY;
    const overBudget = but(
      (request) => {
        if (!PORTS.includes(request.port)) return null;
        if (request.at - refusedAt < 1000) return [];
        refusedAt = request.at;
        return [{ after: ROUND_TRIP, from: request.to, port: request.port, bytes: failure(request.id, 500) }];
      },
      closed(...PORTS),
    );
    const { observed } = check(overBudget, { facts: { pass } });
    expect(observed('refused').length).toBeGreaterThan(0);
    expect(observed('silent').filter(({ question }) => !question.startsWith('cold'))).toEqual([]);
    expect(observed('given-up').length).toBeGreaterThan(0);
  });

  it('32 ports are ordered with one request at most', () => {
    const { sent } = check(honest, { ports: MANY, facts: { pass } });
    const baseOf = ({ id }: Request) => Buffer.from(id.subarray(2)).toString('hex');
    const sizes = new Map<string, number>();
    for (const one of sent.filter(isOrder)) sizes.set(baseOf(one), (sizes.get(baseOf(one)) ?? 0) + 1);
    expect(Math.max(...sizes.values())).toBeLessThanOrEqual(32);
    expect(sizes.size).toBeLessThan(MANY.length);
  });

  it('that the server has forgotten nothing is closed: the ports are asked for one by one', () => {
    const forgetful = but((request) => (isOrder(request) ? [] : null));
    const { known } = check(forgetful, { facts: { pass } });
    expect(PORTS.map(known)).toEqual(PORTS.map(() => OPEN));
  });

  it('that the server forgets in the middle nothing is closed', () => {
    const forgetful = but((request) => (isOrder(request) && request.at > 1060 ? [] : null));
    const { known } = check(forgetful, { ports: MANY, facts: { pass } });
    expect(MANY.filter((port) => !known(port).startsWith(OPEN))).toEqual([]);
  });

  it('that is too old it is not used', () => {
    const { sent } = check(honest, { facts: { pass: { ...pass, until: 0 } } });
    expect(sent.some(({ token }) => token !== null)).toBe(false);
  });
});

describe('of a sample of the ports that let nothing in from the alternate address', () => {
  const MANY = Array.from({ length: 40 }, (_, index) => 9000 + index);
  const SAMPLE = 19;
  const isNear = ({ port, responsePort, change }: Request) =>
    port > 40_000 && responsePort !== null && change?.address === false;
  const near = (sent: readonly Request[]) => new Set(sent.filter(isNear).map(({ responsePort }) => responsePort)).size;

  it('it is asked whether the primary gets in: no', () => {
    const { sent, of } = check(closed(...MANY), { ports: MANY });
    // Sixteen, and one more for every sixteen silences.
    expect(near(sent)).toBe(SAMPLE);
    expect(MANY.filter((port) => of(port).answers['cold-near'].kind === 'no')).toHaveLength(SAMPLE);
  });

  it('yes, where only the alternate address is shut out', () => {
    const shutOut: Server = (request) =>
      honest(request).filter(({ from, port }) => from.address === PRIMARY.address || !MANY.includes(port));
    const { of } = check(shutOut, { ports: MANY });
    expect(MANY.filter((port) => of(port).answers['cold-near'].kind === 'yes')).toHaveLength(SAMPLE);
  });

  it('not of ports that have spoken to the primary lately', () => {
    const { sent } = check(closed(...MANY), { ports: MANY, input: { stalePorts: MANY } });
    expect(near(sent)).toBe(0);
  });
});

it('a server that is lost in the middle leaves all other ports unknown because of it', () => {
  const ports = Array.from({ length: 400 }, (_, index) => 9000 + index);
  const { of, observed } = check(
    but(({ at }) => (at > 1100 ? [] : null)),
    { ports },
  );
  expect(observed('server-lost')).toHaveLength(1);
  expect(of(9399).answers.cold).toMatchObject({ kind: 'unknown', why: 'server-silent' });
});

it('a port that another socket of ours holds for a moment is tried once more', () => {
  let tries = 0;
  const bind = ({ port }: Endpoint) => (port === 9001 && tries++ === 0 ? IN_USE : port || 50_001);
  const { known } = check(honest, { options: { bind } });
  expect(known(9001)).toBe(OPEN);
});

describe('a port that is closed', () => {
  it('is known to be so by silences that control probes surround', () => {
    const { known, observed } = check(closed(9001));
    // The open ones are asked again after the silence.
    expect(PORTS.map(known)).toEqual([SENTINEL, CLOSED, SENTINEL, SENTINEL]);
    const silences = observed('silent', 9001);
    expect(silences.map(({ question }) => question)).toEqual(['cold', 'cold-near', 'warm']);
    for (const { question, tries } of silences) {
      const times = observed('sent', 9001).flatMap((one) => (one.question === question ? [one.at] : []));
      expect([times.length, tries >= 3]).toEqual([tries, true]);
      expect(Math.min(...times.slice(1).map((time, index) => time - (times[index] ?? 0)))).toBeGreaterThanOrEqual(100);
    }
  });

  it('sends nothing before the cold question is over, and nothing to an alternate address at all', () => {
    const { sent, observed } = check(closed(...PORTS));
    const over = observed('silent', 9000).find(({ question }) => question === 'cold')?.at ?? 0;
    const own = sent.filter(({ port }) => port === 9000);
    expect(own.length).toBeGreaterThan(0);
    expect(own.every(({ at, to }) => at >= over && to.address === PRIMARY.address)).toBe(true);
  });

  it('waits for the answer to its last packet before it speaks itself', () => {
    const slow = (request: Request) => honest(request).map((one) => ({ ...one, after: 240 }));
    const { sent } = check((request) =>
      slow(request).filter(
        ({ from, port }) => (from.address === PRIMARY.address && request.port === port) || port > 9003,
      ),
    );
    const lastCold = Math.max(...sent.filter((request) => isCold(request, 9000)).map(({ at }) => at));
    const firstOwn = Math.min(...sent.filter(({ port }) => port === 9000).map(({ at }) => at));
    expect(firstOwn - lastCold).toBeGreaterThan(245);
  });
});

describe('what refines a cause', () => {
  const many = Array.from({ length: 40 }, (_, index) => 9000 + index);

  it('is asked of a sample, and each of these to the end', () => {
    const mute = but((request) => (many.includes(request.port) ? [] : null));
    const { evidence, observed } = check(mute, { ports: many });
    const relay = evidence.ports.map(({ answers }) => answers.relay.kind);
    expect(relay.filter((kind) => kind === 'no')).toHaveLength(16);
    expect(observed('silent').filter(({ question }) => question === 'relay')).toHaveLength(16);
  });

  it('is asked of every closed port as long as there are few', () => {
    const { known } = check(closed(...PORTS));
    expect(PORTS.map(known)).toEqual(PORTS.map(() => CLOSED));
  });

  it('tells a port that cannot hear from one that cannot speak', () => {
    // What is sent to the port is lost; what it asks to be sent to the control socket arrives.
    const deaf = forPort(9000, (reply) => (reply.port === 9000 ? [] : [reply]));
    expect(check(deaf).known(9000)).toBe('cold no, warm no, outbound no, relay yes');
  });
});

const QUESTIONS_OF_A_MUTE_PORT = ['cold', 'warm', 'outbound', 'relay'];
/** It is not let in, and yet something comes: the silence that it breaks is none. */
const NOTHING_SAID = QUESTIONS_OF_A_MUTE_PORT.map((question) => `${question} -malformed`).join(', ');

describe('an answer that proves nothing', () => {
  const strange = (server: Server, what: string) => {
    const run = check(server);
    expect(new Set(run.of(9000).strange)).toEqual(new Set([what]));
    return run.known(9000);
  };

  it('comes from another address', () => {
    expect(
      strange(
        forPort(9000, (one) => [{ ...one, from: STRANGER }]),
        'wrong-source',
      ),
    ).toBe(NOTHING_SAID);
  });

  it('comes from the address that had to be changed', () => {
    const ignores = forPort(9000, (one) => [{ ...one, from: PRIMARY }]);
    expect(strange(ignores, 'wrong-source')).toBe(
      'cold -malformed, warm -malformed, outbound yes, change-port -malformed',
    );
  });

  it('comes from the very place that was asked for another port', () => {
    const ignores = forPort(9000, (one, { change }) => {
      if (change?.address) return [];
      return [{ ...one, from: PRIMARY }];
    });
    expect(check(ignores).known(9000)).toBe('cold no, warm no, outbound yes, change-port -malformed');
  });

  it('comes to a socket that could not be meant', () => {
    // RESPONSE-PORT ignored: the cold answer goes back to the control socket.
    const toAsker = forPort(9000, (one, request) => (isCold(request, 9000) ? [{ ...one, port: request.port }] : [one]));
    expect(strange(toAsker, 'wrong-socket')).toBe('cold -malformed, warm yes');
  });

  it.each<[about: string, bytes: (id: Uint8Array) => Uint8Array, what: string]>([
    [
      'has no mapping',
      (id) => encodeMessage({ class: 'success', method: BINDING, transactionId: id, attributes: [] }),
      'no-mapping',
    ],
    ['is cut off', (id) => success(id, seenFrom(9000)).slice(0, -2), 'malformed'],
    ['names port 0', (id) => success(id, seenFrom(0)), 'no-mapping'],
  ])('%s', (_about, bytes, what) => {
    const known = strange(
      forPort(9000, (one, { id }) => [{ ...one, bytes: bytes(id) }]),
      what,
    );
    expect(known).toBe(NOTHING_SAID);
  });

  it('is an error that says that the server has no strength: it is asked less, and nothing is known', () => {
    const refuses = forPort(9000, (one, { id, to }) => [{ ...one, from: to, bytes: failure(id, 500) }]);
    const { known, observed, sent } = check(refuses);
    expect(known(9000)).toMatch(/^cold -refused/);
    expect(known(9000)).not.toMatch(/ (yes|no)/);
    expect(observed('throttled').length).toBeGreaterThan(0);
    expect(sent.length).toBeLessThan(700);
  });

  it.each([400, 420])('is an error: %d', (code) => {
    const refuses = forPort(9000, (one, { id, to }) => [{ ...one, from: to, bytes: failure(id, code) }]);
    const { known, observed } = check(refuses);
    expect(known(9000)).toBe('cold -refused, warm -refused, outbound -refused, relay -refused');
    expect(new Set(observed('refused', 9000).map((one) => one.code))).toEqual(new Set([code]));
    expect(observed('strange')).toEqual([]);
  });

  it('is an error on one question only', () => {
    const noPort = forPort(9000, (one, { id, to, change }) =>
      change ? [{ ...one, from: to, bytes: failure(id, 420) }] : [one],
    );
    expect(check(noPort).known(9000)).toBe('cold -refused, warm -refused, outbound yes, change-port -refused');
  });

  it('has an id that nobody sent', () => {
    const other = Uint8Array.from({ length: 12 }, () => 7);
    const guesses = forPort(9000, (one) => [{ ...one, bytes: success(other, seenFrom(9000)) }]);
    expect(strange(guesses, 'unasked')).toBe(NOTHING_SAID);
  });

  it('is no STUN', () => {
    const guesses = forPort(9000, (one) => [{ ...one, bytes: Uint8Array.of(0) }]);
    expect(strange(guesses, 'unasked')).toBe(NOTHING_SAID);
  });

  it('is of somebody else: that says nothing of the server', () => {
    const noise = forPort(9000, (one) => [{ ...one, from: STRANGER, bytes: Uint8Array.of(0) }]);
    const { known, of } = check(noise);
    expect([known(9000), of(9000).strange]).toEqual(['cold no, warm no, outbound no, relay no', []]);
  });

  it('is told once, however often it comes', () => {
    const told = (kind: 'strange' | 'refused', one: (id: Uint8Array, to: Endpoint) => object) => {
      const often = forPort(9000, (answer, { id, to }) =>
        Array.from({ length: 100 }, () => ({ ...answer, ...one(id, to) })),
      );
      return check(often)
        .observed(kind, 9000)
        .map(({ question }) => question);
    };
    const all = ['cold', 'cold-near', 'warm', 'outbound', 'relay'];
    expect(told('strange', (id) => ({ bytes: success(id, seenFrom(0)) }))).toEqual(all);
    expect(told('refused', (id, from) => ({ from, bytes: failure(id, 420) }))).toEqual(all);
  });

  it('is one byte of something else', () => {
    const noise: Server = (request) => [
      ...honest(request),
      ...honest(request).map((one) => ({ ...one, bytes: Uint8Array.of(0) })),
    ];
    expect(PORTS.map(check(noise).known)).toEqual(PORTS.map(() => OPEN));
  });
});

describe('an answer that counts', () => {
  it('may come from another port of the right address', () => {
    const changes = forPort(9000, (one, request) => [
      isCold(request, 9000) ? { ...one, from: endpoint(one.from.address, 41_000) } : one,
    ]);
    expect(check(changes).known(9000)).toBe(OPEN);
  });

  it('may have nothing but MAPPED-ADDRESS', () => {
    const old: Server = (request) =>
      honest(request).map((one) => ({
        ...one,
        bytes: encodeMessage({
          class: 'success',
          method: BINDING,
          transactionId: request.id,
          attributes: [makeAttribute(MAPPED_ADDRESS, seenFrom(request.port), request.id)],
        }),
      }));
    const { known, of } = check(old);
    expect([PORTS.map(known), of(9000).mapped]).toEqual([PORTS.map(() => OPEN), seenFrom(9000)]);
  });

  it('may come many times', () => {
    const twice: Server = (request) =>
      honest(request).flatMap((one) => [one, { ...one, after: 45 }, { ...one, after: 320 }]);
    const { known, sent } = check(twice);
    expect(PORTS.map(known)).toEqual(PORTS.map(() => OPEN));
    expect(sent.filter(isAbout(9001))).toHaveLength(2);
  });

  it('may be the last of all tries', () => {
    let tries = 0;
    const stubborn = forPort(9000, (one, request) => (!isCold(request, 9000) || ++tries >= 7 ? [one] : []));
    expect(check(stubborn).known(9000)).toBe(OPEN);
  });

  it('may be slow: 600 ms, as by satellite', () => {
    const slow: Server = (request) => honest(request).map((one) => ({ ...one, after: 600 }));
    expect(PORTS.map(check(slow).known)).toEqual(PORTS.map(() => OPEN));
  });
});

describe('an answer for one port on another', () => {
  const shift =
    (server: Server): Server =>
    (request) =>
      server(request).map((one) =>
        one.port < 10_000 && one.from.address === ALTERNATE.address ? { ...one, port: one.port + 1 } : one,
      );

  it('shows where it arrived, and that the port itself was not reached', () => {
    const { known, of } = check(shift(honest));
    expect(PORTS.slice(0, 3).map((port) => [known(port), of(port).arrivedOn])).toEqual(
      [9001, 9002, 9003].map((at) => ['cold no, outbound yes', at]),
    );
    expect([known(9003), of(9003).arrivedOn]).toEqual(['cold no, warm no, outbound yes, change-port yes', null]);
  });

  it('shows it for the warm question, too', () => {
    const { known, of } = check(shift(honest), { facts: { responsePort: false } });
    expect([known(9000), of(9000).arrivedOn]).toEqual(['warm no', 9001]);
  });

  it('does not count when the port itself was reached', () => {
    const both = forPort(9000, (one, request) =>
      isCold(request, 9000) ? [one, { ...one, port: 9001, after: 21 }] : [one],
    );
    expect(check(both).known(9000)).toBe(OPEN);
  });
});

describe('a cold answer that comes after the port has spoken', () => {
  /** Endpoint-independent filtering: our own packet opens the way, and what is still under way comes in. */
  const accident = (roundTrip: Milliseconds, from: number): Server => {
    const spoken = new Map<number, Milliseconds>();
    return (request) => {
      if (!spoken.has(request.port)) spoken.set(request.port, request.at);
      const arrives = request.at + roundTrip;
      return honest(request).flatMap((one) => {
        const opened = one.port >= from && one.port < 10_000 ? spoken.get(one.port) : 0;
        return opened !== undefined && opened <= arrives ? [{ ...one, after: roundTrip }] : [];
      });
    };
  };

  it('is late, and neither yes nor no', () => {
    const late = forPort(9000, (one, request) => (isCold(request, 9000) ? [{ ...one, after: 2300 }] : [one]), closed());
    const restricted: Server = (request) => (request.port === 9000 && request.change?.address ? [] : late(request));
    expect(check(restricted).known(9000)).toMatch(/^cold -late, warm no, /);
  });

  it.each([20, 100, 120, 240, 500, 700])(
    'is not yes: it is waited for before the port speaks (%d ms there and back)',
    (roundTrip) => {
      // A path that does not vary is known exactly after a while.
      const ports = Array.from({ length: 220 }, (_, index) => 9000 + index);
      const { known, observed } = check(accident(roundTrip, 9200), { ports, input: { freeSockets: 62 } });
      expect(observed('listening', 9210)[0]?.at).toBeGreaterThan(observed('listening', 9190)[0]?.at ?? 0);
      expect(known(9199)).toBe(OPEN);
      expect(ports.slice(200).map(known)).toEqual(ports.slice(200).map(() => 'cold no, warm yes'));
    },
  );
});

describe('the system', () => {
  it('may keep a port from listening', () => {
    const { of, observed, known } = check(honest, {
      options: { bind: ({ port }) => (port === 9001 ? IN_USE : port || 51_000) },
    });
    expect(of(9001).listening).toEqual({ kind: 'no', failure: IN_USE });
    expect(observed('sent', 9001)).toEqual([]);
    expect([9000, 9002, 9003].map(known)).toEqual([OPEN, OPEN, OPEN]);
  });

  it('may keep all of them from listening', () => {
    const { evidence } = check(honest, { options: { bind: ({ port }) => (port ? IN_USE : 51_000) } });
    expect(evidence.ports.map(({ listening }) => listening.kind)).toEqual(PORTS.map(() => 'no'));
    expect(evidence.controlAddress).toBe(seenFrom(0).address);
  });

  it('may run out of sockets: the ports that found none have their turn later', () => {
    const { known, observed } = check(closed(...PORTS), { options: { limit: 4 } });
    expect(observed('not-listening')).toEqual([]);
    expect(PORTS.map((port) => known(port).startsWith(CLOSED))).toEqual(PORTS.map(() => true));
    const turns = PORTS.map((port) => observed('listening', port)[0]?.at ?? 0);
    expect([turns[0] === turns[1], turns[2] === turns[3], (turns[2] ?? 0) > (turns[1] ?? 0)]).toEqual([
      true,
      true,
      true,
    ]);
  });

  it('may not have a single socket for a port: it does not wait for ever', () => {
    const { of, endedAt } = check(honest, { options: { bind: ({ port }, nth) => (port ? NO_MORE : 51_000 + nth) } });
    expect(of(9000).listening).toEqual({ kind: 'no', failure: NO_MORE });
    expect(endedAt).toBeLessThan(5000);
  });

  it('may have no socket for the controls: nothing is asked', () => {
    const { evidence, sent } = check(honest, { options: { bind: ({ port }) => port || NO_MORE } });
    expect([evidence.controlFailure, sent]).toEqual([NO_MORE, []]);
    expect(evidence.ports.every(({ answers }) => answers.cold.kind === 'unknown')).toBe(true);
  });

  it('may give a checked port to the controls: they take another', () => {
    const { known, sent } = check(honest, {
      options: { bind: ({ port }, nth) => port || (nth < 2 ? 9002 : 51_000 + nth) },
    });
    expect(known(9000)).toBe(OPEN);
    expect(sent.filter(({ port }) => port === 9002).every(({ responsePort }) => responsePort === null)).toBe(true);
  });

  it('may give nothing but checked ports to the controls: they choose one themselves', () => {
    const { known, sent } = check(honest, { options: { bind: ({ port }) => port || 9002 } });
    expect(known(9000)).toBe(OPEN);
    expect(new Set(sent.flatMap(({ port }) => (PORTS.includes(port) ? [] : [port])))).toEqual(
      new Set([65_535, 65_534]),
    );
  });

  it('may have no port that is not checked: that is the end, not a circle', () => {
    const all = Array.from({ length: 65_535 - 1023 }, (_, index) => 1024 + index);
    const plan = { ...planOf([9000]), slices: [[9000], all] };
    const bind = ({ port }: Endpoint) => port || 9002;
    const { observations, sent } = drive<Observation>(new RangeCheck(plan, chance()), honest, { bind });
    expect(observations.at(-1)).toMatchObject({ kind: 'control-failed', failure: { kind: 'in-use' } });
    expect(sent).toEqual([]);
  });

  it('may take a socket away again, even before all are open', () => {
    const gone = { kind: 'other', code: 'ENETDOWN' } as const;
    const inputs = [{ at: 1006, input: { kind: 'bind-failed', socket: 9000, failure: gone } as const }];
    const { known, of } = check(honest, { options: { inputs, slowHelpers: true } });
    expect(of(9000).listening).toEqual({ kind: 'no', failure: gone });
    // The others are asked as ever; this one looks silent, and so they are asked again.
    expect(known(9001)).toBe(SENTINEL);
  });

  it('may not let a packet out', () => {
    const failed = { kind: 'permission', code: 'EPERM' } as const;
    const { of, known } = check(
      but(({ port }) => (port === 9000 ? [] : null)),
      { options: { refuses: ({ port }) => (port === 9000 ? failed : null) } },
    );
    expect(of(9000).notSent).toEqual(failed);
    expect(known(9000)).toBe('cold yes, outbound no, relay no');
  });
});

describe('slices', () => {
  const ports = Array.from({ length: 10 }, (_, index) => 9000 + index);

  it('are asked one after the other, never more sockets at once than there are', () => {
    const { observed, known, plan } = check(closed(...ports), { ports, input: { freeSockets: 16 } });
    expect(plan.slices.map((slice) => slice.length)).toEqual([4, 4, 2]);
    expect(ports.map(known)).toEqual(ports.map((port) => (port < 9008 ? CLOSED : `${CLOSED}, elsewhere yes`)));
    const first = (port: number) => observed('listening', port)[0]?.at ?? 0;
    const last = (port: number) => Math.max(...observed('finished', port).map(({ at }) => at));
    expect(first(9004)).toBeGreaterThanOrEqual(Math.max(...[9000, 9001, 9002, 9003].map(last)));
  });

  it('without a port are over at once', () => {
    const { evidence, sent } = check(honest, { ports: [] });
    expect(evidence.ports).toEqual([]);
    expect(sent.length).toBeLessThan(10);
  });
});

describe('a server that dies', () => {
  const dying =
    (after: number, server: Server): Server =>
    (request) =>
      request.nth < after ? server(request) : [];

  it.each([
    ['open', honest],
    ['closed', closed(9001, 9002)],
  ])('after any packet leaves no silence that counts against a port that is %s', (_about, server) => {
    const truth = check(server);
    for (let after = 0; after <= truth.sent.length; after++) {
      const { evidence } = check(dying(after, server));
      const wrong = evidence.ports.filter(({ port, answers }) =>
        (Object.keys(answers) as Question[]).some(
          (question) => answers[question].kind === 'no' && truth.of(port).answers[question].kind !== 'no',
        ),
      );
      expect(wrong.map(({ port }) => ({ after, port }))).toEqual([]);
    }
  });

  it('is waited for, then the run ends, whatever is left to ask', () => {
    const many = Array.from({ length: 500 }, (_, index) => 9000 + index);
    const { endedAt, observed, evidence } = check(dying(40, honest), { ports: many });
    expect(endedAt).toBeLessThan(75_000);
    expect(observed('control-lost').length).toBeGreaterThan(8);
    expect(evidence.ports.filter(({ answers }) => Object.values(answers).some(({ kind }) => kind === 'no'))).toEqual(
      [],
    );
  });

  it('before the first packet: the ports are not asked anything', () => {
    const { observed, endedAt } = check(() => []);
    expect(observed('sent')).toEqual([]);
    expect(endedAt).toBeLessThan(15_000);
  });
});

describe('an interruption of the path', () => {
  const interrupted =
    (from: Milliseconds, duration: Milliseconds): Server =>
    (request) => {
      const isDown = (at: Milliseconds) => at >= from && at < from + duration;
      return isDown(request.at) ? [] : honest(request).filter(({ after }) => !isDown(request.at + after));
    };
  const moments = Array.from({ length: 40 }, (_, index) => 1003 + 97 * index);

  it.each<[server: string, allowedRate: number | null]>([
    ['a slow server, which is looked after every two seconds', null],
    ['one of our own', 20_000],
  ])('between two looks at %s closes no port', (_about, allowedRate) => {
    for (const duration of [300, 700, 1000, 1500, 1900])
      for (const from of moments) {
        const { of } = check(interrupted(from, duration), { ports: [9000], facts: { allowedRate } });
        const silences = Object.values(of(9000).answers).filter(({ kind }) => kind === 'no');
        expect({ from, duration, silences }).toEqual({ from, duration, silences: [] });
      }
  });
});

describe('of a role that is silent while the other lives', () => {
  it.each<[role: Endpoint, question: Question]>([
    [ALTERNATE_FIRST, 'cold'],
    [ALTERNATE, 'warm'],
  ])('%j no silence counts (%s)', (role, question) => {
    // It dies with the first question to a port.
    let dead = false;
    const half: Server = (request) => {
      dead ||= request.responsePort !== null && request.responsePort < 10_000;
      return honest(request).filter(
        ({ from, port }) =>
          !(dead && from.address === role.address && from.port === role.port) &&
          !(
            question === 'warm' &&
            port < 10_000 &&
            from.port === ALTERNATE_FIRST.port &&
            from.address === ALTERNATE_FIRST.address
          ),
      );
    };
    const { of } = check(half);
    expect(of(9000).answers[question].kind).toBe('unknown');
  });
});

describe('loss', () => {
  it('of 5 % each way never makes a run endless, nor an open port closed, nor a closed one open', () => {
    const ports = Array.from({ length: 24 }, (_, index) => 9000 + index);
    const isShut = (port: number) => port % 2 === 1;
    for (let seed = 1; seed <= 40; seed++) {
      const bytes = chance(seed);
      const isLost = () => (bytes(1)[0] ?? 0) < 25;
      const lossy: Server = (request) => closed(...ports.filter(isShut))(request).filter(() => !isLost());
      const { evidence } = check(lossy, { ports, input: { freeSockets: 18 } });
      const wrong = evidence.ports.filter(({ port, answers }) => answers.cold.kind === (isShut(port) ? 'yes' : 'no'));
      expect(wrong.map(({ port }) => ({ seed, port }))).toEqual([]);
    }
  });

  it('of half of all packets: nothing is called silent', () => {
    let turn = 0;
    const lossy: Server = (request) => (turn++ % 2 === 0 ? closed(...PORTS)(request) : []);
    const { observed } = check(lossy, { ports: PORTS, input: { rate: { kind: 'paced', packetsPerSecond: 50 } } });
    expect(observed('silent').filter(({ tries }) => tries < 7)).toEqual([]);
  });
});

describe('cancelling', () => {
  const settings: readonly [string, Server, Setting][] = [
    ['a happy run', honest, {}],
    [
      'a run with slices and a held port',
      closed(9001),
      {
        input: { freeSockets: 14 },
        options: { bind: ({ port }, nth) => (port === 9002 ? IN_USE : port || 51_000 + nth) },
      },
    ],
    [
      'a run whose helpers have to be replaced',
      honest,
      { options: { bind: ({ port }, nth) => port || (nth < 2 ? 9001 : 51_000 + nth) } },
    ],
    ['a silent server', () => [], {}],
  ];

  it.each(settings)('%s at every step closes everything once', (_about, server, setting) => {
    const { steps } = check(server, setting);
    for (let cancelAt = 0; cancelAt < steps; cancelAt++) {
      const { evidence, steps: done } = check(server, { ...setting, options: { ...setting.options, cancelAt } });
      expect([evidence.cancelled, done]).toEqual([true, cancelAt + 1]);
    }
    expect(steps).toBeGreaterThan(10);
  });

  it('before the first output opens nothing', () => {
    const engine = new RangeCheck(planOf(PORTS), chance());
    engine.handle({ kind: 'cancel' }, 5);
    const outputs = Array.from({ length: 3 }, () => engine.next(5));
    expect(outputs).toEqual([
      { kind: 'observed', observation: { kind: 'cancelled', at: 5 } },
      { kind: 'done' },
      { kind: 'done' },
    ]);
  });
});

describe('only the clock', () => {
  it('makes no circle: outputs are bounded, and the end comes', () => {
    const ticks = fc.array(fc.double({ min: 0, max: 3000, noNaN: true }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(ticks, fc.constantFrom(null, { kind: 'max' } as const), (gaps, rate) => {
        const engine = new RangeCheck(planOf(PORTS, {}, { rate }), chance());
        let now = 0;
        let most = 0;
        const drain = () => {
          for (let count = 0; ; count++) {
            const output = engine.next(now);
            most = Math.max(most, count);
            if (output.kind === 'wait' || output.kind === 'done' || count > 100) return output.kind;
            if (output.kind === 'open')
              engine.handle(
                { kind: 'bound', socket: output.socket, local: { ...output.local, port: output.local.port || 51_000 } },
                now,
              );
          }
        };
        let last = drain();
        for (let turn = 0; turn < 20_000 && last !== 'done'; turn++) {
          now += Math.max(1, gaps[turn % gaps.length] ?? 1);
          engine.handle({ kind: 'tick' }, now);
          last = drain();
        }
        expect([last, most <= 100]).toEqual(['done', true]);
      }),
      { numRuns: 30 },
    );
  });
});

describe('the rate', () => {
  const densest = (times: readonly Milliseconds[]) =>
    Math.max(...times.map((time, index) => times.slice(index).filter((other) => other < time + 1000).length));

  it.each([10, 100])('of %d is kept, whatever comes back', (packetsPerSecond) => {
    const rate = { kind: 'paced', packetsPerSecond } as const;
    const { sent } = check(closed(9001), { input: { rate } });
    // A round of control probes may come on top.
    expect(densest(sent.map(({ at }) => at))).toBeLessThanOrEqual(packetsPerSecond * 1.05 + 6);
  });

  it('of max has no more than a window under way', () => {
    const many = Array.from({ length: 2000 }, (_, index) => 9000 + index);
    const { sent } = check(honest, { ports: many, input: { rate: { kind: 'max' }, freeSockets: 5000 } });
    const perTime = new Map<Milliseconds, number>();
    for (const { at } of sent) perTime.set(at, (perTime.get(at) ?? 0) + 1);
    expect(sent.length).toBeGreaterThan(4000);
    expect(Math.max(...perTime.values())).toBeLessThanOrEqual(224 + 16);
  });
});

it('sends the elsewhere questions to where the plan says', () => {
  const { sent } = check(closed(9000), { ports: [9000] });
  const places = sent.filter(({ port, change }) => port === 9000 && !change).map(({ to }) => to);
  expect(places).toEqual([PRIMARY, PRIMARY_OTHER]);
});
