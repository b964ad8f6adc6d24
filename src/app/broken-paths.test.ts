import { expect, it } from 'vitest';
import type { ModelOptions } from '../../lab/model/index.ts';
import type { RouterSpec } from '../../lab/scenarios/index.ts';
import { formatEndpoint } from '../base/index.ts';
import type { CheckRequest } from './index.ts';
import { ALTERNATE, FORWARDED, openLab } from './test-lab.ts';

/*
 * Networks that fail for a while, in ways that chance does not: all ports are forwarded, so that none may be called
 * closed. Whenever it fails, nothing of it is seen before or after.
 */

type Meddle = NonNullable<ModelOptions['meddle']>;

const BEGIN = [0, 60, 80, 100, 120, 140];

async function resultsOf(meddle: Meddle, request: Partial<CheckRequest>): Promise<string[]> {
  const lab = await openLab(FORWARDED, { meddle });
  const { report } = await lab.check(request);
  return report.ports.map(({ protocol, result }) => `${protocol} ${result}`);
}

it.each(BEGIN)('no TCP port is closed while the address is away from which calls come, from %d ms on', async (from) => {
  for (const away of [6_000, 20_000]) {
    const isOver = (now: number) => now < from || now >= from + away;
    const meddle: Meddle = (_way, packet, now) =>
      isOver(now) || ![packet.from.address, packet.to.address].includes(ALTERNATE) ? null : 'lost';
    const results = await resultsOf(meddle, { tcp: [{ from: 5060, to: 5075 }] });
    expect(results.filter((result) => !/open|untested/.test(result))).toEqual([]);
    expect(results.filter((result) => result === 'tcp open').length).toBeGreaterThanOrEqual(from === 0 ? 0 : 8);
  }
});

/** A router whose table is full for a while: what it knows goes on, and nothing new gets in or out. */
function full(from: number, to: number): Meddle {
  const known = new Set<string>();
  return (_way, { protocol, from: source, to: target }, now) => {
    const [there, back] = [formatEndpoint(source), formatEndpoint(target)];
    if (!known.has(`${protocol} ${there} ${back}`) && now >= from && now < to) return 'lost';
    known.add(`${protocol} ${there} ${back}`).add(`${protocol} ${back} ${there}`);
    return null;
  };
}

it.each(BEGIN)('no port is closed while the router has no room for new flows, from %d ms on', async (from) => {
  for (const time of [1_000, 2_500, 5_000, 20_000])
    for (const udp of [[{ from: 5060, to: 5060 }], [{ from: 9000, to: 9009 }]]) {
      const results = await resultsOf(full(from, from + time), { udp });
      expect(results.filter((result) => !/open|untested/.test(result))).toEqual([]);
    }
});

it('no port is closed by a limit on the flows of a host, where no cold question can be asked', async () => {
  const router = { ...FORWARDED.router, flowLimit: 10, udpTimeouts: { unreplied: 3, replied: 3 } } as RouterSpec;
  const lab = await openLab({ router, server: { kind: 'no-response-port' } });
  const { report } = await lab.check({ udp: [{ from: 9000, to: 9039 }] });
  expect(report.ports.filter(({ result }) => !/open|untested/.test(result))).toEqual([]);
});

it.each([3_500, 5_000])('no server is called malformed for an interruption of %d ms', async (time) => {
  const meddle: Meddle = (_way, _packet, now) => (now >= 40 && now < 40 + time ? 'lost' : null);
  const lab = await openLab(
    { ...FORWARDED, router: { ...FORWARDED.router, outward: 'random' } as RouterSpec },
    { meddle },
  );
  const { report } = await lab.check({ udp: [{ from: 9000, to: 9003 }] });
  expect(report.servers.map(({ state }) => state)).not.toContain('malformed');
});

it.each([3, 8, 20])('no port is closed by a ban after %d ports, where no cold question can be asked', async (after) => {
  for (const seconds of [10, 60]) {
    const router = { ...FORWARDED.router, scanGuard: { after, seconds } } as RouterSpec;
    const lab = await openLab({ router, server: { kind: 'no-response-port' } });
    const { report } = await lab.check({ udp: [{ from: 9000, to: 9039 }] });
    expect(report.ports.filter(({ result }) => !/open|untested/.test(result))).toEqual([]);
  }
});

/** So many new flows from outside at once, and so many more with each second, whoever sends them. */
function limited(atOnce: number, perSecond: number): Meddle {
  const known = new Set<string>();
  let [left, since] = [atOnce, 0];
  return (way, { protocol, from, to }, now) => {
    const [there, back] = [`${protocol} ${formatEndpoint(from)} ${formatEndpoint(to)}`, formatEndpoint(from)];
    if (way === 'out') known.add(`${protocol} ${formatEndpoint(to)} ${back}`);
    if (way === 'out' || known.has(there)) return null;
    left = Math.min(atOnce, left + ((now - since) * perSecond) / 1000);
    since = now;
    if (left < 1) return 'lost';
    left--;
    known.add(there);
    return null;
  };
}

it.each([
  [5, 1],
  [10, 1],
  [5, 2],
  [3, 4],
  [1, 8],
  [5, 1, 0.03],
  [10, 1, 0.03],
])(
  'no port is closed by a limit of %d new flows from outside, and %d per second',
  async (atOnce, perSecond, loss = 0) => {
    for (const seed of [1, 2, 3, 4])
      for (const udp of [[{ from: 5060, to: 5060 }], [{ from: 9000, to: 9005 }], [{ from: 9000, to: 9019 }]]) {
        const forwards = [
          {
            ports: [
              { from: 5060, to: 5060 },
              { from: 9000, to: 9019 },
            ],
            to: 'pbx' as const,
          },
        ];
        const router = { ...FORWARDED.router, forwards } as RouterSpec;
        const lab = await openLab(
          { ...FORWARDED, router },
          {
            seed,
            jitter: 3,
            loss: { out: loss, in: loss },
            meddle: limited(atOnce, perSecond),
          },
        );
        const { report } = await lab.check({ udp });
        expect(report.ports.filter(({ result }) => !/open|untested/.test(result))).toEqual([]);
      }
  },
);

/** After so many new flows from outside none is let in for a while; then it begins anew. */
function banning(after: number, time: number): Meddle {
  const known = new Set<string>();
  let [flows, until] = [0, Number.NEGATIVE_INFINITY];
  return (way, { protocol, from, to }, now) => {
    const [there, back] = [formatEndpoint(from), formatEndpoint(to)];
    if (known.has(`${protocol} ${there} ${back}`)) return null;
    if (way === 'in' && now < until) return 'lost';
    known.add(`${protocol} ${there} ${back}`).add(`${protocol} ${back} ${there}`);
    if (way === 'out' || ++flows <= after) return null;
    [flows, until] = [0, now + time];
    return 'lost';
  };
}

it.each([2, 3, 6, 8, 13])('no TCP port is closed by bans after %d flows that end by themselves', async (after) => {
  for (const time of [800, 3_300, 6_600, 10_800, 30_000])
    for (const tcp of [[{ from: 5060, to: 5061 }], [{ from: 5060, to: 5075 }]]) {
      const results = await resultsOf(banning(after, time), { udp: [], tcp });
      expect(results.filter((result) => !/open|untested/.test(result))).toEqual([]);
    }
});
