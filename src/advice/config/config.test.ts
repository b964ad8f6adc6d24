import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { Finding } from '../types.ts';
import { DIALECTS, dialectOf, type RepairOptions, type RepairSource, readRepair } from './index.ts';
import type { Dialect } from './types.ts';

const finding = (code: string, ports: readonly string[], facts: Finding['facts'] = {}): Finding =>
  ({ code, severity: 'error', ports, facts }) as Finding;

/** Something of everything. */
const SOURCE: RepairSource = {
  findings: [
    finding('random-source-ports', ['udp/5060', 'udp/9000-9005']),
    finding('rejected', ['tcp/5060-5061']),
    finding('outbound-blocked', ['udp/9001', 'udp/9003']),
    finding('scan-protection', ['udp/9007']),
    finding('sip-alg', []),
  ],
  unasked: [],
  pbx: '192.168.0.100',
  publicAddress: '203.0.113.44',
  sources: ['198.51.100.10', '198.51.100.20', '2001:db8::10'],
};

const OPTIONS: RepairOptions = { wan: null, forwardChain: 'inet filter forward', scanChain: 'ip filter guard' };

const WAN: Readonly<Record<string, string>> = { nftables: 'eth0', iptables: 'eth0', 'pf-freebsd': 'em0' };

function write(dialect: Dialect, source: Partial<RepairSource> = {}, options: Partial<RepairOptions> = {}): string {
  const repair = readRepair(
    { ...SOURCE, ...source },
    { ...OPTIONS, wan: WAN[dialect.id] ?? null, ...options },
    dialect,
  );
  if (repair.kind === 'error') throw new Error(repair.error.kind);
  return `${dialect
    .write(repair.value)
    .map(({ need, lines, note }) => [`[${need}]${note ? ' *' : ''}`, ...lines].join('\n'))
    .join('\n')}\n`;
}

const golden = (id: string): string => readFileSync(new URL(`./golden/${id}.txt`, import.meta.url), 'utf8');

describe('what is written, to the letter', () => {
  it.each(DIALECTS)('$id', (dialect) => {
    expect(write(dialect)).toBe(golden(dialect.id));
  });

  it('every way of writing has its text, and every text its way', () => {
    const texts = readdirSync(new URL('./golden', import.meta.url)).map((name) => name.replace('.txt', ''));
    expect(texts.sort()).toEqual(DIALECTS.map(({ id }) => id).sort());
  });
});

describe('only what the findings need', () => {
  it.each(DIALECTS)('$id: inbound alone', (dialect) => {
    const text = write(dialect, { findings: [finding('not-forwarded', ['udp/9000'])] });
    expect([...text.matchAll(/^\[([\w-]+)\]/gm)].map(([, need]) => need)).toEqual(['forward', 'flush']);
    expect(text).not.toMatch(/masquerade|static-port|fixedport|no-translation|sip/i);
    expect(text).not.toContain('5060');
  });

  it.each(DIALECTS)('$id: outbound alone', (dialect) => {
    const text = write(dialect, { findings: [finding('source-port-rewritten', ['udp/9000'])] });
    expect(text).not.toMatch(/dnat|rdr|access-list|destination-nat|config firewall vip/i);
  });
});

it.each(DIALECTS)('$id: without a server there is nobody to be exempted', (dialect) => {
  const text = write(dialect, { findings: [finding('scan-protection', ['udp/9007'])], sources: [] });
  expect(text).toBe('[scan-exemption] *\n');
});

describe('nothing else comes in than what the findings are about', () => {
  it.each(['nftables', 'iptables'])('%s: what is forwarded to the PBX besides stays as guarded as it was', (id) => {
    const text = write(dialectOf(id) as Dialect, { findings: [finding('not-forwarded', ['udp/9000', 'tcp/5061'])] });
    const admits = text.split('\n').filter((line) => /\baccept$|-j ACCEPT$/.test(line));
    expect(admits.length).toBe(4);
    expect(admits.filter((line) => !/(udp.*[ds]port.* 9000|tcp.*[ds]port.* 5061)\b/.test(line))).toEqual([]);
  });
});

it.each(DIALECTS)('$id: no rule names more ports than such a rule may', (dialect) => {
  // Fifteen numbers, where Linux keeps them in a list (multiport); a range counts as two.
  const odd = Array.from({ length: 40 }, (_, index) => `udp/${9000 + 3 * index}-${9001 + 3 * index}`);
  const text = write(dialect, { findings: [finding('no-answer', odd)] });
  const lists = [...text.matchAll(/(?<![{\d:,-] ?)\b\d+(?:-\d+)?(?:,\d+(?:-\d+)?)+/g)].map(([found]) => found);
  expect(lists.filter((found) => found.split(/[,-]/).length > 15)).toEqual([]);
  expect(/\b9117\b/.test(text)).toBe(true);
});

describe('static entries, which forward and keep the port', () => {
  const mixed = [finding('not-forwarded', ['udp/5060']), finding('source-port-rewritten', ['udp/9000-9001'])];

  it.each([
    ['cisco-ios', /192\.168\.0\.100 9000 interface/],
    ['cisco-asa', /source range 9000 9001/],
  ] as const)('%s: are written for the ports of both needs', (id, line) => {
    const text = write(dialectOf(id) as Dialect, { findings: mixed });
    expect(text).toMatch(line);
    expect(text).toMatch(/\b5060\b/);
  });

  it('ASA: and admitted are those alone that are to come in', () => {
    const text = write(dialectOf('cisco-asa') as Dialect, { findings: mixed });
    expect(text.match(/^access-list .*$/gm)).toEqual([
      'access-list outside_access_in extended permit udp any host 192.168.0.100 eq 5060',
    ]);
  });
});

it.each(DIALECTS)('$id: no exemption for nobody', (dialect) => {
  const text = write(dialect, { findings: [finding('scan-protection', ['udp/9007'])], sources: ['2001:db8::10'] });
  expect(text).toBe('[scan-exemption] *\n');
});

/** Between what opens a text for a command and what ends it, and outside of that. */
function heredocs(text: string): { inside: string[]; outside: string[] } {
  const [inside, outside]: [string[], string[]] = [[], []];
  let isInside = false;
  for (const line of text.split('\n').filter((one) => !one.startsWith('['))) {
    if (line === 'END') isInside = false;
    else (isInside ? inside : outside).push(line);
    if (line.endsWith("<<'END'")) isInside = true;
  }
  expect(isInside).toBe(false);
  return { inside, outside };
}

const commands = (id: string): string[] =>
  golden(id)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('['));

describe('the outline of each grammar', () => {
  it.each(['nftables', 'iptables', 'openwrt', 'vyos', 'edgeos'])('%s: a shell reads it', (id) => {
    const { status, stderr } = spawnSync('sh', ['-n'], { input: commands(id).join('\n'), encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
  });

  test('nftables: its braces close', () => {
    const { inside } = heredocs(golden('nftables'));
    const depth = [...inside.join('')].reduce((sum, char) => sum + (char === '{' ? 1 : char === '}' ? -1 : 0), 0);
    expect([depth, inside.length > 10]).toEqual([0, true]);
  });

  test('iptables: each table is committed', () => {
    const { inside } = heredocs(golden('iptables'));
    const tables = inside.filter((line) => line.startsWith('*'));
    expect(inside.filter((line) => line === 'COMMIT').length).toBe(tables.length);
    expect(
      inside.filter((line) => !/^(\*(nat|filter|raw|mangle)|COMMIT|-I [A-Z]+ .* -j [A-Z]+.*)$/.test(line)),
    ).toEqual([]);
  });

  test('OpenWrt: named sections, and what is in them', () => {
    const { inside } = heredocs(golden('openwrt'));
    const line = /^(set firewall\.fullcone_\w+(=(redirect|nat|rule)|\.\w+='[^']*')|commit firewall)$/;
    expect(inside.filter((one) => !line.test(one))).toEqual([]);
  });

  test.each(['vyos', 'edgeos', 'juniper-srx'])('%s: set, and commit what was set', (id) => {
    const line =
      /^(configure|(set|delete) [\w .',/-]+|commit( and-quit)?|save|exit|sudo conntrack .*|clear security flow .*)$/;
    expect(commands(id).filter((one) => !line.test(one))).toEqual([]);
    const amount = (word: RegExp) => commands(id).filter((one) => word.test(one)).length;
    expect(amount(/^configure$/)).toBe(amount(/^commit/));
  });

  test('FortiOS: what is opened is closed', () => {
    const words = commands('fortigate').map((line) => line.split(' ')[0] ?? '');
    const ends: Readonly<Record<string, string>> = { next: 'edit', end: 'config' };
    const left: string[] = [];
    for (const word of words) {
      if (word === 'config' || word === 'edit') left.push(word);
      else if (ends[word] === left.at(-1)) left.pop();
      else if (ends[word]) left.push(`${word}?`);
    }
    expect(left).toEqual([]);
    expect(
      words.filter((word) => !['config', 'edit', 'next', 'end', 'set', 'diagnose', 'show'].includes(word)),
    ).toEqual([]);
  });

  test('pf: FreeBSD translates in rules of their own, which come before those that admit', () => {
    const kinds = commands('pf-freebsd').map((line) => /^(rdr pass|nat|pass|pfctl)\b/.exec(line)?.[1] ?? line);
    expect([...new Set(kinds)]).toEqual(['rdr pass', 'nat', 'pass', 'pfctl']);
    expect(golden('pf-freebsd')).not.toMatch(/-to\b|egress/);
    expect(golden('pf')).not.toMatch(/->|^(rdr|nat)\b/m);
  });

  test.each(['cisco-ios', 'cisco-asa'])('%s: into the configuration, and out again', (id) => {
    const lines = commands(id);
    expect(lines.filter((line) => line === 'configure terminal').length).toBe(
      lines.filter((line) => line === 'end').length,
    );
    expect(lines.filter((line) => /[^\w .,/()*-]/.test(line))).toEqual([]);
  });

  test('IOS: a thousand single entries are written by nobody', () => {
    const ios = dialectOf('cisco-ios') as Dialect;
    expect(write(ios, { findings: [finding('not-forwarded', ['udp/9000-10999'])] })).toBe(
      '[forward] *\n[flush]\nclear ip nat translation *\n',
    );
  });
});

const FILTERED = [
  finding('not-forwarded', ['udp/9000-9005', 'tcp/5061'], { way: 'firewall' }),
  finding('outbound-blocked', ['udp/9003'], { way: 'firewall' }),
];

describe('where nothing is translated, it is admitted', () => {
  const admitted = (id: string, pbx: string): string => {
    const dialect = dialectOf(id) as Dialect;
    const chains = { forwardChain: 'inet fw4 forward', scanChain: null };
    const read = readRepair({ ...SOURCE, findings: FILTERED, pbx }, { wan: 'eth0', ...chains }, dialect);
    if (read.kind === 'error') return read.error.kind;
    return (dialect.admit?.(read.value) ?? []).flatMap(({ lines }) => lines).join('\n');
  };

  it('nftables: in the chain that decides', () => {
    expect(admitted('nftables', '2001:db8:1::100').split('\n')).toEqual([
      "nft -f - <<'END'",
      'insert rule inet fw4 forward iifname "eth0" ip6 daddr 2001:db8:1::100 udp dport { 9000-9005 } accept',
      'insert rule inet fw4 forward iifname "eth0" ip6 daddr 2001:db8:1::100 tcp dport { 5061 } accept',
      'END',
      "nft -f - <<'END'",
      'insert rule inet fw4 forward oifname "eth0" ip6 saddr 2001:db8:1::100 udp sport { 9003 } accept',
      'END',
      'conntrack -D -f ipv6 -s 2001:db8:1::100',
      'conntrack -D -f ipv6 -d 2001:db8:1::100',
    ]);
  });

  it('iptables: of that family', () => {
    expect(admitted('iptables', '2001:db8:1::100')).toMatch(/^ip6tables-restore --noflush/);
    expect(admitted('iptables', '203.0.113.44')).toMatch(/^iptables-restore --noflush/);
    expect(admitted('iptables', '203.0.113.44')).toContain(
      '-I FORWARD -o eth0 -s 203.0.113.44 -p udp --sport 9003 -j ACCEPT',
    );
  });

  it.each(DIALECTS.filter(({ admit }) => !admit))('$id knows only rules that translate, and says so', ({ id }) => {
    expect(admitted(id, '203.0.113.44')).toBe('not-translated');
  });
});

describe('nothing gets into a command that was not looked at', () => {
  const nft = dialectOf('nftables') as Dialect;
  const kindOf = (source: Partial<RepairSource>, options: Partial<RepairOptions> = {}, dialect = nft): string => {
    const read = readRepair({ ...SOURCE, ...source }, { ...OPTIONS, wan: 'eth0', ...options }, dialect);
    return read.kind === 'ok' ? 'ok' : read.error.kind;
  };

  it.each([
    ['no-pbx', { pbx: null }, {}],
    ['no-pbx', { pbx: '0.0.0.0' }, {}],
    ['no-pbx', { pbx: '192.168.0.100; reboot' }, {}],
    ['no-pbx', { pbx: '2001:db8::100' }, {}],
    ['no-wan', {}, { wan: null }],
    ['not-a-wan', {}, { wan: 'eth0"; reboot' }],
    ['not-a-wan', {}, { wan: '$(reboot)' }],
    ['not-a-wan', {}, { wan: '-eth0' }],
    ['not-a-wan', {}, { wan: 'a-name-of-sixteen' }],
    ['not-a-wan', {}, { wan: 'eth0\nreboot' }],
    ['not-a-wan', {}, { wan: '' }],
    ['not-a-chain', {}, { forwardChain: 'inet filter forward; reboot' }],
    ['not-a-chain', {}, { forwardChain: 'filter forward' }],
    ['not-a-chain', {}, { scanChain: "ip filter 'x" }],
    ['nothing-to-do', { findings: [finding('host-firewall', ['udp/9000'])] }, {}],
    ['ok', { findings: FILTERED }, {}],
    ['ok', { findings: FILTERED, pbx: '2001:db8:1::100' }, { scanChain: null }],
    // Of the other family: no packet would meet it.
    ['not-a-chain', { findings: FILTERED, pbx: '2001:db8:1::100' }, { forwardChain: 'ip filter forward' }],
    ['not-a-chain', {}, { forwardChain: 'ip6 filter forward' }],
    ['ok', {}, { wan: 'ppp0', forwardChain: '  ip   filter  forward ' }],
  ] as const)('%s: %j %j', (kind, source, options) => {
    expect(kindOf(source, options)).toBe(kind);
  });

  it('whatever is written into a report', () => {
    const evil = fc.oneof(
      fc.string(),
      fc.constantFrom("'; reboot #", '$(id)', '`id`', '\nreboot', '"}; drop', '1.2.3.4 -j'),
    );
    fc.assert(
      fc.property(evil, evil, evil, fc.constantFrom(...DIALECTS), (ports, address, option, dialect) => {
        const source = {
          findings: [
            finding('symmetric', [`udp/${ports}`, 'udp/9000', `tcp/${ports}`], { by: address }),
            finding('scan-protection', [`udp/${ports}`]),
            finding('outbound-blocked', ['udp/9001', ports]),
          ],
          publicAddress: address,
          sources: [address],
        };
        const options = { wan: option, forwardChain: option, scanChain: option };
        for (const given of [options, { ...OPTIONS, wan: WAN[dialect.id] ?? null }]) {
          const read = readRepair({ ...SOURCE, ...source }, given, dialect);
          if (read.kind === 'error') continue;
          const lines = dialect.write(read.value).flatMap((section) => section.lines);
          expect(lines.filter((line) => /reboot|\$\(id|`|drop|[\n\r]/.test(line))).toEqual([]);
        }
      }),
    );
  });
});
