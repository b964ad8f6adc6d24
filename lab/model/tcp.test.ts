import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../../src/base/index.ts';
import type { CallOutcome, SocketFailure, System, TcpListener } from '../../src/system/index.ts';
import type { Forward, NetworkSpec, RouterSpec } from '../scenarios/index.ts';
import { ALTERNATE, HOST2, PBX, PRIMARY, PUBLIC } from './addresses.ts';
import { createChance } from './chance.ts';
import { createEvents } from './events.ts';
import { createModel, type Model } from './model.ts';
import { createRouter } from './nat/router.ts';
import type { ModelOptions } from './options.ts';
import { createCall } from './tcp-call.ts';
import { A2, at, behind, onPbx, onReflector, P, PUBLIC_P, ROUTER, seen } from './test-hosts.ts';

const range = (port: number) => ({ from: port, to: port });
const forward = (port: number, rest: Partial<Forward> = {}): Forward => ({ ports: [range(port)], to: 'pbx', ...rest });
const FORWARDED: RouterSpec = { ...ROUTER, forwards: [forward(9000)] };

const fresh = (
  router: RouterSpec | null,
  rest: Partial<NetworkSpec> = {},
  options: Partial<ModelOptions> = {},
): Model => createModel(behind(router, rest), { seed: 1, trace: true, ...options });

interface Ear {
  readonly local: Endpoint;
  readonly connections: Endpoint[];
  readonly arrivals: { readonly from: Endpoint; readonly text: string }[];
  close(): void;
}

function openEar({ tcp }: System, wanted: Endpoint): Promise<Ear> {
  return new Promise((resolve, reject) => {
    const connections: Endpoint[] = [];
    const arrivals: Ear['arrivals'] = [];
    const listener = tcp.listen(wanted, {
      bound: (local) => resolve({ local, connections, arrivals, close: () => listener.close() }),
      failed: reject,
      connected: (from) => connections.push(from),
      arrived: (from, bytes) => arrivals.push({ from, text: new TextDecoder().decode(bytes) }),
    });
  });
}

const listen = (model: Model, local: Endpoint = P): Promise<Ear> => model.run(openEar(model.pbx, local));

const WORDS = new TextEncoder().encode('hello');

const call = (model: Model, to: Endpoint = PUBLIC_P, patience = 5000, from = ALTERNATE): Promise<CallOutcome> =>
  model.run(new Promise((resolve) => model.reflector.tcp.call(from, to, WORDS, patience, resolve)));

/** A call from the internet, and when and how it ended. */
async function callAt(model: Model, to?: Endpoint): Promise<readonly [outcome: CallOutcome, after: number]> {
  const start = model.now();
  const outcome = await call(model, to);
  return [outcome, model.now() - start];
}

describe('a call from the internet', () => {
  it('reaches a forwarded port, once, and is seen from where it came', async () => {
    const model = fresh(FORWARDED);
    const ear = await listen(model);
    expect(await callAt(model)).toEqual(['connected', 20]);
    await model.advance(10_000);
    expect(ear.arrivals).toEqual([{ from: at(ALTERNATE, expect.any(Number) as number), text: 'hello' }]);
    expect(model.trace.filter(({ link }) => link.startsWith('wan')).map(({ link, at: when }) => [link, when])).toEqual([
      ['wan-in', 10],
      ['wan-out', 20],
      ['wan-in', 30],
      ['wan-out', 40],
    ]);
    expect(model.trace.every(({ protocol, fate }) => protocol === 'tcp' && fate === 'passed')).toBe(true);
  });

  it('is connected once, though a firewall drops what it carries', async () => {
    const model = fresh({ ...FORWARDED, dropsPayload: [range(9000)] });
    const ear = await listen(model);
    expect(await call(model)).toBe('connected');
    await model.advance(60_000);
    expect([ear.connections.map(({ address }) => address), ear.arrivals]).toEqual([[ALTERNATE], []]);
  });

  it('comes from an ephemeral port, another one each time, and of either address', async () => {
    const model = fresh(FORWARDED);
    const ear = await listen(model);
    for (const from of [ALTERNATE, PRIMARY, '0.0.0.0'])
      expect(await call(model, PUBLIC_P, 5000, from)).toBe('connected');
    await model.advance(100);
    const peers = ear.arrivals.map(({ from }) => from);
    expect(peers.map(({ address }) => address)).toEqual([ALTERNATE, PRIMARY, PRIMARY]);
    expect(new Set(peers.map(({ port }) => port)).size).toBe(3);
    expect(Math.min(...peers.map(({ port }) => port))).toBeGreaterThanOrEqual(32768);
  });

  it('arrives at the shifted port', async () => {
    const model = fresh({ ...ROUTER, forwards: [forward(9000, { shift: 5 })] });
    const [ear, shifted] = [await listen(model), await listen(model, at(PBX, 9005))];
    expect(await call(model)).toBe('connected');
    await model.advance(100);
    expect([ear.arrivals.length, shifted.arrivals.length]).toEqual([0, 1]);
  });

  it('reaches a host without a router', async () => {
    const model = fresh(null);
    const ear = await listen(model, PUBLIC_P);
    expect(await call(model)).toBe('connected');
    expect(await call(model, at(PUBLIC, 9001))).toBe('refused');
    await model.advance(100);
    expect(ear.arrivals).toHaveLength(1);
  });

  it.each<[string, Partial<RouterSpec>, readonly [CallOutcome, number], Partial<NetworkSpec>?]>([
    ['no forward', {}, ['timed-out', 5000]],
    ['no forward, and the router takes', { input: 'take' }, ['refused', 20]],
    ['the router rejects', { tcpReject: [range(9000)] }, ['refused', 20]],
    ['the router rejects another port', { tcpReject: [range(9001)] }, ['timed-out', 5000]],
    ['the router itself listens', { tcpService: [range(9000)] }, ['connected', 20]],
    ['the router listens at another port', { tcpService: [range(9001)] }, ['timed-out', 5000]],
    ['a host that is there', { forwards: [forward(9000, { to: 'host2' })] }, ['refused', 20]],
    ['a host that is not there', { forwards: [forward(9000, { to: 'nobody' })] }, ['timed-out', 5000]],
    ['UDP alone is forwarded', { forwards: [forward(9000, { protocols: ['udp'] })] }, ['timed-out', 5000]],
    ['another process of the PBX', { forwards: [forward(9000, { shift: 1 })] }, ['connected', 20], { heldTcp: [9001] }],
    ['a port of the PBX where nobody listens', { forwards: [forward(9000, { shift: 1 })] }, ['refused', 20]],
  ])('%s', async (_name, router, outcome, network) => {
    const model = fresh({ ...ROUTER, ...router }, network);
    const ear = await listen(model);
    expect(await callAt(model)).toEqual(outcome);
    await model.advance(60_000);
    expect(ear.arrivals).toEqual([]);
    // Nobody goes on talking: neither resets that answer resets, nor data that nobody acknowledges.
    expect(model.trace.length).toBeLessThan(12);
    expect(model.openSockets()).toBe(1);
  });

  it('a forward goes before the router itself', async () => {
    const own = { tcpService: [range(9000)], tcpReject: [range(9000)] };
    const model = fresh({ ...FORWARDED, ...own });
    const ear = await listen(model);
    expect(await call(model)).toBe('connected');
    await model.advance(100);
    expect(ear.arrivals).toHaveLength(1);
    model.repair({ forwards: [] });
    expect(await call(model)).toBe('connected');
    await model.advance(100);
    expect(ear.arrivals).toHaveLength(1);
    expect(model.counters['wan-in']).toMatchObject({ taken: 2, rejected: 0 });
  });

  it('is repeated after 1 s and 3 s, as long as there is patience', async () => {
    const model = fresh(ROUTER);
    expect(await call(model, PUBLIC_P, 4000)).toBe('timed-out');
    await model.advance(60_000);
    expect(model.trace.map(({ at: when }) => when)).toEqual([10, 1010, 3010]);
    expect(model.counters['wan-in'].unwanted).toBe(3);
  });

  it('connects late when the first SYN is lost', async () => {
    const model = fresh(ROUTER);
    const ear = await listen(model);
    model.reflector.clock.at(500, () => model.repair(FORWARDED));
    expect(await callAt(model)).toEqual(['connected', 1020]);
    await model.advance(100);
    expect(ear.arrivals).toHaveLength(1);
  });

  it('that came too late to the caller does not arrive', async () => {
    const model = fresh(FORWARDED, {}, { delay: 100 });
    const ear = await listen(model);
    expect(await call(model, PUBLIC_P, 150)).toBe('timed-out');
    await model.advance(60_000);
    expect(ear.arrivals).toEqual([]);
    expect(model.trace.at(-1)).toMatchObject({ link: 'lan-in', at: 300 });
  });
});

describe('with a link that fails', () => {
  const SEEDS = Array.from({ length: 300 }, (_, index) => index + 1);

  it.each<[string, Partial<ModelOptions>]>([
    ['30 % lost each way', { loss: { out: 0.3, in: 0.3 } }],
    ['all doubled', { duplicate: 1 }],
    ['lost, doubled and out of order', { loss: { out: 0.3, in: 0.3 }, duplicate: 0.3, reorder: 0.3, jitter: 9 }],
  ])('a call that connects arrives once, and no other does: %s', async (_name, options) => {
    let connected = 0;
    for (const seed of SEEDS) {
      const model = fresh(FORWARDED, {}, { ...options, seed });
      const ear = await listen(model);
      const outcome = await call(model);
      await model.advance(60_000);
      expect(ear.arrivals.map(({ text }) => text)).toEqual(outcome === 'connected' ? ['hello'] : []);
      if (outcome === 'connected') connected++;
    }
    // Of three SYNs with 30 % loss each way, all fail with a chance of 0.51^3: 13 %. Four standard deviations are 8 %.
    expect(connected / SEEDS.length).toBeGreaterThan(0.79);
  });

  it('a reset that nobody expects is the last word', async () => {
    const model = fresh(FORWARDED, {}, { duplicate: 1 });
    expect(await call(model)).toBe('refused');
    await model.advance(60_000);
    expect(model.counters['wan-in'].sent).toBe(2);
  });

  it('a refusal is a refusal, or nothing was heard', async () => {
    const outcomes = new Set<CallOutcome>();
    for (const seed of SEEDS) outcomes.add(await call(fresh(FORWARDED, {}, { loss: { out: 0.5, in: 0.5 }, seed })));
    expect([...outcomes].sort()).toEqual(['refused', 'timed-out']);
  });

  it('the data is repeated after 200 ms, then 400 ms and so on, until it is acknowledged, but not for ever', () => {
    const talk = (acknowledgedAt: number | null) => {
      const events = createEvents();
      const sent: (string | number)[] = [];
      const call = createCall({
        ...{ local: at(ALTERNATE, 40_000), to: PUBLIC_P, bytes: WORDS, sequence: 7, patience: 5000, events },
        send: ({ kind }) => sent.push(kind, events.now()),
        ended: (outcome) => sent.push(outcome),
        over: () => sent.push('over', events.now()),
      });
      const answer = (kind: 'syn-ack' | 'ack') =>
        call.receive({ protocol: 'tcp', from: PUBLIC_P, to: call.local, kind, sequence: 7, bytes: new Uint8Array(0) });
      call.begin();
      answer('syn-ack');
      if (acknowledgedAt !== null) events.at(acknowledgedAt, () => answer('ack'));
      while (events.next() !== undefined) events.step();
      return sent;
    };
    expect(talk(700)).toEqual(['syn', 0, 'data', 0, 'connected', 'data', 200, 'data', 600, 'over', 700]);
    const said = talk(null).filter((_, index, all) => all[index - 1] === 'data');
    expect(said).toEqual([0, 200, 600, 1400, 3000, 6200, 12_600, 25_400, 51_000]);
    expect(talk(null).slice(-2)).toEqual(['over', 102_200]);
  });
});

describe('UDP and TCP', () => {
  it('are forwarded each on its own', async () => {
    const forwards = [forward(9000, { protocols: ['tcp'] }), forward(9001, { protocols: ['udp'] })];
    const model = fresh({ ...ROUTER, forwards });
    const [ear, voice] = [await listen(model), await onPbx(model, P)];
    const [ear1, voice1] = [await listen(model, at(PBX, 9001)), await onPbx(model, at(PBX, 9001))];
    const a2 = await onReflector(model, A2);
    expect(await seen(model, voice, a2, PUBLIC_P)).toBeNull();
    expect(await seen(model, voice1, a2, at(PUBLIC, 9001))).toEqual(A2);
    expect(await call(model)).toBe('connected');
    expect(await call(model, at(PUBLIC, 9001))).toBe('timed-out');
    await model.advance(100);
    expect([ear.arrivals.length, ear1.arrivals.length]).toEqual([1, 0]);
  });

  it('do not open the way for each other', async () => {
    const model = fresh({ ...ROUTER, filtering: 'endpoint-independent' });
    await listen(model);
    const [voice, a2] = [await onPbx(model, P), await onReflector(model, A2)];
    expect(await seen(model, a2, voice)).toEqual(PUBLIC_P);
    expect(await seen(model, voice, a2, PUBLIC_P)).toEqual(A2);
    expect(await call(model)).toBe('timed-out');
  });

  it('have ports of their own, on every host and in the router', async () => {
    const model = fresh(FORWARDED, { held: [9001], heldTcp: [9002] });
    await onPbx(model, P);
    await listen(model);
    await listen(model, at(PBX, 9001));
    await onPbx(model, at(PBX, 9002));
    expect(model.openSockets()).toBe(4);
  });

  it('blocked source ports are those of UDP: an answer over TCP leaves', async () => {
    const model = fresh({ ...FORWARDED, blocked: { ports: [range(9000)], how: 'drop' } });
    await listen(model);
    expect(await call(model)).toBe('connected');
  });
});

describe('a call from the PBX', () => {
  const from = (model: Model, to: Endpoint): Promise<CallOutcome> =>
    model.run(new Promise((resolve) => model.pbx.tcp.call('0.0.0.0', to, WORDS, 5000, resolve)));

  it.each(['preserve', 'random', 'stable-other', 'endpoint-independent'] as const)(
    'is translated as the router does: %s',
    async (outward) => {
      const model = fresh({ ...ROUTER, outward });
      const ear = await model.run(openEar(model.reflector, at('0.0.0.0', 443)));
      expect(await from(model, at(PRIMARY, 443))).toBe('connected');
      await model.advance(100);
      const inside = model.trace[0]?.from;
      expect(inside?.address).toBe(PBX);
      expect(ear.arrivals).toMatchObject([{ from: { address: PUBLIC }, text: 'hello' }]);
      const isKept = outward === 'preserve' || outward === 'endpoint-independent';
      expect(ear.arrivals[0]?.from.port === inside?.port).toBe(isKept);
    },
  );

  it.each([
    ['full', 'refused'],
    ['down', 'refused'],
    ['silent', 'timed-out'],
  ] as const)('to a server that is %s, where nobody listens: %s', async (kind, outcome) => {
    expect(await from(fresh(ROUTER, { server: { kind } }), at(PRIMARY, 443))).toBe(outcome);
  });

  it('within the machine crosses no link', async () => {
    const model = fresh(ROUTER, {}, { loss: { out: 1, in: 1 } });
    const ear = await listen(model, at('0.0.0.0', 9000));
    expect(await from(model, at('127.0.0.1', 9000))).toBe('connected');
    expect(await from(model, at(PBX, 9001))).toBe('refused');
    await model.advance(0);
    expect(ear.arrivals).toMatchObject([{ from: { address: '127.0.0.1' } }]);
    expect(model.trace).toEqual([]);
  });

  it('finds nobody in the LAN, and its own public address turns nothing around', async () => {
    const model = fresh(FORWARDED);
    await listen(model);
    expect(await from(model, at(HOST2, 9000))).toBe('timed-out');
    expect(await from(model, PUBLIC_P)).toBe('timed-out');
  });
});

describe('the router', () => {
  it('lets nobody in over TCP because a connection went out', async () => {
    const model = fresh({ ...ROUTER, filtering: 'endpoint-independent' });
    model.pbx.tcp.call(PBX, at(PRIMARY, 443), WORDS, 5000, () => undefined);
    await model.advance(100);
    const port = model.trace[0]?.from.port ?? 0;
    expect(await call(model, at(PUBLIC, port))).toBe('timed-out');
  });

  it('lets nothing through, either way, that belongs to no connection', () => {
    const router = createRouter(FORWARDED, PUBLIC, createChance(1, 'router'));
    const data = { protocol: 'tcp', kind: 'data', sequence: 1, bytes: WORDS } as const;
    expect(router.inbound({ ...data, from: A2, to: PUBLIC_P }, 0)).toBe('unwanted');
    expect(router.outbound({ ...data, from: P, to: A2 }, 0)).toBe('blocked');
    expect(router.inbound({ ...data, kind: 'syn', from: A2, to: PUBLIC_P }, 0)).toMatchObject({ to: P });
    expect(router.inbound({ ...data, from: A2, to: PUBLIC_P }, 0)).toMatchObject({ to: P });
  });
});

describe('a listener', () => {
  const inUse: SocketFailure = { kind: 'in-use', code: 'EADDRINUSE' };

  it('shares its port with nobody', async () => {
    const model = fresh(FORWARDED, { heldTcp: [9001] });
    const ear = await listen(model);
    await expect(listen(model, at('0.0.0.0', 9000))).rejects.toEqual(inUse);
    await expect(listen(model, at(PBX, 9001))).rejects.toEqual(inUse);
    await expect(listen(model, at(HOST2, 9000))).rejects.toMatchObject({ kind: 'no-such-address' });
    ear.close();
    expect((await listen(model, at('0.0.0.0', 9000))).local).toEqual(at('0.0.0.0', 9000));
    expect((await listen(model, at(PBX, 0))).local.port).toBeGreaterThanOrEqual(32768);
  });

  it('is bound after listen has returned, and says nothing once it is closed', async () => {
    const model = fresh(FORWARDED);
    const calls: string[] = [];
    const note = (what: string) => () => void calls.push(what);
    const handlers = {
      ...{ bound: note('bound'), failed: note('failed') },
      ...{ connected: note('connected'), arrived: note('arrived') },
    };
    model.pbx.tcp.listen(P, handlers).close();
    model.pbx.tcp.listen(at('1.1.1.1', 1), handlers).close();
    const listener: TcpListener = model.pbx.tcp.listen(P, handlers);
    expect(calls).toEqual([]);
    await model.advance(0);
    expect(calls).toEqual(['bound']);
    // It closes when the caller is connected, and what he says is on its way.
    model.pbx.clock.at(25, () => listener.close());
    expect(await call(model)).toBe('connected');
    await model.advance(60_000);
    listener.close();
    expect(calls).toEqual(['bound']);
    expect(await call(model)).toBe('refused');
    expect(model.openSockets()).toBe(0);
  });

  it('counts as a socket of its process, as a UDP socket does', async () => {
    const model = fresh(FORWARDED, {}, { freeSockets: 2 });
    await listen(model);
    await onPbx(model, P);
    expect(model.pbx.udp.freeSockets()).toBe(0);
    const tooMany = { kind: 'no-more-sockets', code: 'EMFILE' };
    await expect(listen(model, at(PBX, 9001))).rejects.toEqual(tooMany);
    await expect(onPbx(model, at(PBX, 9001))).rejects.toEqual(tooMany);
  });
});

describe('a caller', () => {
  it('counts as a socket until the outcome is known', async () => {
    const model = fresh(ROUTER);
    const outcomes: CallOutcome[] = [];
    model.reflector.tcp.call(ALTERNATE, PUBLIC_P, WORDS, 5000, (outcome) => outcomes.push(outcome));
    expect(model.openSockets()).toBe(1);
    await model.advance(4999);
    expect([model.openSockets(), outcomes]).toEqual([1, []]);
    await model.advance(1);
    expect([model.openSockets(), outcomes]).toEqual([0, ['timed-out']]);
  });

  it('that cancels hears nothing, and nothing arrives', async () => {
    const model = fresh(FORWARDED);
    const ear = await listen(model);
    const outcomes: CallOutcome[] = [];
    const timer = model.reflector.tcp.call(ALTERNATE, PUBLIC_P, WORDS, 5000, (outcome) => outcomes.push(outcome));
    await model.advance(15);
    timer.cancel();
    timer.cancel();
    expect(model.openSockets()).toBe(1);
    await model.advance(60_000);
    expect([outcomes, ear.arrivals]).toEqual([[], []]);
  });

  it('may cancel what is over', async () => {
    const model = fresh(FORWARDED);
    const ear = await listen(model);
    const timer = model.reflector.tcp.call(ALTERNATE, PUBLIC_P, WORDS, 5000, () => timer.cancel());
    await model.advance(1000);
    expect(ear.arrivals).toHaveLength(1);
    expect(model.openSockets()).toBe(1);
  });

  it.each([
    ['an address that is not here', HOST2, PUBLIC_P],
    ['loopback to elsewhere', '127.0.0.1', PUBLIC_P],
    ['port 0', ALTERNATE, at(PUBLIC, 0)],
    ['no address', ALTERNATE, at('nowhere', 9000)],
  ])('fails at once, but not at the very moment: %s', async (_name, from, to) => {
    const model = fresh(FORWARDED);
    const outcomes: CallOutcome[] = [];
    model.reflector.tcp.call(from, to, WORDS, 5000, (outcome) => outcomes.push(outcome));
    expect(outcomes).toEqual([]);
    await model.advance(0);
    expect(outcomes).toEqual(['failed']);
    expect(model.openSockets()).toBe(0);
  });

  it('may change its bytes at once', async () => {
    const model = fresh(FORWARDED);
    const ear = await listen(model);
    const bytes = WORDS.slice();
    model.reflector.tcp.call(ALTERNATE, PUBLIC_P, bytes, 5000, () => undefined);
    bytes.fill(0);
    await model.advance(100);
    expect(ear.arrivals).toMatchObject([{ text: 'hello' }]);
  });
});
