import { describe, expect, test } from 'vitest';
import type { NetworkSpec } from '../../lab/scenarios/index.ts';
import { conclude, type RunEvent, startCheck } from './index.ts';
import { FORWARDED, NOT_FORWARDED, openLab, REQUEST } from './test-lab.ts';

/* What no socket gets: ICMP errors, and what the PBX's own firewall drops. */

const BEHIND_FIREWALL: NetworkSpec = { ...FORWARDED, hostFirewall: true };
const { router } = NOT_FORWARDED;
const REJECTING: NetworkSpec = {
  ...NOT_FORWARDED,
  router: router && { ...router, blocked: { ports: [{ from: 9000, to: 9005 }], how: 'reject' } },
};

const causes = async (network: NetworkSpec, mayWatch: boolean): Promise<string[]> => {
  const lab = await openLab(network, { mayWatch });
  const { report } = await lab.check();
  return [...new Set(report.ports.filter(({ port }) => port >= 9000).map(({ result, cause }) => `${result}/${cause}`))];
};

describe('without the right to watch', () => {
  test.each([
    ['the own firewall', BEHIND_FIREWALL, 'closed/host-firewall', 'closed/not-forwarded'],
    ['who rejects', REJECTING, 'no-answer/rejected', 'no-answer/outbound-blocked'],
  ])('the results are the same, and %s is not known', async (_, network, watched, unwatched) => {
    expect(await causes(network, true)).toEqual([watched]);
    expect(await causes(network, false)).toEqual([unwatched]);
  });

  test('of TCP, too, though what came so far is not called "not forwarded" where it is seen', async () => {
    const ofTcp = async (network: NetworkSpec, mayWatch: boolean) => {
      const lab = await openLab(network, { mayWatch });
      const { report } = await lab.check({ tcp: [{ from: 5061, to: 5062 }], udp: [{ from: 9000, to: 9000 }] });
      return [
        ...new Set(
          report.ports.filter(({ protocol }) => protocol === 'tcp').map(({ result, cause }) => `${result}/${cause}`),
        ),
      ];
    };
    const answersLost = {
      ...FORWARDED,
      router: FORWARDED.router && { ...FORWARDED.router, dropsTcpAnswers: [{ from: 1, to: 65_535 }] },
    };
    expect([await ofTcp(BEHIND_FIREWALL, true), await ofTcp(BEHIND_FIREWALL, false)]).toEqual([
      ['closed/host-firewall'],
      ['closed/not-forwarded'],
    ]);
    expect([await ofTcp(answersLost, true), await ofTcp(answersLost, false)]).toEqual([
      ['closed/null'],
      ['closed/not-forwarded'],
    ]);
    expect(await ofTcp(NOT_FORWARDED, true)).toEqual(['closed/not-forwarded']);
  });

  test('that is among the events', async () => {
    const lab = await openLab(NOT_FORWARDED, { mayWatch: false });
    const { events } = await lab.check();
    const seen = events.filter((event) => event.kind === 'observed' && event.observation.kind === 'not-watching');
    expect(seen).toHaveLength(1);
  });
});

test('nobody watches while everything is answered', async () => {
  const lab = await openLab(FORWARDED);
  const wire = {
    watch: () => {
      throw new Error('there is nothing to be explained');
    },
  };
  const run = startCheck({ ...lab.pbx, wire }, REQUEST, 'lab');
  expect((await lab.run(run.finished)).report.verdict).toBe('supported');
});

test('what is watched is closed in the end, cancelled or not, and the report can be made again', async () => {
  const lab = await openLab(REJECTING);
  let [opened, closed] = [0, 0];
  const wire: typeof lab.pbx.wire = {
    watch(peers, handlers) {
      opened++;
      const watch = lab.pbx.wire.watch(peers, handlers);
      return {
        close() {
          closed++;
          watch.close();
        },
      };
    },
  };
  const events: RunEvent[] = [];
  const run = startCheck({ ...lab.pbx, wire }, REQUEST, 'lab', (event) => events.push(event));
  const { report } = await lab.run(run.finished);
  expect([opened, closed]).toEqual([1, 1]);
  expect(conclude(JSON.parse(JSON.stringify(events)) as RunEvent[])).toEqual(report);
  expect(report.ports.find(({ port }) => port === 9000)).toMatchObject({ by: '192.168.0.1', cause: 'rejected' });

  const again = startCheck({ ...lab.pbx, wire }, { ...REQUEST, noWait: true }, 'lab');
  await lab.advance(1_500);
  again.cancel();
  await lab.run(again.finished);
  expect([opened, closed]).toEqual([2, 2]);
});
