import { describe, expect, it } from 'vitest';
import { type Endpoint, endpoint, type Milliseconds } from '../base/index.ts';
import type { PlanInput, ServerFacts } from '../plan/index.ts';
import { Bulk } from './bulk.ts';
import { type ControlSubject, Controls, type HowOften } from './controls.ts';
import { HelperSockets } from './helpers.ts';
import { Outbox } from './outbox.ts';
import { makePacer } from './pacer.ts';
import { Path } from './path.ts';
import { readRequest } from './test-network.ts';
import { ALTERNATE, ALTERNATE_FIRST, chance, PRIMARY, planOf, STRANGER, seenFrom } from './test-plan.ts';
import { Transactions } from './transactions.ts';
import type { Observation } from './types.ts';

const CONTROL = -1;
const LISTENER = -2;

/** A probe as it leaves: from which socket, to which role, and what it asks for. */
interface Probe {
  readonly at: Milliseconds;
  readonly asks: string;
  readonly id: Uint8Array;
}

const name = ({ address, port }: Endpoint): string => `${address === PRIMARY.address ? 'A1' : 'A2'}:${port}`;

class Bench {
  now: Milliseconds = 1000;
  readonly observed: Observation[] = [];
  /** Probes that no round waits for: is the control socket reached by whom it has not spoken to? */
  readonly filters: Probe[] = [];
  readonly path = new Path();
  readonly controls: Controls;
  readonly #outbox = new Outbox<Observation>();
  readonly #transactions = new Transactions<ControlSubject>(chance());

  constructor(server: Partial<ServerFacts> = {}, input: Partial<PlanInput> = {}) {
    const plan = planOf([9000], server, input);
    const helpers = new HelperSockets(this.#outbox, '0.0.0.0', () => false);
    helpers.open();
    helpers.bound(CONTROL, endpoint('0.0.0.0', 50_001));
    helpers.bound(LISTENER, endpoint('0.0.0.0', 50_002));
    const pacer = makePacer(plan.rate);
    const tools = { outbox: this.#outbox, transactions: this.#transactions, path: this.path, pacer };
    this.controls = new Controls({ plan, helpers, bulk: new Bulk(plan.server.pass), ...tools });
    this.#drain();
  }

  /** Lets time pass, and tells what was sent. */
  work(now = this.now, howOften: HowOften = 'usually'): Probe[] {
    this.now = now;
    this.controls.work(now, howOften);
    return this.#drain();
  }

  answer({ id }: Probe, socket: number, source: Endpoint, mapped: Endpoint, now = this.now): Probe[] {
    this.now = now;
    const pending = this.#transactions.find(id);
    if (!pending) throw new Error('nobody asked that');
    this.controls.answered(pending, socket, source, mapped, now);
    return this.#drain();
  }

  /** The honest answer to a probe. */
  reply(probe: Probe, now = this.now): Probe[] {
    const source = /cA/.test(probe.asks) ? (/cAP/.test(probe.asks) ? ALTERNATE : ALTERNATE_FIRST) : this.#at(probe);
    const fromControl = probe.asks.startsWith('control');
    const socket = fromControl && !probe.asks.includes('->') ? CONTROL : LISTENER;
    return this.answer(probe, socket, source, seenFrom(fromControl ? 50_001 : 50_002), now);
  }

  /** Answers all of these, and all that follow from them. */
  replyAll(probes: readonly Probe[], now = this.now): void {
    for (const probe of probes) this.replyAll(this.reply(probe, now), now);
  }

  kinds(kind: Observation['kind']) {
    return this.observed.filter((one) => one.kind === kind);
  }

  #at = ({ asks }: Probe): Endpoint =>
    [PRIMARY, ALTERNATE, ALTERNATE_FIRST].find((role) => asks.includes(name(role))) ?? STRANGER;

  #drain(): Probe[] {
    const probes: Probe[] = [];
    for (let output = this.#outbox.shift(); output; output = this.#outbox.shift()) {
      if (output.kind === 'observed') this.observed.push(output.observation);
      if (output.kind !== 'send') continue;
      const { id, change, responsePort } = readRequest(output.bytes);
      const from = output.socket === CONTROL ? 'control' : 'listener';
      const changes = change ? ` c${change.address ? 'A' : ''}${change.port ? 'P' : ''}` : '';
      const back = responsePort === null ? '' : ` ->${responsePort}`;
      const asks = `${from} ${name(output.to)}${changes}${back}`;
      const isFilter = asks === 'control A1:3478 cAP';
      (isFilter ? this.filters : probes).push({ at: this.now, asks, id });
    }
    return probes;
  }
}

const asked = (probes: readonly Probe[]): string[] => probes.map(({ asks }) => asks);

describe('a round', () => {
  it('asks each role in the way of the port questions, once it knows where the listener is reached', () => {
    const bench = new Bench();
    const first = bench.work();
    expect(asked(first)).toEqual(['control A1:3478', 'listener A2:3479', 'listener A2:3478']);
    const [, toAlternate, toFirst] = first as [Probe, Probe, Probe];
    expect(asked(bench.answer(toAlternate, LISTENER, ALTERNATE, seenFrom(61_001)))).toEqual([
      'control A1:3478 cAP ->61001',
    ]);
    expect(asked(bench.answer(toFirst, LISTENER, ALTERNATE_FIRST, seenFrom(61_002)))).toEqual([
      'control A1:3478 cA ->61002',
    ]);
  });

  it('asks the roles straight where there is no RESPONSE-PORT', () => {
    const bench = new Bench({ responsePort: false });
    expect(asked(bench.work())).toEqual(['control A1:3478', 'listener A2:3479', 'listener A2:3478']);
  });

  it('asks another one first in each round', () => {
    const bench = new Bench({ responsePort: false });
    bench.work();
    const later = (round: number) => asked(bench.work(bench.now + 200 * round));
    expect(later(1)).toEqual(['listener A2:3479', 'listener A2:3478', 'control A1:3478']);
    expect(later(2)).toEqual(['listener A2:3478', 'control A1:3478', 'listener A2:3479']);
    expect(later(3)).toEqual(['control A1:3478', 'listener A2:3479', 'listener A2:3478']);
  });

  it('asks the primary alone where there is nobody else', () => {
    const bench = new Bench({ alternate: null, responsePort: false });
    expect(asked(bench.work())).toEqual(['control A1:3478']);
  });

  it('looks at the way of the listener again every eight seconds, and not more often', () => {
    const bench = new Bench();
    bench.replyAll(bench.work());
    const maps = Array.from({ length: 100 }, (_, turn) => {
      const probes = bench.work(1000 + 200 * turn);
      bench.replyAll(probes);
      return asked(probes).filter((text) => text.startsWith('listener')).length;
    });
    expect(maps.flatMap((count, turn) => (count > 0 ? [200 * turn] : []))).toEqual([8000, 16_000]);
  });

  it('learns the way anew when that probe was lost', () => {
    const bench = new Bench();
    bench.replyAll(bench.work());
    bench.work(9000);
    expect(asked(bench.work(10_000))).toContain('listener A2:3479');
  });
});

describe('an answer', () => {
  it('is a sign of life of its role, as of when it was asked', () => {
    const bench = new Bench();
    bench.replyAll(bench.work(), 1020);
    expect(bench.kinds('control-answered')).toMatchObject([
      { role: 'primary', sentAt: 1000, at: 1020, local: 50_001, mapped: seenFrom(50_001) },
      { role: 'alternate', sentAt: 1020, at: 1020, local: 50_001, mapped: seenFrom(50_001) },
      { role: 'alternate-primary-port', sentAt: 1020, at: 1020, local: 50_001 },
    ]);
    expect(bench.controls.alive).toBe(true);
    expect(bench.controls.controlAt).toEqual(seenFrom(50_001));
  });

  it.each<[about: string, socket: number, source: Endpoint]>([
    ['from the unchanged address', LISTENER, PRIMARY],
    ['from somebody else', LISTENER, STRANGER],
    ['on the asking socket', CONTROL, ALTERNATE],
    ['on a checked port', 9000, ALTERNATE],
  ])('%s is none', (_about, socket, source) => {
    const bench = new Bench();
    const [, toAlternate] = bench.work() as [Probe, Probe, Probe];
    const [probe] = bench.reply(toAlternate) as [Probe];
    bench.answer(probe, socket, source, seenFrom(50_001));
    expect(bench.kinds('control-answered')).toEqual([]);
    bench.reply(probe);
    expect(bench.kinds('control-answered')).toHaveLength(1);
  });

  it('from another port of the right address counts: a router may have had to change it', () => {
    const bench = new Bench();
    const [, toAlternate] = bench.work() as [Probe, Probe, Probe];
    const [probe] = bench.reply(toAlternate) as [Probe];
    bench.answer(probe, LISTENER, { ...ALTERNATE, port: 40_000 }, seenFrom(50_001));
    expect(bench.kinds('control-answered')).toHaveLength(1);
  });

  it('that comes twice counts once', () => {
    const bench = new Bench();
    const [toPrimary] = bench.work() as [Probe];
    bench.reply(toPrimary);
    bench.reply(toPrimary);
    expect(bench.kinds('control-answered')).toHaveLength(1);
  });

  it('of the listener alone is no sign of life: it was asked straight', () => {
    const bench = new Bench();
    const [toPrimary, toAlternate, toFirst] = bench.work() as [Probe, Probe, Probe];
    for (const probe of [toPrimary, toAlternate, toFirst]) bench.reply(probe);
    expect(bench.kinds('control-answered')).toHaveLength(1);
    expect(bench.controls.alive).toBe(false);
  });
});

describe('the filter', () => {
  const filtered = (socket: number, source: Endpoint, server: Partial<ServerFacts> = {}) => {
    const bench = new Bench(server);
    for (let now = 1000; now < 3000; now += 200) bench.work(now);
    for (const probe of bench.filters) bench.answer(probe, socket, source, seenFrom(50_001));
    return { asked: bench.filters.length, seen: bench.kinds('filter-open').length, bench };
  };

  it('is open when the alternate address reaches a socket that has not spoken to it', () => {
    const { asked, seen } = filtered(CONTROL, ALTERNATE);
    expect([asked, seen]).toEqual([8, 8]);
  });

  it.each<[about: string, socket: number, source: Endpoint]>([
    ['the unchanged address answers', CONTROL, PRIMARY],
    ['it comes to the listener, which has spoken to it', LISTENER, ALTERNATE],
  ])('is not known to be so when %s', (_about, socket, source) => {
    expect(filtered(socket, source).seen).toBe(0);
  });

  it('is no matter of a server with one address', () => {
    expect(filtered(CONTROL, ALTERNATE, { alternate: null, responsePort: false }).asked).toBe(0);
  });

  it('that lets nobody in is no loss', () => {
    const { bench } = filtered(CONTROL, PRIMARY);
    const lost = bench.kinds('control-lost').length;
    bench.work(9000);
    // Whatever else is lost, is lost by the probes of the rounds.
    expect(bench.kinds('control-lost').length - lost).toBeLessThanOrEqual(3 * 5);
    expect(bench.kinds('control-answered')).toEqual([]);
  });
});

describe('a loss', () => {
  it('is one when a second has passed', () => {
    const bench = new Bench({ alternate: null, responsePort: false });
    bench.work(1000);
    bench.work(1999);
    expect(bench.kinds('control-lost')).toEqual([]);
    bench.work(2000);
    expect(bench.kinds('control-lost')).toEqual([{ kind: 'control-lost', at: 2000, role: 'primary', sentAt: 1000 }]);
  });

  it('is none when the answer was there', () => {
    const bench = new Bench({ alternate: null, responsePort: false });
    const [probe] = bench.work(1000) as [Probe];
    bench.reply(probe, 1999);
    bench.work(2100);
    expect(bench.kinds('control-lost')).toEqual([]);
  });

  it('counts for the path: the tries become more', () => {
    const bench = new Bench({ alternate: null, responsePort: false });
    const policy = planOf([9000]).tries;
    for (let turn = 0; turn < 30; turn++) bench.work(1000 + 200 * turn);
    expect(bench.path.triesNeeded(policy)).toBeGreaterThan(policy.atMost);
  });

  const silentFor = (rounds: number) => {
    const bench = new Bench({ alternate: null, responsePort: false });
    for (let turn = 0; turn < rounds; turn++) bench.work(1000 + 200 * turn);
    bench.controls.work(1000 + 200 * (rounds - 1) + 1000, 'usually');
    return bench;
  };

  it('of eight in a row means that the role is dead', () => {
    expect([silentFor(7).controls.dead, silentFor(8).controls.dead]).toEqual([false, true]);
  });

  it('is forgotten with the next answer', () => {
    const bench = silentFor(7);
    const [probe] = bench.work(4000) as [Probe];
    bench.reply(probe, 4020);
    for (let turn = 0; turn < 7; turn++) bench.work(4200 + 200 * turn);
    expect(bench.controls.dead).toBe(false);
  });

  it('that is older than the last answer does not count as in a row', () => {
    const bench = new Bench({ alternate: null, responsePort: false }, { rate: { kind: 'max' } });
    for (let now = 1000; now <= 1900; now += 100) bench.work(now);
    const [probe] = bench.work(2050) as [Probe];
    bench.reply(probe, 2070);
    // Only now the others are given up, nine at once.
    bench.work(2950);
    expect(bench.kinds('control-lost')).toHaveLength(10);
    expect(bench.controls.dead).toBe(false);
  });
});

describe('hurry', () => {
  const perSecond = (bench: Bench): number => {
    let count = 0;
    for (let now = 1000; now < 6000; now += 10) {
      bench.controls.hurry(now);
      count += bench.work(now, 'in-a-hurry').length;
    }
    return count / 5;
  };

  it('asks again after 100 ms while nobody answers', () => {
    const bench = new Bench({ alternate: null, responsePort: false });
    const times = [1000, 1050, 1099, 1100, 1150, 1200].map((now) => {
      bench.controls.hurry(now);
      return bench.work(now, 'in-a-hurry').length;
    });
    expect(times).toEqual([1, 0, 0, 1, 0, 1]);
  });

  it('still keeps to the rate of a server that allows ten packets a second', () => {
    expect(perSecond(new Bench({ allowedRate: null }))).toBeLessThanOrEqual(10);
  });

  it('brings the next round forward', () => {
    const bench = new Bench({ alternate: null, responsePort: false, allowedRate: null });
    bench.replyAll(bench.work(1000));
    bench.controls.hurry(1100);
    expect(bench.controls.work(1100, 'in-a-hurry')).toBeLessThan(1000 + 600);
  });
});
