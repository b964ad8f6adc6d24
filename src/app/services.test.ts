import { expect, test } from 'vitest';
import { startCheck, startNat } from './index.ts';
import { FORWARDED, openLab, REQUEST, serverOf } from './test-lab.ts';

const DOMAIN = { ...serverOf('domain.example'), mayBeDomain: true as const };

test('a domain whose STUN server an SRV record tells', async () => {
  const { report, events } = await (await openLab({ ...FORWARDED, dns: 'service' })).check({ servers: [DOMAIN] });
  expect(report.verdict).toBe('supported');
  expect(report.servers).toMatchObject([{ name: 'stun.example:3478', state: 'ok' }]);
  expect(events.filter(({ kind }) => kind === 'services')).toHaveLength(1);
});

test.each([
  ['that tells none', DOMAIN, undefined],
  ['with a port', serverOf('domain.example'), 'service' as const],
])('a name %s is a host', async (_, server, dns) => {
  const { report, events } = await (await openLab({ ...FORWARDED, ...(dns ? { dns } : {}) })).check({
    servers: [server],
  });
  expect(report).toMatchObject({ reason: 'dns', servers: [{ name: 'domain.example', state: 'unresolvable' }] });
  expect(events.some(({ kind }) => kind === 'services')).toBe(false);
});

test('cancelled while nobody answers: the run ends at once', async () => {
  const lab = await openLab(FORWARDED);
  const names = { ...lab.pbx.names, stunServices: () => new Promise<never>(() => undefined) };
  const run = startCheck({ ...lab.pbx, names }, { ...REQUEST, servers: [DOMAIN] }, 'lab');
  run.cancel();
  expect((await lab.run(run.finished, 10)).report.verdict).toBe('cancelled');
});

test('the NAT, too, is asked about by a domain; cancelled, it ends at once', async () => {
  const lab = await openLab({ ...FORWARDED, dns: 'service' });
  const request = { servers: [DOMAIN], family: null, bindAddress: '0.0.0.0' };
  const { server } = await lab.run(startNat(lab.pbx, request, 'lab').finished);
  expect(server).toMatchObject({ name: 'stun.example:3478', state: 'ok' });
  const names = { ...lab.pbx.names, stunServices: () => new Promise<never>(() => undefined) };
  const run = startNat({ ...lab.pbx, names }, request, 'lab');
  run.cancel();
  expect((await lab.run(run.finished, 10)).cancelled).toBe(true);
});
