import { findFindings, type Holder } from '../advice/index.ts';
import { certificateOf, contextOf, runOf, serverOf } from '../advice/testing.ts';
import { buildReport } from './build.ts';
import type { Report } from './contract.ts';

/* For tests: reports with something in every field. */

/** `line` as for `runOf`: `5060 open; 9000-9001,9010 closed not-forwarded; tcp/5061 open`. `said`: in every name there is. */
export function reportOf(line: string, said = 'x'): Report {
  const run = runOf(line, {
    servers: [
      serverOf({ name: `stun.acme.example:3478` }),
      serverOf({ name: said, address: null, otherAddress: null }),
    ],
    publicAddresses: ['198.51.100.7', '203.0.113.44'],
  });
  const held = run.ports.filter(({ result }) => result === 'in-use');
  const holder: Holder = { pid: 812, name: said, unit: `${said}.service` };
  const certificates = [
    certificateOf(5061, { hostName: said, faults: ['wrong-name'] }),
    certificateOf(5090, { look: { kind: 'failed', why: 'not-tls', code: 'ERR' }, hostName: null, daysLeft: null }),
  ].map((one) =>
    one.look.kind === 'shown'
      ? { ...one, look: { ...one.look, certificate: { ...one.look.certificate, names: [said], issuer: said } } }
      : one,
  );
  const services = {
    services: [
      {
        service: said,
        steps: [
          { step: 'stopping', at: 100 },
          { step: 'stopped', at: 200 },
        ],
        down: null,
      } as const,
    ],
    failures: [
      {
        step: 'failed',
        what: 'start',
        service: said,
        at: 300,
        failure: { kind: 'failed', lines: [said, `${said} from 192.168.7.9`] },
      } as const,
    ],
  };
  const meta = {
    version: '0.1.0',
    startedAt: new Date('2026-11-20T09:47:12.345Z'),
    durationMs: 16_200.4,
    mode: 'exclusive' as const,
    bindAddress: '192.168.0.100',
    plannedPorts: run.ports.filter(({ protocol }) => protocol === 'udp').length,
    loss: { sent: 400, answered: 380 },
    holders: new Map(held.map(({ protocol, port }) => [`${protocol}/${port}`, holder])),
    took: new Map(run.ports.map(({ protocol, port }) => [`${protocol}/${port}`, 1_234.5])),
    router: {
      gateway: '192.168.0.1',
      wanAddress: '100.64.9.9',
      by: 'upnp',
      nats: 'carrier-nat',
      reason: null,
      rule: 'carrier-nat',
    } as const,
    certificates,
    services,
    discovered: {
      profile: 'asterisk',
      name: 'Asterisk',
      ports: [{ ports: 'udp/5060', origin: { kind: 'configuration', file: `/home/${said}/pjsip.conf`, line: 7 } }],
      warnings: [{ code: 'value', file: `/home/${said}/rtp.conf`, line: 3, what: said }],
    } as const,
  };
  return buildReport(run, findFindings(run, contextOf(run, { ...meta, today: '2026-11-20' })), meta);
}

export const EVERYTHING =
  '5060 open; 5061-5062 in-use process; 5063 untested server-silent; 5064 malformed; 5065 no-answer; ' +
  '9000-9019 closed not-forwarded; 9020-9029 translated symmetric; 9030 closed different-public-address; ' +
  'tcp/5061 open; tcp/5090 closed not-forwarded';
