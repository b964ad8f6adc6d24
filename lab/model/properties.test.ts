import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Milliseconds } from '../../src/base/index.ts';
import type { NetworkSpec, RouterSpec } from '../scenarios/index.ts';
import { PBX, PUBLIC } from './addresses.ts';
import { createChance } from './chance.ts';
import { pop, push, type Timed } from './heap.ts';
import { createModel, type Model } from './model.ts';
import { choosePublicPort } from './nat/ports.ts';
import { createTable } from './nat/table.ts';
import type { ModelOptions } from './options.ts';
import type { Tuple } from './packet.ts';
import { A1, A1_OTHER, A2, A2_OTHER, at, behind, ONE_TO_ONE, openVoice, type Voice } from './test-hosts.ts';

const PORTS = [9000, 9001, 9002, 10999];
const PEERS = [A1, A1_OTHER, A2, A2_OTHER];

/** One packet, after a pause: which way, of which of the ports and peers. */
interface Move {
  readonly pause: Milliseconds;
  readonly outward: boolean;
  readonly port: number;
  readonly peer: number;
}
type Moves = readonly Move[];

const toA1 = (port: number): Tuple => ({ protocol: 'udp', from: at(PBX, port), to: A1 });

const packet: fc.Arbitrary<Move> = fc.record({
  pause: fc.constantFrom(0, 1, 15, 1000, 29_999, 30_000, 31_000, 180_000),
  outward: fc.boolean(),
  port: fc.nat(PORTS.length - 1),
  peer: fc.nat(PEERS.length - 1),
});

async function play(
  spec: NetworkSpec,
  options: ModelOptions,
  moves: Moves,
): Promise<{ model: Model; voices: Voice[]; peers: Voice[] }> {
  const model = createModel(spec, { ...options, trace: true });
  const open = (system: Model['pbx']) => (endpoint: { address: string; port: number }) => openVoice(system, endpoint);
  const voices = await model.run(Promise.all(PORTS.map((port) => at(PBX, port)).map(open(model.pbx))));
  const peers = await model.run(Promise.all(PEERS.map(open(model.reflector))));
  for (const [index, { pause, outward, port, peer }] of moves.entries()) {
    await model.advance(pause);
    const [inside, outside] = [voices[port], peers[peer]];
    if (outward && outside) inside?.say(`${index}`, outside.local);
    if (!outward) outside?.say(`${index}`, at(PUBLIC, PORTS[port] ?? 0));
  }
  await model.advance(100);
  return { model, voices, peers };
}

describe('properties', () => {
  it('preserve and a one-to-one forward: every packet to PUBLIC:P reaches P, from where it came, and P is seen as P', async () => {
    const check = fc.asyncProperty(fc.array(packet, { maxLength: 40 }), fc.nat(), async (moves, seed) => {
      const { voices, peers } = await play(behind(ONE_TO_ONE), { seed, jitter: 5 }, moves);
      for (const [index, { outward, port, peer }] of moves.entries()) {
        const hearer = outward ? peers[peer] : voices[port];
        const from = outward ? at(PUBLIC, PORTS[port] ?? 0) : PEERS[peer];
        expect(hearer?.heard.find(({ text }) => text === `${index}`)?.from).toEqual(from);
      }
    });
    await fc.assert(check, { numRuns: 200 });
  });

  it('whatever the router, no packet is heard twice, none out gets lost, and no two flows share a tuple', async () => {
    const router: fc.Arbitrary<RouterSpec> = fc.record({
      outward: fc.constantFrom('preserve', 'random', 'stable-other', 'endpoint-independent'),
      filtering: fc.constantFrom('address-and-port', 'address', 'endpoint-independent'),
      input: fc.constantFrom('drop', 'take'),
      forwards: fc.constantFrom(
        [],
        ONE_TO_ONE.forwards,
        [{ ports: [{ from: 9000, to: 9001 }], to: 'host2' }],
        [{ ports: [{ from: 9000, to: 9001 }], to: 'pbx', shift: 1 }],
      ),
    });
    const check = fc.asyncProperty(router, fc.array(packet, { maxLength: 40 }), fc.nat(), async (spec, moves, seed) => {
      const network = behind(spec, { neighbour: [9000, 9001] });
      const { model, voices, peers } = await play(network, { seed }, moves);
      const texts = [...voices, ...peers].flatMap(({ heard }) => heard.map(({ text }) => text));
      expect(new Set(texts).size).toBe(texts.length);
      const { sent, ...fates } = model.counters['wan-in'];
      expect(fates.passed + fates.unwanted + fates.taken + fates['no-port']).toBe(sent);
      const outbound = moves.filter(({ outward }) => outward).length;
      expect(peers.reduce((sum, { heard }) => sum + heard.length, 0)).toBe(outbound);
    });
    await fc.assert(check, { numRuns: 300 });
  });

  it('the same seed gives the same packets, another seed others', async () => {
    const options = { loss: { out: 0.2, in: 0.2 }, jitter: 9, duplicate: 0.1, reorder: 0.1 };
    const moves: Moves = Array.from({ length: 200 }, (_, index) => ({
      ...{ pause: index % 7, outward: index % 3 > 0, port: index % 4, peer: index % 3 },
    }));
    const trace = async (seed: number) =>
      (await play(behind({ ...ONE_TO_ONE, outward: 'random' }), { seed, ...options }, moves)).model.trace;
    const first = await trace(7);
    expect(first.length).toBeGreaterThan(300);
    expect(await trace(7)).toEqual(first);
    expect(await trace(8)).not.toEqual(first);
  });

  it('stable-other: each of the 64512 ports has another, and no two the same', () => {
    const chooser = { table: createTable(), chance: createChance(1, ''), publicAddress: PUBLIC };
    const outward = { mapping: 'endpoint-independent', assignment: 'other' } as const;
    const all = Array.from({ length: 64512 }, (_, index) => index + 1024);
    const chosen = all.map((port) => choosePublicPort(chooser, outward, toA1(port), 0));
    expect(new Set(chosen).size).toBe(64512);
    expect(chosen.some((port, index) => port === all[index])).toBe(false);
  });

  it('random: where chance gives the very port, it is the next', () => {
    const chance = { ...createChance(1, ''), integer: () => 9000 - 1024 };
    const chooser = { table: createTable(), chance, publicAddress: PUBLIC };
    const outward = { mapping: 'address-and-port-dependent', assignment: 'random' } as const;
    expect(choosePublicPort(chooser, outward, toA1(9000), 0)).toBe(9001);
    expect(choosePublicPort(chooser, outward, toA1(9001), 0)).toBe(9000);
  });

  it('the heap gives the earliest first, and equals in the order they came', () => {
    const check = fc.property(fc.array(fc.nat(9)), (times) => {
      const heap: Timed[] = [];
      const items = times.map((when, order) => ({ when, order }));
      for (const item of items) push(heap, item);
      const popped = items.map(() => pop(heap));
      expect(popped).toEqual([...items].sort((a, b) => a.when - b.when || a.order - b.order));
      expect(pop(heap)).toBeUndefined();
    });
    fc.assert(check);
    expect.hasAssertions();
  });

  it('chance is even, and its streams are their own', () => {
    const chance = createChance(42, 'a');
    const counts = new Array<number>(10).fill(0);
    for (let draw = 0; draw < 100_000; draw++) {
      const digit = chance.integer(0, 9);
      counts[digit] = (counts[digit] ?? 0) + 1;
    }
    // Four standard deviations of a count of 10000 are 380.
    expect(counts).toHaveLength(10);
    expect(Math.max(...counts.map((count) => Math.abs(count - 10_000)))).toBeLessThan(380);
    const firstDraws = Array.from({ length: 10_000 }, (_, seed) => createChance(seed, 'a').real());
    expect(Math.abs(firstDraws.filter((draw) => draw < 0.1).length - 1000)).toBeLessThan(120);
    expect(new Set(firstDraws).size).toBe(10_000);
    expect(createChance(42, 'a').bytes(16)).toEqual(createChance(42, 'a').bytes(16));
    expect(createChance(42, 'a').bytes(16)).not.toEqual(createChance(42, 'b').bytes(16));
  });
});
