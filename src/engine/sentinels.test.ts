import { describe, expect, it } from 'vitest';
import { type Enclosure, type Endpoint, endpoint, type Milliseconds } from '../base/index.ts';
import type { PlanInput, ServerFacts } from '../plan/index.ts';
import { Bulk } from './bulk.ts';
import { HelperSockets } from './helpers.ts';
import { Outbox } from './outbox.ts';
import { makePacer } from './pacer.ts';
import { Path } from './path.ts';
import { PortState } from './port-state.ts';
import { type SentinelSubject, Sentinels } from './sentinels.ts';
import { readRequest } from './test-network.ts';
import { ALTERNATE, ALTERNATE_FIRST, chance, PRIMARY, planOf, seenFrom } from './test-plan.ts';
import { Transactions } from './transactions.ts';
import type { Observation } from './types.ts';

const CONTROL = -1;

/** A sentinel as it leaves. */
interface Sent {
  readonly port: number;
  readonly id: Uint8Array;
}

/** An open port: let in, and preserved. */
function open(port: number, mapped = port): PortState<unknown> {
  const state = new PortState<unknown>(port);
  state.settled.cold = 'answered';
  state.letIn = true;
  state.mapped = seenFrom(mapped);
  return state;
}

class Bench {
  now: Milliseconds = 1000;
  idle = false;
  /** What the control probes say of the time when a sentinel was sent. */
  around: Enclosure = 'both';
  readonly observed: Observation[] = [];
  readonly sentinels: Sentinels;
  readonly #outbox = new Outbox<Observation>();
  readonly #transactions = new Transactions<SentinelSubject>(chance());

  constructor(
    ports: readonly (number | PortState<unknown>)[],
    server: Partial<ServerFacts> = {},
    input: Partial<PlanInput> = {},
  ) {
    const plan = planOf([9000], server, input);
    const helpers = new HelperSockets(this.#outbox, '0.0.0.0', () => false);
    helpers.open();
    helpers.bound(CONTROL, endpoint('0.0.0.0', 50_001));
    const path = new Path();
    for (let count = 0; count < 100; count++) path.answered(20);
    const tools = { plan, outbox: this.#outbox, transactions: this.#transactions, path, pacer: makePacer(plan.rate) };
    const controls = { around: () => this.around };
    this.sentinels = new Sentinels({ ...tools, helpers, controls, bulk: new Bulk(null) });
    for (const port of ports) this.sentinels.offer(typeof port === 'number' ? open(port) : port);
    this.#drain();
  }

  /** Works until then, every 10 ms. */
  until(end: Milliseconds): Sent[] {
    const sent: Sent[] = [];
    for (; this.now <= end; this.now += 10) {
      this.sentinels.work(this.now, () => this.idle);
      sent.push(...this.#drain());
    }
    return sent;
  }

  answer({ id, port }: Sent, socket = port, source: Endpoint = ALTERNATE): void {
    const pending = this.#transactions.find(id);
    if (!pending) throw new Error('nobody asked that');
    this.sentinels.answered(pending, socket, source, seenFrom(50_001), this.now);
    this.#drain();
  }

  /** Which were asked for; all are answered at once. */
  serve(end: Milliseconds): number[] {
    const ports: number[] = [];
    for (let next = this.now; next <= end; next += 10)
      for (const one of this.until(next)) {
        ports.push(one.port);
        this.answer(one);
      }
    return ports;
  }

  get states(): readonly (boolean | null)[] {
    return this.sentinels.probes.map(({ answered }) => answered);
  }

  #drain(): Sent[] {
    const sent: Sent[] = [];
    for (let output = this.#outbox.shift(); output; output = this.#outbox.shift()) {
      if (output.kind === 'observed') this.observed.push(output.observation);
      if (output.kind !== 'send') continue;
      const { id, change, responsePort } = readRequest(output.bytes);
      const asksItself = output.socket !== CONTROL;
      expect([output.to, change]).toEqual([PRIMARY, { address: true, port: !asksItself }]);
      sent.push({ id, port: (asksItself ? output.socket : responsePort) ?? 0 });
    }
    return sent;
  }
}

const TEN = Array.from({ length: 10 }, (_, index) => 9000 + index);
const FIFTY = Array.from({ length: 50 }, (_, index) => 9000 + index);

describe('sentinels', () => {
  it('are asked while others are silent, not before, and not after', () => {
    const bench = new Bench(FIFTY);
    expect(bench.serve(1500)).toEqual([]);
    bench.sentinels.silenceBegins();
    expect(bench.serve(2100)).toEqual([9000, 9001, 9002]);
    bench.sentinels.silenceBegins();
    bench.sentinels.silenceEnds();
    expect(bench.serve(2500)).toEqual([9003, 9004]);
    bench.sentinels.silenceEnds();
    expect(bench.serve(9000)).toEqual([]);
  });

  it('are spread when there are few: each serves once', () => {
    const bench = new Bench(TEN);
    bench.sentinels.silenceBegins();
    expect(bench.serve(60_000)).toEqual(TEN.slice(0, 8));
    // The last two wait for the moment when nothing else is left to send.
    bench.idle = true;
    expect(bench.serve(120_000)).toEqual(TEN.slice(8));
    expect(bench.sentinels.coming).toBe(false);
  });

  it('ask themselves where the server has no RESPONSE-PORT, for an answer from where none has come to them', () => {
    const asked = open(9010);
    asked.tried['far-elsewhere'] = 1;
    const bench = new Bench([asked, ...TEN], { responsePort: false });
    bench.sentinels.silenceBegins();
    const [first, second] = bench.until(4000) as [Sent, Sent];
    bench.answer(first, first.port, ALTERNATE_FIRST);
    bench.answer(second, second.port, PRIMARY);
    expect([first.port, second.port, ...bench.states.slice(0, 2)]).toEqual([9000, 9001, true, false]);
  });

  it('are not to be had from a server with one address', () => {
    const bench = new Bench(TEN, { alternate: null });
    bench.sentinels.silenceBegins();
    expect([bench.serve(5000), bench.sentinels.coming]).toEqual([[], false]);
  });
});

describe('an answer', () => {
  const asked = () => {
    const bench = new Bench(TEN);
    bench.sentinels.silenceBegins();
    const [sent] = bench.until(1000) as [Sent];
    return { bench, sent };
  };

  it('shows that the router lets new flows in', () => {
    const { bench, sent } = asked();
    bench.answer(sent);
    expect([bench.states, bench.observed.at(-1)]).toMatchObject([
      [true],
      { kind: 'answered', question: 'sentinel', port: 9000 },
    ]);
  });

  it.each<[about: string, socket: number, source: Endpoint]>([
    ['on another port', 9001, ALTERNATE],
    ['on the control socket', CONTROL, ALTERNATE],
    ['from the primary', 9000, PRIMARY],
  ])('%s shows nothing', (_about, socket, source) => {
    const { bench, sent } = asked();
    bench.answer(sent, socket, source);
    expect(bench.states).toEqual([null]);
  });

  it('from another port of the address counts', () => {
    const { bench, sent } = asked();
    bench.answer(sent, 9000, ALTERNATE_FIRST);
    expect(bench.states).toEqual([true]);
  });

  it('that comes after all makes a lost one good', () => {
    const { bench, sent } = asked();
    bench.until(2000);
    expect(bench.states[0]).toBe(false);
    bench.answer(sent);
    expect(bench.states[0]).toBe(true);
  });
});

describe('a lost one', () => {
  it('that was only late is known to the router, and does not serve again', () => {
    const bench = new Bench([9000, 9001]);
    bench.idle = true;
    bench.sentinels.silenceBegins();
    const [late] = bench.until(1000) as [Sent];
    bench.until(1305);
    expect(bench.states[0]).toBe(false);
    bench.answer(late);
    expect(bench.serve(20_000)).not.toContain(9000);
  });

  it('is followed by another at once, and serves again itself', () => {
    const bench = new Bench([9000, 9001]);
    bench.idle = true;
    bench.sentinels.silenceBegins();
    expect(bench.until(1000)).toHaveLength(1);
    bench.idle = false;
    // Three times the gap of 100 ms.
    expect(bench.until(1290)).toEqual([]);
    expect(bench.until(1310)).toMatchObject([{ port: 9001 }]);
    expect(bench.until(2000).map(({ port }) => port)).toContain(9000);
  });

  it('is no reason to end; eight in a row are', () => {
    const bench = new Bench(FIFTY);
    bench.sentinels.silenceBegins();
    while (bench.states.filter((answered) => answered === false).length < 7) bench.until(bench.now);
    expect(bench.sentinels.refused).toBe(false);
    while (bench.states.filter((answered) => answered === false).length < 8) bench.until(bench.now);
    expect(bench.sentinels.refused).toBe(true);
  });

  it('is no refusal while the control probes are lost as well', () => {
    const bench = new Bench(FIFTY);
    bench.around = 'lost';
    bench.sentinels.silenceBegins();
    while (bench.states.filter((answered) => answered === false).length < 20) bench.until(bench.now);
    expect(bench.sentinels.refused).toBe(false);
    bench.around = 'open';
    expect(bench.sentinels.refused).toBe(false);
    bench.around = 'both';
    expect(bench.sentinels.refused).toBe(true);
  });
});

describe('between two slices', () => {
  const between = (
    change: (bench: Bench, sent: readonly Sent[]) => void,
    keep = 4,
    ports: readonly (number | PortState<unknown>)[] = TEN,
  ) => {
    const bench = new Bench(ports);
    bench.sentinels.silenceBegins();
    const sent = bench.until(1000);
    change(bench, sent);
    bench.sentinels.silenceEnds();
    const kept = [...bench.sentinels.keep(keep)];
    return { bench, kept };
  };

  it('some are kept, with their sockets', () => {
    const { bench, kept } = between((one, [first]) => {
      one.answer(first as Sent);
      one.until(1010);
    });
    expect(kept).toEqual([9001, 9002, 9003, 9004]);
    bench.sentinels.silenceBegins();
    bench.idle = true;
    expect(bench.serve(20_000)).toEqual(kept);
  });

  it('one that is still out is not waited for ever: its answer may not find it any more', () => {
    const { bench } = between(() => undefined);
    expect(bench.states).toEqual([false]);
    bench.sentinels.silenceBegins();
    expect(bench.until(3000).length).toBeGreaterThan(0);
  });

  it('one that was answered has done its service', () => {
    const { kept } = between((bench, [first]) => bench.answer(first as Sent), 20);
    expect(kept).toEqual(TEN.slice(1));
  });

  it.each<[about: string, mapped: number, kept: readonly number[]]>([
    ['is known to the router', 9001, [9000, 9002]],
    ['but by another number is still new to it', 4711, [9000, 9001, 9002]],
  ])('one that has spoken to where sentinels come from %s', (_about, mapped, expected) => {
    const spoken = open(9001, mapped);
    const { kept } = between(() => (spoken.tried['fresh-elsewhere'] = 1), 20, [9000, spoken, 9002]);
    expect(kept.toSorted()).toEqual(expected);
  });
});

it('one that has spoken to where sentinels come from does not serve', () => {
  const spoken = open(9000);
  const bench = new Bench([spoken, 9001, 9002, 9003]);
  spoken.tried['fresh-elsewhere'] = 1;
  bench.sentinels.silenceBegins();
  bench.idle = true;
  expect(bench.serve(20_000)).toEqual([9001, 9002, 9003]);
  expect(bench.sentinels.coming).toBe(false);
});
