import { describe, expect, test } from 'vitest';
import { err, ok } from '../base/index.ts';
import type { Report, ReportFinding } from '../report/index.ts';
import type { System } from '../system/index.ts';
import { sayNotice } from './say.ts';
import { aloneModel, fakeTerminal, runWords, untouchable } from './test-terminal.ts';

const FINDING = {
  code: 'nothing-forwarded',
  severity: 'error',
  ports: ['udp/5060', 'udp/9000-10999'],
  facts: { count: 2001, bindAddress: '192.168.0.100' },
} as const;

const reportOf = (more: Partial<Report> = {}): Report => ({
  schema: 'fullcone.report/1',
  version: '1.2.3',
  verdict: 'unsupported',
  reason: 'all-ports',
  startedAt: '2026-11-22T21:00:00.000Z',
  durationMs: 3000,
  mode: 'bind',
  bindAddress: '192.168.0.100',
  plannedPorts: 2001,
  loss: { sent: 4, answered: 4 },
  servers: [
    {
      ...{ name: 'stun.example', address: '198.51.100.10', port: 3478, state: 'ok' },
      ...{ otherAddress: '198.51.100.20:3479', detail: null },
    },
  ],
  publicAddresses: ['203.0.113.44'],
  ports: [
    {
      protocol: 'udp',
      family: 'ipv4',
      port: 5060,
      result: 'closed',
      cause: 'not-forwarded',
      mapped: null,
      process: null,
    },
  ],
  findings: [FINDING],
  ...more,
});

interface Asked {
  readonly report?: Report | string;
  readonly answer?: string | null;
  readonly lang?: string;
}

/** Without a socket: what is written down is enough. */
async function advise(words: readonly string[], { report = reportOf(), answer, lang }: Asked = {}) {
  const terminal = fakeTerminal(answer === undefined ? {} : { answer });
  const model = aloneModel();
  const text = typeof report === 'string' ? report : JSON.stringify(report);
  const system: System = {
    ...untouchable(model.pbx),
    files: {
      ...model.pbx.files,
      readInput: (path) => Promise.resolve(['r.json', '-'].includes(path) ? ok(text) : err('ENOENT')),
    },
  };
  const all = ['advise', ...words, ...(lang ? ['--lang', lang] : [])];
  const code = await runWords(all, system, terminal);
  return { code, out: terminal.text('out'), error: terminal.text('error') };
}

describe('what is wrong is said in one sentence, with 64', () => {
  test.each([
    [[], 'no report is named'],
    [['missing.json'], '"missing.json" cannot be read (ENOENT)'],
    [['r.json', 'second.json'], '"second.json" is one too many'],
    [['--router', 'pfsens', 'r.json'], '--router "pfsens": this router is not known'],
    [['--router', '__proto__', 'r.json'], 'this router is not known'],
    [['--router', 'any', '--wan', 'eth0', 'r.json'], 'belong to --config'],
    [['--router', 'nftables', '--config', 'r.json'], 'Name it: --wan eth0'],
    [
      ['--router', 'nftables', '--config', '--wan', 'eth0;reboot', 'r.json'],
      'is not a name that this router would give',
    ],
    [['--router', 'nftables', '--config', '--wan', 'eth0', '--forward-chain', 'forward', 'r.json'], 'is not a chain'],
    [['--router', 'nftables', '--config', '--pbx', 'pbx.local', 'r.json'], 'is not an address'],
    [
      ['--router', 'nftables', '--config', '--wan', 'eth0', '--pbx', '2001:db8::1', 'r.json'],
      'Name it: --pbx 192.168.0.100',
    ],
    [['--router', 'pfsense', '--config', 'r.json'], 'for "pfsense" there is no configuration to paste'],
    [['--config', 'r.json'], '--config needs to know for which router'],
    [['--lang', 'fr', 'r.json'], 'English and German only'],
  ])('%j', async (words, sentence) => {
    const { code, out, error } = await advise(words);
    expect([code, out]).toEqual([64, '']);
    expect(error).toContain(sentence);
    expect(error.trim().split('\n').length).toBe(1);
  });

  test.each([
    ['not JSON', 'no report'],
    ['cut short', JSON.stringify(reportOf()).slice(0, -20)],
    ['of another schema', JSON.stringify({ ...reportOf(), schema: 'fullcone.report/9' })],
    ['of something else', '{"schema":"fullcone.nat/1"}'],
    ['a list', '[]'],
    ['null', 'null'],
    ['empty', ''],
    ['without findings', JSON.stringify({ ...reportOf(), findings: undefined })],
    ['findings that are none', JSON.stringify({ ...reportOf(), findings: [{ ports: [{}] }] })],
  ])('a report that is %s', async (_, report) => {
    const { code, out, error } = await advise(['--router', 'pfsense', 'r.json'], { report });
    expect([code, out]).toEqual([64, '']);
    expect(error).toMatch(/^fullcone: .*"r\.json".*\n$/);
  });

  test('also in German', async () => {
    const { error } = await advise(['--router', 'pfsens', 'r.json'], { lang: 'de' });
    expect(error).toContain('Dieser Router ist nicht bekannt');
  });
});

describe('the steps', () => {
  test('of a router, with the numbers filled in', async () => {
    const { code, out, error } = await advise(['--router', 'pfsense', 'r.json']);
    expect([code, error]).toEqual([0, '']);
    expect(out).toContain('an alias for UDP 5060, 9000-10999');
    expect(out).toContain('redirect target IP 192.168.0.100,');
    expect(out).toContain('Read in: docs.netgate.com: Port Forwards.');
    expect(out).not.toContain('Outbound');
  });

  test('that are not verified say so', async () => {
    const { out } = await advise(['--router', 'speedport', 'r.json']);
    expect(out).toContain("Not verified: please compare with your version's manual.");
    expect(out).toContain('In general words: how this router calls it is not known here.');
  });

  test('from standard input, in German', async () => {
    const { code, out } = await advise(['--router', 'fritzbox', '-'], { lang: 'de' });
    expect(code).toBe(0);
    expect(out).toContain('Internet > Freigaben > Portfreigaben: Gerät 192.168.0.100');
    expect(out).toContain('Danach erneut prüfen, mit --no-wait.');
  });

  test('the PBX may be named where the report has no address of it', async () => {
    const report = reportOf({ bindAddress: '0.0.0.0' });
    expect((await advise(['--router', 'any', 'r.json'], { report })).out).toContain("<the PBX's LAN address>");
    const named = await advise(['--router', 'any', '--pbx', '10.0.0.7', 'r.json'], { report });
    expect(named.out).toContain('to 10.0.0.7, each port');
  });

  test('without a wish and without a person: in general words', async () => {
    const { code, out } = await advise(['r.json']);
    expect([code, out.split('\n')[0]]).toEqual([0, 'Any router']);
  });

  test.each([
    ['', 'Any router'],
    [null, 'Any router'],
    ['opnsense\n', 'OPNsense, 24-26'],
  ])('a person is asked, and answers %j', async (answer, first) => {
    const { code, out } = await advise(['r.json'], { answer });
    expect([code, out.split('\n')[0]]).toEqual([0, first]);
  });

  test('an answer that is not known is told so', async () => {
    const { code, error } = await advise(['r.json'], { answer: 'a grey box' });
    expect([code, error]).toEqual([64, expect.stringContaining('--router "a grey box"')]);
  });

  test('what no router mends keeps its own steps', async () => {
    const findings: ReportFinding[] = [{ ...FINDING, code: 'host-firewall', ports: ['udp/9000'], facts: { count: 1 } }];
    const { out } = await advise(['--router', 'pfsense', 'r.json'], { report: reportOf({ findings }) });
    expect(out).toContain('No finding of this report asks for a change in the router.');
    expect(out).toContain("The PBX's own firewall lets nothing in on port 9000");
    expect(out).not.toContain('--no-wait');
  });

  test('where nothing is translated, no forward is spoken of', async () => {
    const findings: ReportFinding[] = [{ ...FINDING, facts: { ...FINDING.facts, way: 'firewall' } }];
    const report = reportOf({ findings });
    const { out } = await advise(['--router', 'pfsense', 'r.json'], { report });
    expect(out).toContain('Nothing is translated on the way to the PBX');
    expect(out).toContain('admit inbound UDP');
    expect(out).not.toContain('Firewall > NAT');
    const config = await advise(['--router', 'vyos', '--config', 'r.json'], { report });
    expect([config.code, config.out]).toEqual([64, '']);
  });

  test('nothing that a terminal would obey comes out of a report', async () => {
    const evil = '\u001b[31m\u0007\u202e';
    const findings: ReportFinding[] = [
      { ...FINDING, facts: { bindAddress: `192.168.0.100${evil}` } },
      { ...FINDING, code: 'process', ports: [`udp/9000${evil}`], facts: { process: evil, count: 1 } },
    ];
    const report = reportOf({
      findings,
      startedAt: evil,
      bindAddress: `fe80::1%${evil}`,
      publicAddresses: [`203.0.113.44${evil}`],
      servers: [{ name: evil, address: `198.51.100.10%${evil}`, port: 3478, state: 'ok', otherAddress: evil }],
    });
    for (const router of ['any', 'mikrotik', 'cisco-asa']) {
      const { out } = await advise(['--router', router, 'r.json'], { report });
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
    }
  });
});

describe('configuration', () => {
  test('to paste, with its remarks in comments', async () => {
    const { code, out, error } = await advise(['--router', 'nftables', '--config', '--wan', 'eth0', 'r.json']);
    expect([code, error]).toEqual([0, '']);
    expect(out).toContain('iifname "eth0" fib daddr type local udp dport { 5060, 9000-10999 } dnat to 192.168.0.100');
    expect(out).toMatch(/^# For Linux \(nftables\), PBX 192\.168\.0\.100, internet interface eth0/);
    expect(out).toContain('# Tested with a Linux router');
  });

  test('that is not verified says so before anything else', async () => {
    const { out } = await advise(['--router', 'cisco-asa', '--config', 'r.json']);
    expect(out.split('\n')[1]).toBe("! Not verified: please compare with your version's manual before you paste it.");
    const german = await advise(['--router', 'fortigate', '--config', 'r.json'], { lang: 'de' });
    expect(german.out).toContain('# Nicht überprüft: bitte vor dem Einfügen');
  });
});

test('the routers that are known are listed', async () => {
  const { code, out } = await advise(['--list-routers']);
  expect(code).toBe(0);
  expect(out.trim().split('\n').length).toBeGreaterThan(30);
  expect(out).toMatch(/^pfsense +pfSense: 5 of 5 facts, 4 of them verified$/m);
  expect(out.split('\n').filter((line) => /([6-9]|\d\d) of 5/.test(line))).toEqual([]);
  expect(out).toMatch(/^nftables .*; configuration$/m);
});

describe('as JSON, for programs', () => {
  const json = async (words: readonly string[], asked: Asked = {}): Promise<unknown> => {
    const { code, out } = await advise([...words, '--json', 'r.json'], asked);
    expect(code).toBe(0);
    return JSON.parse(out);
  };

  test('the steps', async () => {
    expect(await json(['--router', 'nftables'], { lang: 'de' })).toMatchObject({
      ...{ schema: 'fullcone.advice/1', version: '1.2.3', language: 'de', translated: true },
      report: { startedAt: '2026-11-22T21:00:00.000Z', verdict: 'unsupported' },
      router: { id: 'nftables', name: 'Linux (nftables)', versions: 'nft 1.0' },
      steps: [
        { need: 'forward', ofThisRouter: true, source: 'man nft', text: expect.stringContaining('192.168.0.100') },
        { need: 'flush', commands: ['conntrack -D -s 192.168.0.100', 'conntrack -D -r 192.168.0.100'] },
      ],
      findings: [],
      config: null,
    });
  });

  test('what is not known of a router has no source, and what it cannot mend stays a finding', async () => {
    const report = reportOf({ findings: [FINDING, { ...FINDING, code: 'carrier-nat', ports: [] }] });
    expect(await json(['--router', 'speedport'], { report })).toMatchObject({
      steps: [{ need: 'forward' }, { need: 'flush', ofThisRouter: false, source: null }],
      findings: [{ code: 'carrier-nat', severity: 'error', ports: [] }],
    });
  });

  test('the configuration, if asked for', async () => {
    expect(await json(['--router', 'nftables', '--config', '--wan', 'eth0'])).toMatchObject({
      config: { pbx: '192.168.0.100', wan: 'eth0', proven: true, sections: [{ need: 'forward' }, { need: 'flush' }] },
    });
    expect((await advise(['--router', 'pfsense', '--config', '--json', 'r.json'])).code).toBe(64);
  });

  test('the routers', async () => {
    expect(await json(['--list-routers'])).toMatchObject({
      schema: 'fullcone.routers/1',
      routers: expect.arrayContaining([expect.objectContaining({ id: 'pfsense', known: 5, verified: 4 })]),
    });
  });
});

test('what a router calls itself is shown, and nothing in it is obeyed', () => {
  const terminal = fakeTerminal();
  sayNotice('advise.not-known', { terminal, language: 'en' }, { words: 'Box\u001b[31m\n\u202eevil' });
  expect(terminal.text('error')).toBe(
    'fullcone: the router calls itself "Box?[31m??evil", which is none of those that are known.\n',
  );
});
