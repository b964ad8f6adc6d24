import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Endpoint } from '../base/index.ts';
import type { Engine, Output } from '../engine/index.ts';
import { IgdMapper, type IgdTask } from './igd-mapper.ts';
import type { MapObservation, Mapping, MapTask } from './mapping.ts';
import { NAT_PMP } from './nat-pmp-map.ts';
import { pcp } from './pcp-map.ts';
import {
  fault,
  fieldOf,
  GATEWAY,
  type Lies,
  LOCAL,
  type PretendRouter,
  page,
  pretendRouter,
  said,
  serviceText,
} from './test-router.ts';
import { UdpMapper } from './udp-mapper.ts';

const NONCE = Uint8Array.from({ length: 12 }, (_, index) => index + 1);
const TARGET = { gateway: GATEWAY, local: LOCAL };
const udp = (...ports: number[]): Mapping[] => ports.map((port) => ({ protocol: 'udp', port }));
const task = (mappings: readonly Mapping[], kind: MapTask['kind'] = 'make', lifetime = 600): MapTask => ({
  ...{ kind, mappings, lifetime },
});

type By = 'pcp' | 'nat-pmp' | 'upnp';
const engineFor = (by: By, what: IgdTask): Engine<MapObservation> => {
  if (by === 'upnp') return new IgdMapper(TARGET, what);
  if (what.kind === 'list' || what.kind === 'look') throw new Error('only UPnP lists');
  return new UdpMapper(TARGET, by === 'pcp' ? pcp(LOCAL, NONCE) : NAT_PMP, what);
};

interface Course {
  readonly seen: MapObservation[];
  readonly asked: Endpoint[];
  readonly sent: number;
  readonly ended: number;
}

/** Carries out what the engine asks for; time passes only where it waits. `lost`: a packet, counted from 1, that is lost. */
function carryOut(
  engine: Engine<MapObservation>,
  router: PretendRouter,
  {
    lost = () => false,
    cancelAfter = Number.POSITIVE_INFINITY,
    from = GATEWAY,
    fromPort = 5351,
  }: {
    lost?: (packet: number) => boolean;
    cancelAfter?: number;
    from?: string;
    fromPort?: number;
  } = {},
): Course {
  const seen: MapObservation[] = [];
  const asked: Endpoint[] = [];
  let [now, sent, isOpen] = [0, 0, false];
  const act = (output: Output<MapObservation>): void => {
    if (output.kind === 'open')
      engine.handle({ kind: 'bound', socket: output.socket, local: { address: LOCAL, port: 40_000 } }, now);
    isOpen = output.kind === 'open' || (isOpen && output.kind !== 'close');
    if (output.kind === 'observed') seen.push(output.observation);
    if (output.kind === 'observed' && seen.filter(({ kind }) => kind === 'map-outcome').length === cancelAfter)
      engine.handle({ kind: 'cancel' }, now);
    if (output.kind === 'send') {
      sent++;
      asked.push(output.to);
      if (output.to.address !== GATEWAY || lost(sent)) return;
      const bytes = router.hear(output.bytes, output.to.port);
      const port = output.to.port === 5351 ? fromPort : output.to.port;
      if (bytes) engine.handle({ kind: 'datagram', socket: 1, bytes, from: { address: from, port } }, now);
    }
    if (output.kind === 'exchange') {
      asked.push(output.to);
      const bytes = router.serve(output.request.bytes, output.to);
      engine.handle({ kind: 'exchanged', exchange: output.exchange, bytes }, now);
    }
  };
  for (let steps = 0; steps < 100_000; steps++) {
    const output = engine.next(now);
    if (output.kind === 'done') {
      if (isOpen) throw new Error('its socket is open');
      return { seen, asked, sent, ended: now };
    }
    if (output.kind === 'wait') {
      if (output.until === Number.POSITIVE_INFINITY) throw new Error('it waits for ever');
      now = Math.max(now, output.until);
      engine.handle({ kind: 'tick' }, now);
    } else act(output);
  }
  throw new Error('it has no end');
}

const outcomes = ({ seen }: Pick<Course, 'seen'>) =>
  seen.flatMap((one) =>
    one.kind === 'map-outcome' ? [[`${one.mapping.protocol} ${one.mapping.port}`, one.outcome]] : [],
  );
const made = (by: By, lies: Lies = {}, mappings = udp(9000)) => {
  const router = pretendRouter(lies);
  return { router, ...carryOut(engineFor(by, task(mappings)), router) };
};

const ALL = ['pcp', 'nat-pmp', 'upnp'] as const;

describe.each(ALL)('%s', (by) => {
  test('makes each port to the same number, for this machine alone, and deletes it', () => {
    const mappings: Mapping[] = [...udp(5060, 9000), { protocol: 'tcp', port: 5061 }];
    const { router, ...course } = made(by, {}, mappings);
    expect(outcomes(course)).toEqual(
      ['udp 5060', 'udp 9000', 'tcp 5061'].map((name) => [name, { kind: 'made', lifetime: 600 }]),
    );
    expect([...router.held].map(([name, { client, clientPort }]) => `${name} ${client} ${clientPort}`)).toEqual(
      mappings.map(({ protocol, port }) => `${protocol} ${port} ${LOCAL} ${port}`),
    );
    expect(course.seen).toContainEqual(expect.objectContaining({ kind: 'map-address', address: '203.0.113.44' }));
    const gone = carryOut(engineFor(by, task(mappings, 'delete')), router);
    expect(outcomes(gone).map(([, outcome]) => outcome)).toEqual(mappings.map(() => ({ kind: 'deleted' })));
    expect(router.held.size).toBe(0);
  });

  test('what somebody else has is a conflict, and stays his', () => {
    const router = pretendRouter();
    const his = { client: '192.168.0.50', clientPort: 9000, description: 'his', lease: 0 };
    router.held.set('udp 9000', his);
    const course = carryOut(engineFor(by, task(udp(9000, 9001))), router);
    expect(outcomes(course)).toMatchObject([
      ['udp 9000', { kind: 'conflict', left: null }],
      ['udp 9001', { kind: 'made' }],
    ]);
    expect([...router.held.keys()]).toEqual(['udp 9000', 'udp 9001']);
    expect(router.held.get('udp 9000')).toBe(his);
  });

  test('2,001 ports, one after the other', () => {
    const ports = udp(...Array.from({ length: 2_001 }, (_, index) => 9000 + index));
    const { router, ...course } = made(by, {}, ports);
    expect(outcomes(course).filter(([, outcome]) => JSON.stringify(outcome).includes('made'))).toHaveLength(2_001);
    expect(router.held.size).toBe(2_001);
  });

  test('cancelled, it asks for nothing more, and says what it did not ask for', () => {
    const router = pretendRouter();
    const course = carryOut(engineFor(by, task(udp(9000, 9001, 9002, 9003))), router, { cancelAfter: 2 });
    const kinds = outcomes(course).map(([, outcome]) => (outcome as { kind: string }).kind);
    expect(kinds.filter((kind) => kind === 'made')).toHaveLength(router.held.size);
    expect(kinds).toHaveLength(4);
    expect(kinds.at(-1)).toBe('not-asked');
    expect(course.seen.at(-1)?.kind).toBe('map-cancelled');
  });

  test('cancelled before an answer, it waits two seconds more, and says that it may have been made', () => {
    const engine = engineFor(by, task(udp(9000, 9001)));
    const router = pretendRouter();
    let now = 0;
    const outcomesSeen: unknown[] = [];
    // Whatever is sent once it has begun to change something stays without an answer.
    for (let steps = 0, isDeaf = false; steps < 1_000; steps++) {
      const output = engine.next(now);
      if (output.kind === 'done') break;
      if (output.kind === 'wait') {
        if (isDeaf && now === 0) engine.handle({ kind: 'cancel' }, now);
        now = Math.max(now, engine.next(now).kind === 'wait' ? Math.min(output.until, now + 500) : now);
      } else if (output.kind === 'open') {
        engine.handle({ kind: 'bound', socket: 1, local: { address: LOCAL, port: 40_000 } }, now);
      } else if (output.kind === 'observed' && output.observation.kind === 'map-outcome') {
        outcomesSeen.push(output.observation.outcome.kind);
      } else if (output.kind === 'send' && output.to.address === GATEWAY && !isDeaf) {
        const bytes = router.hear(output.bytes, output.to.port);
        isDeaf = router.log.length > 0;
        if (bytes && !isDeaf) engine.handle({ kind: 'datagram', socket: 1, bytes, from: output.to }, now);
      } else if (output.kind === 'exchange') {
        const bytes = router.serve(output.request.bytes, output.to);
        isDeaf = router.log.length > 0;
        if (!isDeaf) engine.handle({ kind: 'exchanged', exchange: output.exchange, bytes }, now);
      }
    }
    expect([outcomesSeen, now]).toEqual([['no-answer', 'not-asked'], 2_000]);
  });

  test('is silent: nothing is asked for that changes anything', () => {
    const { router, seen, ended } = made(by, { speaks: [] });
    expect(seen).toEqual([expect.objectContaining({ kind: 'map-not-spoken', why: 'silent' })]);
    expect([ended, router.log]).toEqual([2_500, []]);
  });
});

describe('NAT-PMP and PCP', () => {
  test('a PCP server is asked firmly; one that knows no firmness is asked again', () => {
    expect(made('pcp').router.log).toEqual([`pcp ${LOCAL} udp 9000->9000 600 firm`]);
    const { router, ...course } = made('pcp', { knowsNoFirmness: true });
    expect(router.log).toEqual([`pcp ${LOCAL} udp 9000->9000 600 firm`, `pcp ${LOCAL} udp 9000->9000 600`]);
    expect(outcomes(course)).toMatchObject([['udp 9000', { kind: 'made' }]]);
  });

  test.each(['pcp', 'nat-pmp'] as const)('%s: another public port is no success, and is given back at once', (by) => {
    const { router, ...course } = made(by, { gives: 40_000 });
    expect(outcomes(course)).toEqual([['udp 9000', { kind: 'conflict', owner: null, left: null }]]);
    expect([router.held.size, router.log]).toHaveLength(2);
    expect(router.held.size).toBe(0);
    expect(router.log.at(-1)).toMatch(/udp 9000->\d+ 0$/);
  });

  test.each(['pcp', 'nat-pmp'] as const)('%s: what is not taken back is told', (by) => {
    const { ...course } = made(by, { gives: 40_000, keeps: 2 });
    expect(outcomes(course)).toEqual([['udp 9000', { kind: 'conflict', owner: null, left: 40_000 }]]);
  });

  test.each([
    ['pcp', 2, 'denied'],
    ['pcp', 7, 'no-address'],
    ['pcp', 8, 'no-resources'],
    ['pcp', 10, 'no-resources'],
    ['pcp', 11, 'conflict'],
    ['pcp', 12, 'failed'],
    ['nat-pmp', 2, 'denied'],
    ['nat-pmp', 3, 'no-address'],
    ['nat-pmp', 4, 'no-resources'],
    ['nat-pmp', 9, 'failed'],
  ] as const)('%s code %i: %s', (by, code, kind) => {
    expect(outcomes(made(by, { code }))).toMatchObject([['udp 9000', { kind }]]);
  });

  test.each([
    ['pcp', 4],
    ['nat-pmp', 5],
  ] as const)('%s code %i: it does not know mappings at all', (by, code) => {
    const course = made(by, { code }, udp(9000, 9001));
    expect(course.seen.at(-1)).toMatchObject({ kind: 'map-not-spoken', why: 'unsupported' });
    expect(outcomes(course)).toEqual([]);
  });

  test('who knows the other one alone says so at once', () => {
    const { seen, ended } = made('pcp', { speaks: ['nat-pmp'] });
    expect([seen[0], ended]).toMatchObject([{ kind: 'map-not-spoken', why: 'unsupported' }, 0]);
  });

  test('with another nonce nothing is deleted', () => {
    const { router } = made('pcp');
    const stranger = new UdpMapper(TARGET, pcp(LOCAL, new Uint8Array(12)), task(udp(9000), 'delete'));
    expect(outcomes(carryOut(stranger, router))).toMatchObject([['udp 9000', { kind: 'not-ours' }]]);
    expect(router.held.size).toBe(1);
  });

  test.each(['pcp', 'nat-pmp'] as const)(
    '%s: a lost packet is sent again; after two ports without an answer it is over',
    (by) => {
      const once = carryOut(engineFor(by, task(udp(9000))), pretendRouter(), { lost: (packet) => packet === 2 });
      expect(outcomes(once)).toMatchObject([['udp 9000', { kind: 'made' }]]);
      const dead = carryOut(engineFor(by, task(udp(9000, 9001, 9002))), pretendRouter(), {
        lost: (packet) => packet > 1,
      });
      expect(outcomes(dead).map(([, outcome]) => outcome)).toEqual([
        { kind: 'no-answer' },
        { kind: 'no-answer' },
        { kind: 'not-asked' },
      ]);
      expect(dead.ended).toBe(40_000);
    },
  );

  test.each([
    ['another host', { from: '192.168.0.50' }],
    ['another port', { fromPort: 5350 }],
  ])('an answer of %s is none', (_, how) => {
    expect(carryOut(engineFor('nat-pmp', task(udp(9000))), pretendRouter(), how).seen).toMatchObject([
      { why: 'silent' },
    ]);
  });

  test('an answer with the nonce of somebody else is none', () => {
    const router = pretendRouter();
    const hear = router.hear.bind(router);
    router.hear = (bytes, port) => {
      const answer = hear(bytes, port);
      if (answer && answer.length > 24) answer[24] = 99;
      return answer;
    };
    expect(outcomes(carryOut(engineFor('pcp', task(udp(9000))), router))).toMatchObject([
      ['udp 9000', { kind: 'no-answer' }],
    ]);
  });

  test('whatever comes, nothing throws', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('pcp' as const, 'nat-pmp' as const),
        fc.array(fc.uint8Array({ maxLength: 70 }), { maxLength: 8 }),
        (by, answers) => {
          const router = pretendRouter();
          const hear = router.hear.bind(router);
          const queue = [...answers];
          router.hear = (bytes, port) => queue.shift() ?? hear(bytes, port);
          const { seen } = carryOut(engineFor(by, task(udp(9000, 9001))), router);
          expect(seen.length).toBeGreaterThan(0);
        },
      ),
    );
  });
});

describe('UPnP', () => {
  const entry = (client: string, clientPort: number, description: string, more = {}) =>
    said('GetSpecificPortMappingEntry', {
      ...{ NewInternalPort: clientPort, NewInternalClient: client, NewEnabled: 1, NewLeaseDuration: 0 },
      NewPortMappingDescription: description,
      ...more,
    });

  test('who has it is told', () => {
    const router = pretendRouter();
    router.held.set('udp 9000', { client: '192.168.0.50', clientPort: 5000, description: 'Skype', lease: 0 });
    expect(outcomes(carryOut(engineFor('upnp', task(udp(9000))), router))).toMatchObject([
      ['udp 9000', { owner: { client: '192.168.0.50', clientPort: 5000, description: 'Skype' } }],
    ]);
    // A router that would let us take it was not even asked.
    expect(router.log).toEqual([]);
  });

  test.each([
    ['made by others for this machine, one to one: left alone', 9000, 'pbx', 'present', 0],
    ['of this machine, but another port', 9001, 'pbx', 'conflict', 0],
    ['ours: asked for again', 9000, 'fullcone', 'made', 1],
  ] as const)('there before, %s', (_, clientPort, description, kind, asked) => {
    const router = pretendRouter();
    router.held.set('udp 9000', { client: LOCAL, clientPort, description, lease: 0 });
    expect(outcomes(carryOut(engineFor('upnp', task(udp(9000))), router))).toMatchObject([['udp 9000', { kind }]]);
    expect(router.log).toHaveLength(asked);
  });

  test('nothing of others is deleted', () => {
    const router = pretendRouter();
    router.held.set('udp 9000', { client: '192.168.0.50', clientPort: 9000, description: 'fullcone', lease: 0 });
    router.held.set('udp 9001', { client: LOCAL, clientPort: 9001, description: 'pbx', lease: 0 });
    const course = carryOut(engineFor('upnp', task(udp(9000, 9001, 9002), 'delete')), router);
    expect(outcomes(course)).toMatchObject([
      ['udp 9000', { kind: 'not-ours' }],
      ['udp 9001', { kind: 'not-ours' }],
      ['udp 9002', { kind: 'absent' }],
    ]);
    expect([router.held.size, router.log]).toEqual([2, []]);
  });

  test.each([
    [606, 'denied'],
    [401, 'denied'],
    [501, 'failed'],
    [718, 'conflict'],
    [725, 'permanent-only'],
    [728, 'no-resources'],
    [729, 'conflict'],
  ] as const)('error %i: %s', (code, kind) => {
    expect(outcomes(made('upnp', { says: { AddPortMapping: () => fault(code) } }))).toMatchObject([
      ['udp 9000', { kind }],
    ]);
  });

  test.each([
    ['has another host in it', () => entry('192.168.0.50', 9000, 'fullcone'), 'differs'],
    ['has another port in it', () => entry(LOCAL, 9001, 'fullcone'), 'differs'],
    ['is switched off', () => entry(LOCAL, 9000, 'fullcone', { NewEnabled: 0 }), 'differs'],
    ['is for one peer alone', () => entry(LOCAL, 9000, 'fullcone', { NewRemoteHost: '198.51.100.7' }), 'differs'],
    ['is not there', () => fault(714), 'differs'],
    ['cannot be asked for', () => fault(401), 'made'],
  ] as const)('it says yes, and the entry %s', (_, then, kind) => {
    let looks = 0;
    const course = made('upnp', {
      says: { GetSpecificPortMappingEntry: () => (++looks === 1 ? fault(714) : then()) },
    });
    expect(outcomes(course)).toMatchObject([['udp 9000', { kind }]]);
    const isThere = then().includes('NewInternalClient');
    expect(course.router.log.filter((line) => line.startsWith('delete'))).toHaveLength(isThere ? 1 : 0);
  });

  test('where it was not known whose it was, what is there afterwards is not deleted', () => {
    let looks = 0;
    const says = {
      GetSpecificPortMappingEntry: () => (++looks === 1 ? fault(501) : entry('192.168.0.50', 9000, 'his')),
    };
    const course = made('upnp', { says });
    expect(outcomes(course)).toMatchObject([['udp 9000', { kind: 'conflict', owner: { client: '192.168.0.50' } }]]);
    expect(course.router.log.join()).not.toMatch(/delete/);
  });

  test.each([
    ['a page to sign in', () => page('<html><body>Please sign in</body></html>')],
    ['garbage', () => 'x'.repeat(5_000)],
    ['a redirection', () => 'HTTP/1.1 302 Found\r\nLocation: http://198.51.100.1/\r\nContent-Length: 0\r\n\r\n'],
    ['XML that does not end', () => page('<a>'.repeat(20_000))],
    ['a document type', () => page('<!DOCTYPE x [<!ENTITY a "b">]><NewInternalPort>9000</NewInternalPort>')],
  ])('%s is no yes, and nobody else is asked', (_, answer) => {
    for (const action of ['GetSpecificPortMappingEntry', 'AddPortMapping', 'GetExternalIPAddress']) {
      const course = made('upnp', { says: { [action]: answer } });
      const yes = action === 'GetSpecificPortMappingEntry' || action === 'AddPortMapping' ? 0 : 1;
      const good = outcomes(course).filter(([, outcome]) => JSON.stringify(outcome).includes('made')).length;
      // An entry that cannot be looked at, by an error of HTTP, is no hindrance; a malformed one is.
      expect(good).toBe(action === 'GetSpecificPortMappingEntry' && answer().includes('302') ? 1 : yes);
      expect(new Set(course.asked.map(({ address }) => address))).toEqual(new Set([GATEWAY, '239.255.255.250']));
    }
  });

  test.each([
    'http://192.168.0.50:5000/d',
    'http://198.51.100.1/d',
    'https://192.168.0.1/d',
    'http://192.168.0.1@198.51.100.1/d',
    'file:///etc/passwd',
  ])('a description at %s is not fetched', (location) => {
    const course = made('upnp', { location });
    expect(course.seen).toMatchObject([{ kind: 'map-not-spoken', why: 'malformed' }]);
    expect(course.router.log).toEqual([]);
  });

  test('a service elsewhere is not asked', () => {
    const description = page(`<root>${serviceText('http://198.51.100.1/ctl')}</root>`);
    const course = made('upnp', { description });
    expect(course.seen).toMatchObject([{ kind: 'map-not-spoken', why: 'malformed' }]);
    expect(course.asked.every(({ address }) => [GATEWAY, '239.255.255.250'].includes(address))).toBe(true);
  });

  test('of two lines the one that has an address, and the other one is named', () => {
    let line = 0;
    const addresses = ['', '203.0.113.44', '203.0.113.55'];
    const description = page(`<root>${['/1', '/2', '/3'].map(serviceText).join('')}</root>`);
    const GetExternalIPAddress = () => said('GetExternalIPAddress', { NewExternalIPAddress: addresses[line++] ?? '' });
    const router = pretendRouter({ description, says: { GetExternalIPAddress } });
    const places: string[] = [];
    const serve = router.serve.bind(router);
    router.serve = (bytes, to) => {
      const text = new TextDecoder().decode(bytes);
      if (text.includes('#AddPortMapping')) places.push(text.slice(0, 7));
      return serve(bytes, to);
    };
    const { seen } = carryOut(engineFor('upnp', task(udp(9000))), router);
    const told = seen.flatMap((one) => (one.kind === 'map-address' ? [[one.address, one.used]] : []));
    expect(told).toEqual([
      ['203.0.113.44', true],
      ['203.0.113.55', false],
    ]);
    expect(places).toEqual(['POST /2']);
  });

  test('its list: whole, or broken off', () => {
    const router = pretendRouter();
    router.held.set('udp 9000', { client: '192.168.0.50', clientPort: 1, description: 'x'.repeat(5_000), lease: 9 });
    router.held.set('tcp 80', { client: LOCAL, clientPort: 80, description: '', lease: 0 });
    const { seen } = carryOut(engineFor('upnp', { kind: 'list' }), router);
    expect(
      seen.flatMap((one) => (one.kind === 'map-entry' ? [[one.entry.externalPort, one.entry.description.length]] : [])),
    ).toEqual([
      [9000, 256],
      [80, 0],
    ]);
    expect(seen.at(-1)).toMatchObject({ kind: 'map-listed', whole: true });
    expect(router.log).toEqual([]);
  });

  test('a list that never ends, does', () => {
    const again = said('GetGenericPortMappingEntry', {
      NewExternalPort: 1,
      NewProtocol: 'UDP',
      NewInternalPort: 1,
      NewInternalClient: LOCAL,
    });
    const endless = (text: string) => again.replace('>1<', `>${Number(fieldOf(text, 'NewPortMappingIndex')) + 1}<`);
    for (const [lie, most] of [
      [() => again, 1],
      [endless, 5_000],
      [() => page('<x/>'), 0],
    ] as const) {
      const { seen } = carryOut(
        engineFor('upnp', { kind: 'list' }),
        pretendRouter({ says: { GetGenericPortMappingEntry: lie } }),
      );
      expect(seen.filter(({ kind }) => kind === 'map-entry').length).toBe(most);
      expect(seen.at(-1)).toMatchObject({ kind: 'map-listed', whole: false });
    }
  });

  test('whatever it answers, nothing throws, and nobody else is asked', () => {
    const actions = ['GetSpecificPortMappingEntry', 'AddPortMapping', 'GetExternalIPAddress', 'DeletePortMapping'];
    fc.assert(
      fc.property(
        fc.constantFrom(...actions),
        fc.string({ maxLength: 300, unit: 'binary-ascii' }),
        fc.boolean(),
        (action, text, isPage) => {
          const course = made('upnp', { says: { [action]: () => (isPage ? page(text) : text) } });
          expect(new Set(course.asked.map(({ address }) => address))).toEqual(new Set([GATEWAY, '239.255.255.250']));
        },
      ),
    );
  });
});
