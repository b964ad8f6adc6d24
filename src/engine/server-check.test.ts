import { describe, expect, it } from 'vitest';
import { type Endpoint, endpoint, formatEndpoint, type Milliseconds, sameEndpoint } from '../base/index.ts';
import { collectServer } from '../evidence/index.ts';
import {
  CHANGED_ADDRESS,
  FULLCONE_CAPABILITIES,
  makeAttribute,
  OTHER_ADDRESS,
  type RawAttribute,
} from '../stun/index.ts';
import { judgeServer } from '../verdict/index.ts';
import { ServerCheck } from './server-check.ts';
import {
  but,
  drive,
  failure,
  honest,
  NO_MORE,
  type Request,
  ROUND_TRIP,
  roleFor,
  type Server,
  success,
} from './test-network.ts';
import { ALTERNATE, ALTERNATE_FIRST, chance, PRIMARY, PRIMARY_OTHER, STRANGER, seenFrom } from './test-plan.ts';
import type { ServerObservation, ServerQuestion } from './types.ts';

const CHECKED = [9000, 9001];

function check(server: Server, options: Parameters<typeof drive>[2] = {}) {
  const isChecked = (port: number) => CHECKED.includes(port);
  const engine = new ServerCheck({ name: 'stun.example', primary: PRIMARY }, '0.0.0.0', isChecked, chance());
  const run = drive<ServerObservation>(engine, server, options);
  const evidence = collectServer(run.observations);
  const { state, detail } = judgeServer(
    { name: 'stun.example', address: PRIMARY.address, port: PRIMARY.port },
    evidence,
  );
  const settled = (kind: ServerObservation['kind']) => [
    ...new Set(run.observations.flatMap((one) => (one.kind === kind && 'question' in one ? [one.question] : []))),
  ];
  return { ...run, evidence, is: detail ? `${state}: ${detail}` : state, settled };
}

const EVERYTHING: readonly ServerQuestion[] = [
  'binding',
  'listener-binding',
  'alternate',
  'alternate-primary-port',
  'primary-alternate-port',
  'response-port',
  'change-and-response-port',
];

/** Another text of the answer, from the same place. */
const saying =
  (attributes: (id: Uint8Array) => readonly RawAttribute[]): Server =>
  (request) =>
    honest(request).map((one) => ({
      ...one,
      bytes: success(request.id, seenFrom(request.port), attributes(request.id)),
    }));

const naming = (other: Endpoint): Server => saying((id) => [makeAttribute(OTHER_ADDRESS, other, id)]);

const mapping =
  (to: (request: Request) => Endpoint): Server =>
  (request) => {
    const other = makeAttribute(OTHER_ADDRESS, ALTERNATE, request.id);
    return honest(request).map((one) => ({ ...one, bytes: success(request.id, to(request), [other]) }));
  };

const refuses = (code: number, when: (request: Request) => boolean): Server =>
  but((request) =>
    when(request)
      ? [{ after: ROUND_TRIP, from: request.to, port: request.port, bytes: failure(request.id, code) }]
      : null,
  );

/** The server does not see this attribute of the request. */
const blindFor =
  (what: 'change' | 'responsePort', otherwise = honest): Server =>
  (request) =>
    otherwise({ ...request, [what]: null });

describe('a full server', () => {
  it('is found to be one, from two sockets that are not checked', () => {
    const { is, evidence, sent, settled, endedAt } = check(honest);
    expect(is).toBe('ok');
    expect(evidence).toMatchObject({
      other: ALTERNATE,
      otherPortAlive: true,
      responsePort: true,
      changeRequest: 'works',
    });
    expect(settled('server-answered')).toEqual(expect.arrayContaining([...EVERYTHING]));
    expect(new Set(sent.map(({ port }) => port))).toEqual(new Set([50_001, 50_002]));
    // Ten in a second, and the last answer.
    expect([sent.length, endedAt - 1000]).toEqual([8, 700 + ROUND_TRIP]);
  });

  it('is asked over a way that is open on every router: the control socket never speaks to another address', () => {
    const { sent } = check(honest);
    const places = (port: number) => [
      ...new Set(sent.flatMap((one) => (one.port === port ? [formatEndpoint(one.to)] : []))),
    ];
    expect(places(50_001)).toEqual([formatEndpoint(PRIMARY)]);
    expect(places(50_002)).toEqual([PRIMARY, ALTERNATE, ALTERNATE_FIRST, PRIMARY_OTHER].map(formatEndpoint));
  });

  it('says what it allows, when it is greeted', () => {
    const capabilities = { version: 1, responsePort: true, changeRequest: true, rate: 20_000 };
    const ours = saying((id) => [
      makeAttribute(OTHER_ADDRESS, ALTERNATE, id),
      makeAttribute(FULLCONE_CAPABILITIES, capabilities, id),
    ]);
    expect(check(ours).evidence.allowedRate).toBe(20_000);
  });

  it('may be an old one: CHANGED-ADDRESS', () => {
    expect(check(saying((id) => [makeAttribute(CHANGED_ADDRESS, ALTERNATE, id)])).is).toBe('ok');
  });
});

describe('behind a NAT', () => {
  /** Lets in only from where a socket has sent to; each pair of socket and peer has its own public port, or not. */
  const nat = (publicPort: (local: number, peer: Endpoint) => number, server: Server): Server => {
    const ways = new Map<string, number>();
    return (request) => {
      const port = publicPort(request.port, request.to);
      ways.set(`${port} ${formatEndpoint(request.to)}`, request.port);
      return server({ ...request, port }).flatMap((one) => {
        const local = ways.get(`${one.port} ${formatEndpoint(one.from)}`);
        return local === undefined ? [] : [{ ...one, port: local }];
      });
    };
  };
  const symmetric = (local: number, { address, port }: Endpoint) =>
    20_000 + 100 * (local - 50_000) + 10 * (port - 3478) + (address === PRIMARY.address ? 1 : 2);

  it.each<[about: string, publicPort: (local: number, peer: Endpoint) => number]>([
    ['that keeps ports', (local) => local],
    ['that maps elsewhere', (local) => local - 10_000],
    ['that is symmetric', symmetric],
  ])('%s everything is found all the same', (_about, publicPort) => {
    const { is, evidence } = check(nat(publicPort, honest));
    expect([is, evidence.responsePort, evidence.changeRequest]).toEqual(['ok', true, 'works']);
  });

  it('that is symmetric a server without RESPONSE-PORT cannot show CHANGE-REQUEST: that is no lie', () => {
    const { is, evidence } = check(nat(symmetric, blindFor('responsePort')));
    expect([is, evidence.changeRequest]).toEqual(['ok: no-response-port', 'unknown']);
  });

  it('that is symmetric a server that ignores CHANGE-REQUEST is found out', () => {
    expect(check(nat(symmetric, blindFor('change'))).is).toBe('basic: ignores-change-request');
  });
});

describe('a server that lies', () => {
  const LIES: readonly [about: string, server: Server, is: string][] = [
    ['names itself', naming(endpoint(PRIMARY.address, 3479)), 'malformed: same-address'],
    ['names a private address', naming(endpoint('192.168.0.1', 3479)), 'malformed: not-public'],
    ['names the same port', naming(ALTERNATE_FIRST), 'no-second-address: same-port'],
    ['names IPv6', naming(endpoint('2001:db8::20', 3479)), 'no-second-address: other-family'],
    ['names nobody', saying(() => []), 'no-second-address'],
    [
      'names an address that is dead',
      but((request) => (request.to.address === ALTERNATE.address ? [] : null)),
      'no-second-address: alternate-silent',
    ],
    [
      'names an address that is half dead',
      but((request) => (sameEndpoint(request.to, ALTERNATE_FIRST) ? [] : null)),
      'no-second-address: alternate-silent',
    ],
    ['answers CHANGE-REQUEST from the unchanged address', blindFor('change'), 'basic: ignores-change-request'],
    ['ignores both attributes', blindFor('change', blindFor('responsePort')), 'basic: ignores-change-request'],
    ['ignores RESPONSE-PORT', blindFor('responsePort'), 'ok: no-response-port'],
    ['refuses RESPONSE-PORT', refuses(420, ({ responsePort }) => responsePort !== null), 'ok: no-response-port'],
    [
      'refuses CHANGE-REQUEST',
      refuses(420, ({ change }) => change !== null),
      'no-second-address: refuses-change-request',
    ],
    [
      'refuses CHANGE-REQUEST as RFC 3489 has it',
      refuses(400, ({ change }) => change !== null),
      'no-second-address: refuses-change-request',
    ],
    ['is silent on CHANGE-REQUEST', but(({ change }) => (change ? [] : null)), 'basic: change-request-silent'],
    [
      'lets a third address answer for the alternate',
      but((request) => honest(request).map((one) => (request.change ? { ...one, from: STRANGER } : one))),
      'malformed: no-valid-answer',
    ],
    [
      'lets a third address answer when it is asked straight',
      but((request) =>
        honest(request).map((one) => (request.to.address === ALTERNATE.address ? { ...one, from: STRANGER } : one)),
      ),
      'malformed: no-valid-answer',
    ],
    [
      'lets a third address answer everything',
      but((request) => honest(request).map((one) => ({ ...one, from: STRANGER }))),
      'malformed: no-valid-answer',
    ],
    ['refuses everything', refuses(500, () => true), 'throttling: error-answer'],
    ['refuses everything, for what it is', refuses(400, () => true), 'malformed: error-answer'],
    [
      'answers without a mapping',
      but((request) => honest(request).map((one) => ({ ...one, bytes: success(request.id, seenFrom(0)) }))),
      'malformed: no-valid-answer',
    ],
    [
      'lets a third address refuse',
      (request) => [{ after: ROUND_TRIP, from: STRANGER, port: request.port, bytes: failure(request.id, 420) }],
      'malformed: no-valid-answer',
    ],
    [
      'cuts its answers off',
      but((request) => honest(request).map((one) => ({ ...one, bytes: one.bytes.slice(0, -2) }))),
      'malformed: no-valid-answer',
    ],
    ['is silent', () => [], 'unreachable'],
    [
      "answers with somebody else's id",
      but((request) => honest(request).map((one) => ({ ...one, bytes: success(new Uint8Array(12), seenFrom(1)) }))),
      'malformed: no-valid-answer',
    ],
    [
      'lets the primary answer for the alternate',
      but((request) =>
        honest(request).map((one) => (request.to.address === ALTERNATE.address ? { ...one, from: PRIMARY } : one)),
      ),
      'no-second-address: alternate-silent',
    ],
    ['gives another mapping each time', mapping(({ nth }) => seenFrom(1000 + nth)), 'malformed: no-valid-answer'],
    ['gives both sockets the same mapping', mapping(() => seenFrom(1)), 'malformed: no-valid-answer'],
    [
      'gives a mapping at which nothing arrives',
      mapping(({ port }) => seenFrom(port - 10_000)),
      'malformed: maps-elsewhere',
    ],
    [
      'gives one at which nothing arrives, nor at the own number',
      but(
        ({ responsePort }) => (responsePort === null ? null : []),
        mapping(({ port }) => seenFrom(port - 10_000)),
      ),
      'ok: no-response-port',
    ],
    ['maps to this machine', mapping(({ port }) => endpoint('127.0.0.1', port)), 'malformed: no-valid-answer'],
    [
      'has the right id in its first answer only',
      but((request) => (request.nth < 2 ? null : honest(request).map((one) => ({ ...one, bytes: Uint8Array.of(1) })))),
      'malformed: no-valid-answer',
    ],
    [
      'echoes what it gets',
      (request) => [{ after: 1, from: request.to, port: request.port, bytes: Uint8Array.of(0, 1, 0, 0) }],
      'malformed: no-valid-answer',
    ],
  ];

  it.each(LIES)('%s', (_about, server, is) => {
    expect(check(server).is).toBe(is);
  });

  it.each(LIES)('%s: nothing more is sent than needed, and not for long', (_about, server) => {
    const { sent, endedAt } = check(server);
    expect(sent.length).toBeLessThanOrEqual(9 * EVERYTHING.length);
    expect(endedAt - 1000).toBeLessThan(9000);
  });

  it('has an error of its own once, and is asked again (RFC 8489 section 14.8)', () => {
    let errors = 0;
    const stumbles: Server = (request) => (errors++ < 2 ? refuses(500, () => true)(request) : honest(request));
    expect(check(stumbles).is).toBe('ok');
  });

  it('is told of once, however often it answers', () => {
    const hundred = but((request) =>
      honest(request).flatMap((one) => Array.from({ length: 100 }, () => ({ ...one, bytes: one.bytes.slice(0, -2) }))),
    );
    expect(check(hundred).settled('server-strange')).toEqual(['binding', 'listener-binding']);
  });

  it('is asked for an answer at the own number only where there is no other way to know', () => {
    const asked = (server: Server) => check(server).sent.length;
    const isSilent = but(({ responsePort, change }) => (responsePort !== null && !change ? [] : null));
    expect(asked(isSilent)).toBe(asked(honest) + 7);
    expect(check(isSilent).settled('server-silent')).toEqual(['response-port']);
  });

  it('about its address is asked nothing there', () => {
    const { sent } = check(naming(endpoint('192.168.0.1', 3479)));
    expect(new Set(sent.map(({ to }) => to.address))).toEqual(new Set([PRIMARY.address]));
  });

  it('answers on another port of the right address: that is for the router to know', () => {
    const moved = but((request) => honest(request).map((one) => ({ ...one, from: { ...one.from, port: 40_000 } })));
    expect(check(moved).is).toBe('ok');
  });
});

describe('no time is lost', () => {
  const duration = (server: Server) => check(server).endedAt - 1000;

  it('a silent server is asked eight times, for three and a half seconds', () => {
    const { sent, endedAt } = check(() => []);
    expect([sent.length, endedAt - 1000]).toEqual([16, 3400]);
  });

  it('of a server with one address nothing else is awaited', () => {
    const deaf = but(
      ({ port }) => (port === 50_002 ? [] : null),
      saying(() => []),
    );
    expect(duration(deaf)).toBe(ROUND_TRIP);
  });

  it('one way to see CHANGE-REQUEST work is enough', () => {
    const half = but(({ change, responsePort }) => (change && responsePort === null ? [] : null));
    expect(duration(half)).toBeLessThan(1000);
  });
});

describe('the way', () => {
  it.each<Milliseconds>([1, 99, 101, 250, 600, 1500])('may be long: %d ms there and back', (after) => {
    const { is, sent } = check((request) => honest(request).map((one) => ({ ...one, after })));
    expect(is).toBe('ok');
    expect(sent.length).toBeLessThan(60);
  });

  it('may lose every second packet', () => {
    for (const odd of [0, 1]) {
      let turn = odd;
      expect(check((request) => (turn++ % 2 === 0 ? honest(request) : [])).is).toBe('ok');
    }
  });

  it('may lose all but the last of eight tries', () => {
    const tries = new Map<string, number>();
    const stubborn: Server = (request) => {
      const key = JSON.stringify([request.port, request.to, request.change, request.responsePort]);
      tries.set(key, (tries.get(key) ?? 0) + 1);
      return tries.get(key) === 8 ? honest(request) : [];
    };
    expect(check(stubborn).is).toBe('ok');
  });

  it('may double everything, and bring it late again', () => {
    const { is, settled } = check((request) => honest(request).flatMap((one) => [one, one, { ...one, after: 300 }]));
    expect([is, settled('server-strange')]).toEqual(['ok: answers-repeated', []]);
    expect(settled('server-repeated')).toHaveLength(EVERYTHING.length);
  });

  it('may bring an answer to another socket: it counts for none', () => {
    const crossed = but((request) =>
      honest(request).map((one) => ({ ...one, port: one.port === 50_001 ? 50_002 : 50_001 })),
    );
    expect(check(crossed).is).toBe('malformed: no-valid-answer');
  });
});

describe('the system', () => {
  it('may have no socket', () => {
    const { is, observations, sent } = check(honest, { limit: 1 });
    expect([is, sent]).toEqual(['unreachable: EMFILE', []]);
    expect(observations).toEqual([expect.objectContaining({ kind: 'server-socket-failed', failure: NO_MORE })]);
  });

  it('may give checked ports', () => {
    const { is, sent } = check(honest, { bind: (_local, nth) => (nth < 3 ? 9000 : 50_000 + nth) });
    expect(is).toBe('ok');
    expect(sent.some(({ port }) => port === 9000)).toBe(false);
  });

  it('may not let a packet out', () => {
    const failed = { kind: 'unreachable', code: 'ENETUNREACH' } as const;
    expect(check(() => [], { refuses: () => failed }).is).toBe('unreachable: ENETUNREACH');
  });
});

describe('cancelling', () => {
  it.each<[about: string, server: Server]>([
    ['a full server', honest],
    ['a silent server', () => []],
    ['a server that ignores RESPONSE-PORT', blindFor('responsePort')],
  ])('%s at every step closes everything once', (_about, server) => {
    const { steps } = check(server);
    for (let cancelAt = 0; cancelAt < steps; cancelAt++) {
      const { observations, steps: done } = check(server, { cancelAt });
      expect([done, observations.length <= steps]).toEqual([cancelAt + 1, true]);
    }
    expect(steps).toBeGreaterThan(5);
  });

  it('before the first output opens nothing', () => {
    const engine = new ServerCheck({ name: 'x', primary: PRIMARY }, '0.0.0.0', () => false, chance());
    engine.handle({ kind: 'cancel' }, 1);
    expect(engine.next(1)).toEqual({ kind: 'done' });
  });
});

it('is tested with a server that answers from where RFC 5780 section 7.2 says', () => {
  const from = (to: Endpoint, address: boolean, port: boolean) =>
    roleFor({
      at: 0,
      port: 1,
      to,
      id: new Uint8Array(12),
      change: { address, port },
      responsePort: null,
      token: null,
      isOrder: false,
      packet: new Uint8Array(12),
      hello: false,
      nth: 0,
    });
  expect(from(PRIMARY, true, true)).toEqual(ALTERNATE);
  expect(from(PRIMARY, true, false)).toEqual(ALTERNATE_FIRST);
  expect(from(PRIMARY, false, true)).toEqual(PRIMARY_OTHER);
  expect(from(ALTERNATE, true, true)).toEqual(PRIMARY);
});
