import { describe, expect, test } from 'vitest';
import type { NetworkSpec } from '../../lab/scenarios/index.ts';
import { findFindings } from '../advice/index.ts';
import { contextOf, runOf } from '../advice/testing.ts';
import type { Report } from '../report/index.ts';
import type { RunVerdict } from '../verdict/index.ts';
import { conclude, evidenceOf, legsOf } from './conclude.ts';
import { type RunEvent, startReflector } from './index.ts';
import { proofsOf, type Shown } from './proofs.ts';
import { ALTERNATE, FORWARDED, NOT_FORWARDED, openLab, PRIMARY, serverOf } from './test-lab.ts';

const proofOf = (report: Report, code: string) => report.findings.find((one) => one.code === code)?.proof;
const range = (from: number, to = from) => ({ from, to });

const SOME: NetworkSpec = {
  ...NOT_FORWARDED,
  router: {
    ...{ outward: 'preserve', filtering: 'address-and-port' },
    forwards: [{ ports: [range(5060), range(9000, 9002)], to: 'pbx' }],
  },
};

const nothing = (run: RunVerdict): Shown => ({
  ...{ run, played: [], legs: [], calls: [], events: [], local: '192.168.0.100' },
});

const playedOf = (events: readonly RunEvent[]): Pick<Shown, 'played' | 'legs' | 'events'> => {
  const played = legsOf(events);
  return { played, legs: evidenceOf(played), events };
};

describe('the packets that prove a finding', () => {
  test('are of one of its own ports, from this machine to the server that was asked', async () => {
    const { report } = await (await openLab(SOME)).check();
    const proof = proofOf(report, 'range-ends-early');
    expect(proof?.port).toBe('udp/9003');
    const cold = proof?.exchanges.find(({ question }) => question === 'cold');
    expect(cold).toMatchObject({ answer: 'no', why: null, to: `${PRIMARY}:3479`, answerTo: '203.0.113.44:9003' });
    expect(cold?.answerFrom).toBe(`${ALTERNATE}:3479`);
    expect(cold?.backedBy.map(({ role }) => role)).toContain('primary');
    for (const { beforeMs, afterMs } of cold?.backedBy ?? [])
      expect([beforeMs <= (cold?.tries[0]?.atMs ?? 0), afterMs >= (cold?.tries.at(-1)?.atMs ?? 0)]).toEqual([
        true,
        true,
      ]);
    expect(proof?.exchanges.map(({ question }) => question)).toContain('outbound');
    expect(proof?.exchanges[0]?.tries[0]?.atMs).toBe(0);
  });

  test('are bounded, however many tries there were, and say how many are left out', async () => {
    const events: RunEvent[] = [];
    const lab = await openLab(NOT_FORWARDED);
    await lab.check({}).then(({ events: seen }) => events.push(...seen));
    const more = events.flatMap((event): RunEvent[] => {
      if (event.kind !== 'observed' || event.observation.kind !== 'sent' || event.observation.question !== 'cold')
        return [event];
      const { observation } = event;
      return Array.from({ length: 20 }, (_, n) => ({
        ...event,
        observation: { ...observation, at: observation.at + n },
      }));
    });
    const [cold] = proofOf(conclude(more), 'nothing-forwarded')?.exchanges ?? [];
    expect(cold?.question).toBe('cold');
    expect(cold?.tries.length).toBe(8);
    expect((cold?.tries.length ?? 0) + (cold?.moreTries ?? 0)).toBeGreaterThanOrEqual(60);
  });

  test('no packets, no proof', () => {
    const run = runOf('5060 open; 9000-9001 closed not-forwarded; tcp/5061 closed not-forwarded');
    const findings = findFindings(run, contextOf(run));
    expect(findings.length).toBeGreaterThan(0);
    expect(proofsOf(findings, nothing(run)).size).toBe(0);
    expect(proofsOf([], nothing(run)).size).toBe(0);
  });

  test('of another protocol are not shown: what UDP was asked proves nothing of the same number of TCP', async () => {
    const { events, report } = await (await openLab(FORWARDED)).check({ udp: [range(5060)] });
    const leg = playedOf(events);
    expect(report.verdict).toBe('supported');
    const run = runOf('5060 open; 9000 untested; tcp/5060 untested');
    const about = { code: 'cancelled', severity: 'warning', ports: ['udp/9000', 'tcp/5060'], facts: {} } as const;
    expect([...proofsOf([about], { ...nothing(run), ...leg }).values()]).toEqual([]);
    const both = { ...about, ports: ['udp/5060', 'udp/9000', 'tcp/5060'] };
    expect([...proofsOf([both], { ...nothing(run), ...leg }).values()].map(({ port }) => port)).toEqual(['udp/5060']);
  });

  test('are at most of twenty findings, and of the first ports of each', async () => {
    const { events } = await (await openLab(FORWARDED)).check({ udp: [range(9000, 9039)] });
    const run = runOf('9000-9039 open');
    const findings = Array.from({ length: 30 }, (_, index) => ({
      ...{ code: 'cold-not-asked', severity: 'info', facts: {} },
      ports: [`udp/${9000 + index}`],
    })) as unknown as Parameters<typeof proofsOf>[0];
    const shown = { ...nothing(run), ...playedOf(events) };
    expect([...proofsOf(findings, shown).values()].map(({ port }) => port)).toEqual(
      Array.from({ length: 20 }, (_, index) => `udp/${9000 + index}`),
    );
  });
});

describe('with two servers', () => {
  const SECOND = '198.51.100.30';

  test('they are those of the server whose word the result is', async () => {
    // The first one dies: what it was asked in vain proves nothing.
    const lab = await openLab({ ...NOT_FORWARDED, server: { kind: 'full', diesAfter: 25 }, second: true });
    const options = { primary: SECOND, alternate: '198.51.100.40', port: 3478, alternatePort: 3479 };
    await lab.run(startReflector(lab.reflector, { ...options, rfc3489: false, lab: false, fault: null }));
    const { report, events } = await lab.check({ servers: [serverOf(PRIMARY), serverOf(SECOND)] });
    const proof = proofOf(report, 'nothing-forwarded');
    expect(report.ports.map(({ result }) => result)).toEqual(Array(7).fill('closed'));
    expect(events.filter(({ kind }) => kind === 'planned').length).toBe(2);
    expect(proof?.exchanges.length).toBeGreaterThan(0);
    expect(proof?.exchanges.filter(({ to }) => !to.startsWith(`${SECOND}:`))).toEqual([]);
  });
});
