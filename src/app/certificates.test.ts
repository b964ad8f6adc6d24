import { expect, test } from 'vitest';
import type { TlsLook } from '../system/index.ts';
import { conclude, type RunEvent, startCheck } from './index.ts';
import { FORWARDED, openLab, REQUEST } from './test-lab.ts';

const TCP = [5060, 5061, 443].map((port) => ({ from: port, to: port }));

const SHOWN: TlsLook = {
  kind: 'shown',
  certificate: {
    names: ['pbx.example.com'],
    isForName: true,
    issuer: 'R11',
    validFrom: '2025-11-01T12:00:00.000Z',
    // Virtual time begins with 2026.
    validTo: '2025-12-30T12:00:00.000Z',
    key: { type: 'ec', bits: null },
    oldHash: null,
    chain: 'unknown',
    protocol: 'TLSv1.3',
  },
};

/** A check beside somebody who listens at 5061. */
async function check(look: () => Promise<TlsLook>, hostName: string | null = 'pbx.example.com') {
  const lab = await openLab({ ...FORWARDED, heldTcp: [5061] });
  const asked: string[] = [];
  const tls = {
    look: (to: { address: string; port: number }, name: string | null) => {
      asked.push(`${to.address}:${to.port} ${name ?? '-'}`);
      return to.port === 5061 ? look() : Promise.resolve({ kind: 'nobody' as const });
    },
  };
  const events: RunEvent[] = [];
  const run = startCheck({ ...lab.pbx, tls }, { ...REQUEST, tcp: TCP, hostName }, 'lab', (event) => events.push(event));
  return { lab, run, asked, events };
}

test('TLS ports of this machine are looked at once each, and what is wrong is found; no result changes', async () => {
  const { lab, run, asked } = await check(() => Promise.resolve(SHOWN));
  const { report, events } = await lab.run(run.finished);
  expect(asked.toSorted()).toEqual(['192.168.0.100:443 pbx.example.com', '192.168.0.100:5061 pbx.example.com']);
  expect(report.certificates).toMatchObject([{ port: 5061, faults: ['expired'], hostName: 'pbx.example.com' }]);
  expect(report.findings.map(({ code }) => code)).toContain('certificate-expired');
  const tcp = report.ports.filter(({ protocol }) => protocol === 'tcp').map(({ port, result }) => [port, result]);
  expect(tcp).toEqual([
    [443, 'open'],
    [5060, 'open'],
    [5061, 'in-use'],
  ]);
  expect(conclude(JSON.parse(JSON.stringify(events)) as RunEvent[])).toEqual(report);
});

test('where nobody listens nothing is said', async () => {
  const { lab, run } = await check(() => Promise.resolve({ kind: 'nobody' }));
  const { report, events } = await lab.run(run.finished);
  expect(report).not.toHaveProperty('certificates');
  expect(events.filter(({ kind }) => kind === 'certificate')).toEqual([]);
});

test('no name is compared where none is given', async () => {
  const { lab, run, asked } = await check(() => Promise.resolve(SHOWN), null);
  const { report } = await lab.run(run.finished);
  expect(asked.every((line) => line.endsWith(' -'))).toBe(true);
  expect(report.certificates?.[0]?.hostName).toBeNull();
});

test('who is slow keeps nobody: UDP ports are asked meanwhile, and a cancelled run does not wait', async () => {
  let show: (look: TlsLook) => void = () => undefined;
  const { lab, run, events } = await check(() => new Promise((resolve) => (show = resolve)));
  await lab.advance(5_000);
  expect(events.some(({ kind }) => kind === 'observed')).toBe(true);
  expect(events.some(({ kind }) => kind === 'calls-planned')).toBe(false);
  run.cancel();
  const { report } = await lab.run(run.finished);
  const before = events.length;
  show(SHOWN);
  await lab.advance(1_000);
  expect(events).toHaveLength(before);
  expect(report.verdict).toBe('cancelled');
});
