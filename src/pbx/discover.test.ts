import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { err } from '../base/index.ts';
import { fits } from './config/glob.ts';
import { boundIn, portIn } from './config/numbers.ts';
import { resolvePath } from './config/path.ts';
import { argumentOf, mainProcesses } from './config/processes.ts';
import { ConfigReader } from './config/reader.ts';
import { discover } from './discover.ts';
import { type DiskContent, linesOf, machineWith, runningAs, warningsOf } from './test-machine.ts';

const ASTERISK = { '/etc/asterisk/asterisk.conf': '', '/etc/asterisk/pjsip.conf': '[a]\ntype=transport\nbind=0.0.0.0' };
const FREESWITCH = { '/etc/freeswitch/freeswitch.xml': '<a/>' };
const KAMAILIO = { '/etc/kamailio/kamailio.cfg': '' };

describe('which phone system is here', () => {
  const ids = async (content: DiskContent, commands: readonly string[]) => {
    const processes = commands.map((command, index) => runningAs(command, { pid: 100 + index }));
    const found = await discover(machineWith(content, processes));
    return found.map(({ profile, processes: [main] }) => `${profile.id}${main ? ` ${main.pid}` : ''}`);
  };
  const all = { ...ASTERISK, ...FREESWITCH, ...KAMAILIO };

  test.each<[string, DiskContent, string[], string[]]>([
    ['nothing', {}, [], []],
    ['something else', {}, ['nginx', 'mysqld'], []],
    ['one that runs', ASTERISK, ['asterisk'], ['asterisk 100']],
    ['one that runs among those that are installed', all, ['freeswitch'], ['freeswitch 100']],
    ['all that are installed where none runs', all, ['sshd'], ['asterisk', 'freeswitch', 'kamailio']],
    ['two that run', all, ['asterisk', 'kamailio', 'kamailio'], ['asterisk 100', 'kamailio 101']],
    ['a Kamailio with its rtpengine', all, ['rtpengine', 'kamailio'], ['kamailio 101']],
    ['one that runs, with no files', {}, ['freeswitch'], ['freeswitch 100']],
  ])('%s', async (_, content, commands, expected) => {
    expect(await ids(content, commands)).toEqual(expected);
  });

  test('a 3CX is known by its services, and has its usual ports', async () => {
    const service = (pid: number, name: string, unit: string | null) => runningAs(name, { pid, unit });
    const [product, ...others] = await discover(
      machineWith({}, [
        service(9, '3CXMediaServer', '3CXMediaServer.service'),
        service(8, '3CXPhoneSystem', '3CXPhoneSystem01.service'),
        service(7, '3CXCfgServ', '3CXCfgServ01.service'),
      ]),
    );
    expect(others).toEqual([]);
    expect(product?.processes.map(({ pid }) => pid)).toEqual([8, 9]);
    expect(linesOf(product)).toContain('udp 9000-10999 rtp < profile');
    expect(warningsOf(product)).toEqual(['in-database']);
  });

  test('one in a container has its own files, and its own network', async () => {
    const inside = Object.fromEntries(Object.entries(ASTERISK).map(([path, text]) => [`/proc/7/root${path}`, text]));
    const process = runningAs('asterisk', { pid: 7, root: '/proc/7/root', network: 'own' });
    const [product] = await discover(machineWith({ ...inside, ...FREESWITCH }, [process, { ...process, pid: 9 }]));
    expect(linesOf(product)[0]).toBe('udp 5060 sip < /proc/7/root/etc/asterisk/pjsip.conf:3');
    expect(warningsOf(product)).toEqual(['own-network']);
  });
});

test('several services of one product are several, the workers of one are not', () => {
  const kamailio = (pid: number, unit: string | null, root = '') => runningAs('kamailio', { pid, unit, root });
  const all = [
    kamailio(5, 'a'),
    kamailio(3, 'a'),
    kamailio(4, 'b'),
    kamailio(9, null),
    kamailio(8, null),
    kamailio(2, 'a', '/x'),
  ];
  expect(mainProcesses(all, () => true).map(({ pid }) => pid)).toEqual([2, 3, 4, 8]);
});

test('the value of an option is the last one, wherever it stands', () => {
  expect(argumentOf(['x', '-C', 'a', '-Cb'], '-C')).toBe('b');
  expect(argumentOf(['x', '--C=a'], '-C')).toBeNull();
  expect(argumentOf(['-Cx'], '-C')).toBeNull();
  expect(argumentOf(['x', '-C'], '-C')).toBeNull();
});

test.each<[string, string | null, number | null]>([
  ['0.0.0.0', null, null],
  ['0.0.0.0:5060', null, 5060],
  [' 192.168.0.100:0 ', '192.168.0.100', null],
  ['[::]:5060', null, 5060],
  ['[2001:db8::1]', '2001:db8::1', null],
  ['2001:db8::1', '2001:db8::1', null],
  ['pbx.example.com:5070', 'pbx.example.com', 5070],
  ['*:5070', null, 5070],
  [':7443', null, 7443],
])('%j is an address and a port', (text, address, port) => {
  expect(boundIn(text)).toEqual({ address, port });
});

test.each(['', ':', 'a b', '[x]:1', '1.2.3.4:', '1.2.3.4:99999', '[::1', 'a:b', '1:2:3'])('%j is none', (text) => {
  expect(boundIn(text)).toBeNull();
});

test('a port is a number from 1 to 65535', () => {
  expect(['1', ' 65535 ', '0', '65536', '-1', '5060x', '', '1e3', '99999999'].map(portIn)).toEqual([
    1,
    65_535,
    ...Array<null>(7).fill(null),
  ]);
});

describe('a pattern', () => {
  test.each([
    ['a.conf', '*.conf', true],
    ['.conf', '*.conf', false],
    ['.a', '.*', true],
    ['ab', 'a?', true],
    ['a', 'a?', false],
    ['b', '[a-c]', true],
    ['d', '[a-c]', false],
    ['d', '[!a-c]', true],
    ['-', '[a-]', true],
    [']', '[]]', true],
    ['[', '[', true],
    ['abcbc', 'a*bc', true],
    ['abcbd', 'a*bc', false],
    ['', '*', true],
    ['', '', true],
    ['a', '', false],
  ])('%s %s', (name, pattern, expected) => {
    expect(fits(name, pattern)).toBe(expected);
  });

  test('of nothing but stars takes no time', () => {
    const begun = performance.now();
    expect(fits('a'.repeat(255), `${'*a'.repeat(2000)}b`)).toBe(false);
    expect(performance.now() - begun).toBeLessThan(1000);
  });

  test('is looked for in folders, and in those alone', async () => {
    const { disk } = machineWith({ '/e/a/x.conf': '', '/e/b/x.conf': '', '/e/b/y.txt': '', '/f/c/x.conf': '' });
    const reader = new ConfigReader(disk, '');
    expect(await reader.matching('/e', '*/*.conf')).toEqual(['/e/a/x.conf', '/e/b/x.conf']);
    expect(await reader.matching('/e', '../f/c/x.conf')).toEqual(['/f/c/x.conf']);
    expect(await reader.matching('/e', '/none/*')).toEqual([]);
  });

  test('a path never leads above the root', () => {
    expect(resolvePath('/etc', '../../../x')).toBe('/x');
    expect(resolvePath('/etc/', './/a/./b/../c')).toBe('/etc/a/c');
  });
});

describe('how much of a configuration is read', () => {
  const warned = (reader: ConfigReader) => reader.warnings.map(({ code, file, line }) => `${code} ${file}:${line}`);
  const FROM = { file: '/e/main.conf', line: 3 };

  test('of long files, 16 MiB; where it ends is said, once', async () => {
    const content = { '/e/a': 'a'.repeat(6 * 1024 * 1024) };
    const reader = new ConfigReader(machineWith(content).disk, '');
    const kinds: string[] = [];
    for (let count = 0; count < 5; count++) kinds.push((await reader.read('/e/a', FROM)).kind);
    expect(kinds).toEqual(['text', 'text', 'text', 'failed', 'failed']);
    expect(warned(reader)).toEqual(['too-much /e/main.conf:3']);
  });

  test('500 folders; which one is left out is said', async () => {
    const content = Object.fromEntries(Array.from({ length: 600 }, (_, index) => [`/e/${1000 + index}/x.conf`, '']));
    const reader = new ConfigReader(machineWith(content).disk, '');
    expect(await reader.matching('/e', '*/*.conf')).toHaveLength(499);
    expect(warned(reader)).toEqual(['too-much /e/1499:null']);
  });

  test('not a folder that cannot be read, which is said unless it is not there', async () => {
    const { disk } = machineWith({});
    const failing = (code: string) => ({ ...disk, readFolder: () => Promise.resolve(err(code)) });
    const warnings: (string | undefined)[] = [];
    for (const code of ['EACCES', 'EIO', 'ENOENT', 'ENOTDIR']) {
      const reader = new ConfigReader(failing(code), '');
      expect(await reader.names('/e')).toEqual([]);
      warnings.push(warned(reader)[0]);
    }
    expect(warnings).toEqual(['permission /e:null', 'unreadable /e:null', undefined, undefined]);
  });
});

/** What configurations are made of, in any order. */
const PIECES = [
  ...[
    '[general]',
    '[a](!)',
    '[b](a)',
    '[a](+)',
    '[',
    'type=transport',
    'bind=0.0.0.0',
    'bind=[::]:5061',
    ';--',
    '--;',
    '\\;',
    '+=',
  ],
  ...[
    '#include pjsip.conf',
    '#include /etc/*/*.conf',
    '#tryinclude x',
    '#exec y',
    'rtpstart=1',
    'rtpend=2',
    'bindport=x',
  ],
  ...[
    '<X-PRE-PROCESS cmd="include" data="*.xml"/>',
    '<X-PRE-PROCESS cmd="set" data="a=$${a}$${a}"/>',
    '<a>',
    '</a>',
    '<!--',
    '-->',
    '<![CDATA[',
    '<param name="sip-port" value="$${a}"/>',
  ],
  ...['<configuration name="sofia.conf">', '<profile name="x">', '<settings>', '</settings>', '<!DOCTYPE x>', '<?'],
  ...[
    '#!define A B',
    '#!define B A A',
    '#!ifdef A',
    '#!else',
    '#!endif',
    'listen=udp:A:B',
    'listen=A',
    'port=A',
    'include_file "kamailio.cfg"',
    '{',
    '}',
    '/*',
    '*/',
    '"',
    "'",
  ],
  ...[
    '[rtpengine]',
    'port-min=1',
    'port-max=99999',
    'FEP,9',
    'LEP,70000',
    'listen 1 ssl;',
    '=',
    ' ',
    '\t',
    '\0',
    '\u2028',
    '😀',
  ],
];

const FILES = [
  ...['asterisk.conf', 'pjsip.conf', 'sip.conf', 'rtp.conf', 'iax.conf', 'http.conf', 'udptl.conf', 'modules.conf'].map(
    (name) => `/etc/asterisk/${name}`,
  ),
  ...[
    '/etc/freeswitch/freeswitch.xml',
    '/etc/freeswitch/vars.xml',
    '/etc/kamailio/kamailio.cfg',
    '/etc/rtpengine/rtpengine.conf',
    '/var/lib/3cxpbx/Bin/3cxmediaserver.ini',
    '/var/lib/3cxpbx/Bin/nginx/conf/nginx.conf',
  ],
];

const LINE = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...PIECES) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
);
const TEXT = fc.array(LINE, { maxLength: 25 }).map((lines) => lines.join('\n'));
const CONTENT = fc.oneof(
  { weight: 9, arbitrary: TEXT },
  { weight: 1, arbitrary: fc.constantFrom('EACCES', 'EINVAL', 'EFBIG', 'EIO').map((code) => ({ code })) },
);
const DISK = fc.record(Object.fromEntries(FILES.map((file) => [file, CONTENT])), { requiredKeys: [] });

test('whatever is in the files, it ends, with ports that are ports and warnings that have their place', async () => {
  const processes = ['asterisk', 'freeswitch', 'kamailio', 'rtpengine'].map((name) => runningAs(name));
  await fc.assert(
    fc.asyncProperty(DISK, fc.boolean(), async (content, isRunning) => {
      const machine = machineWith(content as DiskContent, isRunning ? processes : []);
      for (const { ports, warnings } of await discover(machine)) {
        const places = ports.flatMap(({ origin }) => (origin.kind === 'configuration' ? [origin.place.file] : []));
        const lines = warnings.flatMap(({ file, line }) => (line === null ? [] : [file ?? '']));
        const texts = Object.keys(content).filter((file) => typeof content[file] === 'string');
        expect([...places, ...lines].filter((file) => !texts.includes(file))).toEqual([]);
        expect(ports.filter(({ from, to }) => !(from >= 1 && from <= to && to <= 65_535))).toEqual([]);
        expect(warnings.filter(({ file }) => file !== null && !file.startsWith('/'))).toEqual([]);
      }
      // Nothing but what is a configuration, or what one of them includes.
      expect(machine.read.filter((path) => !/^\/(etc|usr|opt|var\/lib\/3cxpbx)\//.test(path))).toEqual([]);
      expect(machine.read.length).toBeLessThan(3000);
    }),
    { numRuns: 300 },
  );
});

test.each<[string, string, string]>([
  ['a long name', '/etc/asterisk/pjsip.conf', `[a]\n${`${'x'.repeat(8000)}\n`.repeat(400)}`],
  ['semicolons', '/etc/asterisk/pjsip.conf', `${';--'.repeat(2500)}\n`.repeat(400)],
  ['equals signs', '/etc/freeswitch/freeswitch.xml', `<X-PRE-PROCESS ${'a='.repeat(4000)}\n`.repeat(400)],
  ['angle brackets', '/etc/freeswitch/freeswitch.xml', `${'<a>'.repeat(2500)}\n`.repeat(400)],
  ['blanks', '/etc/freeswitch/freeswitch.xml', `<X-PRE-PROCESS cmd="set" data="${' '.repeat(8000)}"/>\n`.repeat(400)],
  ['definitions', '/etc/kamailio/kamailio.cfg', `#!define A ${'A '.repeat(400)}\nlisten=A\n`.repeat(2000)],
  ['brackets', '/etc/kamailio/kamailio.cfg', `${'{/*'.repeat(2500)}\n`.repeat(400)],
])('three megabytes of %s take no time', async (_, path, text) => {
  const [, , name = ''] = path.split('/');
  const begun = performance.now();
  await discover(machineWith({ [path]: text }, [runningAs(name)]));
  expect(performance.now() - begun).toBeLessThan(10_000);
});
