import type { NetworkSpec } from '../../../lab/scenarios/index.ts';
import { findFindings } from '../../advice/index.ts';
import { contextOf, runOf } from '../../advice/testing.ts';
import type { PortResult, RunVerdict } from '../../verdict/index.ts';
import { buildReport } from '../build.ts';
import type { Report } from '../contract.ts';

/** For tests: a router whose rule ends too early. */
export const forwardsSome: NetworkSpec = {
  router: {
    ...{ outward: 'preserve', filtering: 'address-and-port' },
    forwards: [{ ports: [{ from: 9000, to: 9049 }], to: 'pbx' }],
  },
  server: { kind: 'full' },
};

/** For tests: a report from a line as `runOf` reads it. */
export function reportOf(line: string, more: Partial<RunVerdict> = {}): Report {
  const run = runOf(line, more);
  return buildReport(run, findFindings(run, contextOf(run)), {
    version: '0.1.0',
    startedAt: new Date('2026-11-20T09:47:12.345Z'),
    durationMs: 16_200,
    mode: 'bind',
    bindAddress: '192.168.0.100',
    plannedPorts: run.ports.length,
    loss: { sent: 400, answered: 400 },
    holders: new Map(),
  });
}

/** As many ports as a phone system may have, and nothing at all that could be said of two of them at once. */
export function worstReport(): Report {
  const report = reportOf('49151-65535 translated symmetric');
  const results: readonly PortResult[] = ['open', 'closed', 'translated', 'untested'];
  const ports = report.ports.map((port, index) => ({
    ...port,
    result: results[index % results.length] ?? 'open',
    mapped: `203.0.113.44:${((index * 7919) % 60_000) + 1024}`,
  }));
  return { ...report, ports };
}

/** Each of them from the network, or from a file that somebody else wrote. */
export const HOSTILE = [
  '<script>window.hurt=1</script>',
  '"><img src=x onerror="window.hurt=1">',
  "'-alert(1)-'",
  '</script><script>window.hurt=1</script>',
  '</title><style>*{display:none}</style>',
  '\u001b[2J\u0007\u202egnp.exe',
  '$'.concat('{window.hurt=1}{{constructor}}'),
  '<!--',
  'javascript:window.hurt=1',
  ') Tj ET Q (pdf',
];

/** Hostile text wherever a text is. */
export function hostileReport(index: number): Report {
  const evil = HOSTILE[index] ?? '';
  const report = reportOf('5060 open; 9000-9001 closed not-forwarded; 9002 in-use process; tcp/5061 closed rejected');
  const [first] = report.findings;
  if (!first) throw new Error('no finding to be told of');
  return {
    ...report,
    ...{ version: evil, startedAt: evil, bindAddress: evil, serverList: evil, publicAddresses: [evil, evil] },
    servers: report.servers.map((server) => ({
      ...server,
      name: evil,
      address: evil,
      otherAddress: evil,
      detail: evil,
    })),
    router: { gateway: evil, wanAddress: evil, by: 'upnp', nats: 'double-nat', reason: null, rule: evil },
    ports: report.ports.map((port) => ({
      ...port,
      ...{ mapped: evil, by: evil, rule: evil, process: { pid: 1, name: evil, unit: evil } },
    })),
    discovered: {
      profile: evil,
      name: evil,
      ports: [{ ports: evil, origin: { kind: 'profile', source: evil } }],
      warnings: [],
    },
    services: {
      services: [{ service: evil, steps: [{ step: 'stopped', atMs: 1 }], downMs: 5 }],
      failures: [{ what: 'start', service: evil, atMs: 1, kind: 'failed', lines: [evil] }],
    },
    certificates: [
      { port: 5061, hostName: evil, faults: [], certificate: null, failure: { why: 'ended', code: evil } },
    ],
    findings: [
      {
        ...first,
        ports: [`udp/${evil}`],
        facts: Object.fromEntries(Object.keys(first.facts).map((name) => [name, evil])),
        proof: {
          port: `udp/${evil}`,
          exchanges: [
            {
              ...{ question: 'cold', from: evil, to: evil, answerFrom: evil, answerTo: evil, answer: 'yes', why: null },
              ...{ mapped: evil, tries: [{ atMs: 0, answeredMs: 2 }], moreTries: 0, backedBy: [] },
            },
          ],
        },
      },
      ...report.findings.slice(1),
    ],
  };
}
