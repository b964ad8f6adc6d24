import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { type KernelLab, openLab } from '../lab/kernel/index.ts';
import { labIsHere } from '../lab/kernel/test-tools.ts';
import { FULLCONE } from '../lab/run-kernel.ts';
import {
  type Expectation,
  type NetworkSpec,
  type RouterSpec,
  reasonToSkip,
  SCENARIOS,
  type Scenario,
  serversOf,
} from '../lab/scenarios/index.ts';
import type { PortRange } from '../src/base/index.ts';
import type { Report } from '../src/report/index.ts';
import { ensureBuilt } from './test-command.ts';

/*
 * Who follows `fullcone advise` has a supported configuration: for every scenario whose cause is the router's, its rules
 * are loaded into the router as they are printed, and the next check is `supported`.
 */

ensureBuilt();

const isHere = await labIsHere();

/** What the owner of a router can mend: causes, and `closed` where none is known. */
const MENDED = new Set([
  ...['not-forwarded', 'source-port-rewritten', 'symmetric', 'mapped-elsewhere', 'works-by-accident'],
  ...[
    'address-restricted',
    'shifted',
    'outbound-blocked',
    'rejected',
    'own-service-on-router',
    'scan-protection',
    'closed',
  ],
]);

/** What is left out all the same, by the name; each with its reason. */
const LEFT_OUT: readonly (readonly [name: RegExp, why: string])[] = [
  [/host-firewall/, "the PBX's own firewall stops it, too"],
  [/^(carrier|double)-nat/, 'a second NAT stands in front of the router'],
  [/^(tcp-)?(second-)?server-|^tcp-calls-lost/, 'it is about servers; the router is like another one here'],
  [/^lie-/, 'a server that lies; the router is like another one here'],
  [/^ipv6-(masquerade|prefix)/, 'who translates IPv6 is told in words alone'],
  [
    /^(ipv6-|tcp-)?repaired$|^scan-guard-again$|-twice$|^live-no-forward$|^loss-/,
    'the router is like another one here',
  ],
];

type PortExpectation = Extract<Expectation['ports'][string], { readonly result: string }>;

/** What the first check of a scenario must say of each port. */
const expected = ({ ports, tcp = {} }: Expectation): readonly PortExpectation[] =>
  [...Object.values(ports), ...Object.values(tcp)].flat();

const isMended = ({ result, cause }: PortExpectation): boolean => result === 'open' || MENDED.has(cause ?? result);

/** Something is wrong, nothing of it for another cause, and the server is as it should be. */
function isTheRouters({ steps: [first] }: Scenario): boolean {
  if (first === undefined || (first.expect.server ?? 'ok') !== 'ok') return false;
  const all = expected(first.expect);
  return all.every(isMended) && all.some(({ result }) => result !== 'open') && first.expect.verdict !== 'supported';
}

const REPAIRED = SCENARIOS.filter(
  (scenario) => reasonToSkip(scenario, 'kernel') === null && isTheRouters(scenario),
).filter(({ name }) => !LEFT_OUT.some(([left]) => left.test(name)));

test('there is a router to be mended for every cause', ({ expect }) => {
  const causes = REPAIRED.flatMap(({ steps: [first] }) => (first ? expected(first.expect) : []));
  const seen = new Set(causes.filter(({ result }) => result !== 'open').map(({ result, cause }) => cause ?? result));
  expect([...MENDED].filter((cause) => !seen.has(cause))).toEqual([]);
});

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fullcone-repair-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function check(lab: KernelLab, { steps: [first] }: Scenario, ...words: string[]): Promise<Report> {
  const { family, udp, tcp, servers = serversOf(family), sample, mode = 'bind' } = first?.check ?? { udp: '' };
  const command = [
    ...[...FULLCONE, 'check', '--udp', udp, ...(tcp ? ['--tcp', tcp] : []), '--rate', 'max', '--json', '--mode', mode],
    ...(family === undefined ? [] : [family === 'ipv6' ? '-6' : '-4']),
    ...(sample === undefined ? ['--all'] : ['--sample', `${sample}`]),
    ...servers.flatMap((server) => ['--server', server]),
    ...words,
  ];
  const { status, stdout, stderr } = await lab.run('pbx', command, { timeout: 100_000 });
  if (!stdout.startsWith('{')) throw new Error(`no report; exit ${status}; ${stderr}`);
  return JSON.parse(stdout) as Report;
}

const isIpv6 = ({ ports }: Report): boolean => ports.some(({ family }) => family === 'ipv6');

async function follow(lab: KernelLab, name: string, router: string, report: Report): Promise<string> {
  const file = join(folder, `${router}-${name}.json`);
  writeFileSync(file, JSON.stringify(report));
  const chains = isIpv6(report)
    ? ['--forward-chain', 'ip6 fullcone forward']
    : ['--forward-chain', 'ip fullcone forward', '--scan-chain', 'ip fullcone guard'];
  const words = ['advise', '--router', router, '--config', '--wan', 'wan', ...chains, file];
  const { status, stdout, stderr } = await lab.run('pbx', [...FULLCONE, ...words], { timeout: 20_000 });
  if (status !== 0) throw new Error(`no configuration: ${stderr}`);
  const pasted = await lab.run('router', ['sh', '-c', stdout], { timeout: 20_000 });
  const trouble = pasted.stderr
    .split('\n')
    .filter((line) => line !== '' && !/flow entries have been deleted/.test(line));
  return trouble.join('\n');
}

/** The same router, made of iptables; null: it is none that iptables could be. */
function iptablesRouter({ outward, filtering, forwards, blocked, input, ...rest }: RouterSpec): string | null {
  const { tcpReject, dropsTcpAnswers, scanGuard, tcpService } = rest;
  if (!['preserve', 'random'].includes(outward) || filtering !== 'address-and-port' || tcpService) return null;
  if (forwards.some(({ shift = 0 }) => shift !== 0)) return null;
  const targets = { pbx: '192.168.0.100', host2: '192.168.0.50', nobody: '192.168.0.77' };
  const span = ({ from, to }: PortRange) => `${from}:${to}`;
  const rules = (ranges: readonly PortRange[] | undefined, rule: (ports: string) => string) =>
    (ranges ?? []).map((range) => rule(span(range)));
  const refusal = blocked?.how === 'reject' ? 'REJECT --reject-with icmp-admin-prohibited' : 'DROP';
  return [
    '*nat',
    ...forwards.flatMap(({ ports, to, protocols = ['udp', 'tcp'] }) =>
      protocols.flatMap((protocol) =>
        rules(
          ports,
          (at) => `-A PREROUTING -i wan -p ${protocol} --dport ${at} -j DNAT --to-destination ${targets[to]}`,
        ),
      ),
    ),
    `-A POSTROUTING -o wan -j MASQUERADE${outward === 'random' ? ' --random-fully' : ''}`,
    'COMMIT',
    '*mangle',
    ...(scanGuard
      ? [
          '-A PREROUTING -i wan -p udp -m conntrack --ctstate NEW -m hashlimit --hashlimit-above 1/hour ' +
            `--hashlimit-burst ${scanGuard.after} --hashlimit-mode srcip --hashlimit-name guard -j DROP`,
        ]
      : []),
    'COMMIT',
    '*filter',
    ':INPUT DROP',
    ':FORWARD DROP',
    ...rules(blocked?.ports, (at) => `-A FORWARD -i lan -o wan -p udp --sport ${at} -j ${refusal}`),
    ...rules(dropsTcpAnswers, (at) => `-A FORWARD -i lan -p tcp --sport ${at} --tcp-flags SYN,ACK SYN,ACK -j DROP`),
    '-A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT',
    '-A FORWARD -i lan -j ACCEPT',
    '-A FORWARD -m conntrack --ctstate DNAT -j ACCEPT',
    '-A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT',
    ...rules(tcpReject, (at) => `-A INPUT -i wan -p tcp --dport ${at} -j REJECT --reject-with tcp-reset`),
    ...(input === 'take' ? ['-A INPUT -j ACCEPT'] : []),
    'COMMIT',
    '',
  ].join('\n');
}

/** The same of IPv6, which translates nothing here. */
function iptablesRouter6({ outward, forwards, blocked, refusal }: RouterSpec): string | null {
  if (outward !== 'untranslated') return null;
  const rules = (ranges: readonly PortRange[] | undefined, rule: (ports: string) => string) =>
    (ranges ?? []).map(({ from, to }) => rule(`${from}:${to}`));
  const prohibited = 'REJECT --reject-with icmp6-adm-prohibited';
  return [
    '*filter',
    ':FORWARD DROP',
    ...rules(
      blocked?.ports,
      (at) => `-A FORWARD -i lan -o wan -p udp --sport ${at} -j ${blocked?.how === 'reject' ? prohibited : 'DROP'}`,
    ),
    '-A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT',
    '-A FORWARD -i lan -j ACCEPT',
    ...forwards.flatMap(({ ports, protocols = ['udp', 'tcp'] }) =>
      protocols.flatMap((protocol) => rules(ports, (at) => `-A FORWARD -i wan -p ${protocol} --dport ${at} -j ACCEPT`)),
    ),
    ...(refusal === 'icmp' ? [`-A FORWARD -j ${prohibited}`] : []),
    'COMMIT',
    '',
  ].join('\n');
}

/** Where it can be, the router itself is made of what its owner is told to use. */
async function become(lab: KernelLab, router: string, { router: spec, ipv6 }: NetworkSpec): Promise<void> {
  if (router !== 'iptables') return;
  for (const [rules, family, program] of [
    [spec && iptablesRouter(spec), 'ip', 'iptables'],
    [ipv6 ? iptablesRouter6(ipv6) : null, 'ip6', 'ip6tables'],
  ] as const) {
    if (rules === null) continue;
    const script = `nft delete table ${family} fullcone && ${program}-restore <<'END'\n${rules}END\n`;
    const { status, stderr } = await lab.run('router', ['sh', '-c', script]);
    if (status !== 0) throw new Error(`no router of ${program}: ${stderr}\n${rules}`);
  }
}

describe.runIf(isHere).concurrent.each(['nftables', 'iptables'])('rules pasted into a router of %s', (router) => {
  test.for(REPAIRED)('$name', async (scenario, { expect }) => {
    const lab = await openLab(scenario.network, { server: 'fullcone', fullcone: FULLCONE });
    try {
      await become(lab, router, scenario.network);
      const before = await check(lab, scenario);
      expect(before.verdict).not.toBe('supported');
      expect(await follow(lab, scenario.name, router, before)).toBe('');
      const after = await check(lab, scenario, '--no-wait');
      expect([after.verdict, after.findings]).toEqual(['supported', expect.anything()]);
    } finally {
      await lab.close();
    }
  });
});
