import { expect, test } from 'vitest';
import { createModel } from '../../lab/model/index.ts';
import { type RunningReflector, startCheck, startReflector } from './index.ts';
import { ALTERNATE, FORWARDED, NOT_FORWARDED, openLab, PRIMARY, REQUEST, serverOf, toStrangers } from './test-lab.ts';

const MANY = [{ from: 9000, to: 10_999 }];
const AT_ONCE = { udp: MANY, rate: { kind: 'max' } } as const;

test.each([
  ['open', FORWARDED],
  ['closed', NOT_FORWARDED],
])('a check of 2,000 %s ports at full speed is nobody whom the reflector takes for a stranger', async (_, network) => {
  const lab = await openLab(network);
  const { report } = await lab.check(AT_ONCE);
  expect(report.ports).toHaveLength(2_000);
  const { received, dropped } = lab.reflectorCounts();
  expect(received).toBeGreaterThan(2_000);
  expect(dropped['over-budget']).toBe(0);
});

test.each([1_000, 300, 100, 50, 30])(
  'a reflector that is started anew at %i packets per second closes no port',
  async (rate) => {
    const lab = await openLab(FORWARDED);
    let answered = 0;
    let anew: RunningReflector | undefined;
    const options = { primary: PRIMARY, alternate: ALTERNATE, port: 3478, alternatePort: 3479 };
    const run = lab.start({ udp: MANY, rate: { kind: 'paced', packetsPerSecond: rate } }, (event) => {
      if (event.kind !== 'observed' || event.observation.kind !== 'answered' || ++answered !== 300) return;
      lab.stopReflector();
      void startReflector(lab.reflector, { ...options, rfc3489: false, lab: false, fault: null }).then((started) => {
        anew = started.kind === 'ok' ? started.value : undefined;
      });
    });
    const { report } = await lab.run(run.finished);
    expect(anew?.counts().received).toBeGreaterThan(1_000);
    expect([...new Set(report.ports.map(({ result }) => result))]).toEqual(['open']);
  },
);

test('over IPv6, where answers are longer, it is none either: no answer is longer than the longest request', async () => {
  const model = createModel({ router: null, ipv6: null, server: { kind: 'full' } }, { seed: 1, trace: true });
  const pair = { primary: '2001:db8:100::10', alternate: '2001:db8:100::20', port: 3478, alternatePort: 3479 };
  const started = await model.run(
    startReflector(model.reflector, { ...pair, rfc3489: false, lab: false, fault: null }),
  );
  if (started.kind === 'error') throw new Error(started.error.kind);
  const request = {
    ...REQUEST,
    ...AT_ONCE,
    family: 'ipv6',
    bindAddress: '::',
    servers: [serverOf(pair.primary)],
  } as const;
  const { report } = await model.run(startCheck(model.pbx, request, 'test').finished);
  expect(report.verdict).toBe('supported');
  expect(started.value.counts().dropped['over-budget']).toBe(0);
  const longest = (link: 'wan-in' | 'wan-out') =>
    Math.max(...model.trace.filter((packet) => packet.link === link).map(({ size }) => size));
  expect(longest('wan-in')).toBeLessThanOrEqual(longest('wan-out'));
  started.value.close();
});

test.each([1, 3, 10])(
  '%i open ports, by a server that is not ours and has no RESPONSE-PORT, are known to be open',
  async (count) => {
    const lab = await openLab({
      ...FORWARDED,
      router: FORWARDED.router && { ...FORWARDED.router, forwards: [{ ports: MANY, to: 'pbx' }] },
      server: { kind: 'no-response-port' },
    });
    const udp = [{ from: 9000, to: 9000 + count - 1 }];
    const run = startCheck(toStrangers(lab.pbx), { ...REQUEST, udp, sample: 'all' }, 'lab');
    const { report } = await lab.run(run.finished);
    expect([report.verdict, report.servers[0]?.detail]).toEqual(['supported', 'no-response-port']);
  },
);
