import { expect, test } from 'vitest';
import { type RunningReflector, startReflector } from './index.ts';
import { ALTERNATE, FORWARDED, NOT_FORWARDED, openLab, PRIMARY } from './test-lab.ts';

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
