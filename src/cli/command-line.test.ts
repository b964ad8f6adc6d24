import { describe, expect, test } from 'vitest';
import { createModel } from '../../lab/model/index.ts';
import { startReflector } from '../app/index.ts';
import { fewestSockets } from '../plan/index.ts';
import type { System } from '../system/index.ts';
import { languageOf } from './command-line.ts';
import { aloneModel, fakeTerminal, runWords, untouchable } from './test-terminal.ts';
import { EXIT } from './types.ts';

const CHECK = ['check', '--server', 'stun.example.com', '--udp', '5060'];
const nat = (...words: string[]) => ['nat', '--server', 'x', ...words];
const with_ = (...words: string[]) => [...CHECK, ...words];
const server = (name: string) => ['check', '--server', name, '--udp', '5060'];
const ports = (udp: string) => ['check', '--server', 'stun.example.com', '--udp', udp];
const reflector6 = (primary: string, alternate: string) => [
  ...['reflector', '--primary', primary, '--alternate', alternate],
];

const reflector = (...words: string[]) => [
  'reflector',
  '--primary',
  '198.51.100.10',
  '--alternate',
  '198.51.100.20',
  ...words,
];

/** Without what a sentence needs in both languages: what was given, and what would be right. */
const MISTAKES: [string, string[], string[]][] = [
  ['no command', [], ['fullcone check', 'fullcone reflector']],
  [
    'an unknown command',
    ['chekc'],
    ['"chekc"', 'check, report, compare, advise, explain, map, nat, ports, reflector', 'fullcone --help'],
  ],
  [
    'help for an unknown command',
    ['help', 'chekc'],
    ['"chekc"', 'check, report, compare, advise, explain, map, nat, ports, reflector'],
  ],
  ['an unknown option', ['check', '--port', '5060'], ['"--port"', 'fullcone check --help']],
  ['an unknown option before the command', ['--server', 'x', 'check'], ['"--server"', 'fullcone --help']],
  ['an unknown short option', ['reflector', '-p'], ['"-p"', 'fullcone reflector --help']],
  ['a misspelt option', ['check', '--servr', 'x'], ['"--servr"', '--server', 'fullcone check --help']],
  ['an option without its value', ['check', '--udp'], ['--udp <ports>', 'fullcone check --help']],
  ['a word without an option', with_('198.51.100.10'), ['"198.51.100.10"', 'fullcone check --help']],
  ['a language that it does not speak', with_('--lang', 'fr'), ['--lang "fr"', '--lang en', '--lang de']],
  ['no language', with_('--lang', ''), ['--lang ""']],

  ['no server, and all ports', ['check', '--udp', '5060', '--all'], ['--server stun.example.com', '--sample 280']],
  ['no server, and a rate', ['check', '--udp', '5060', '--rate', 'max'], ['--server stun.example.com', '--rate']],
  ['a server and a list', with_('--servers', 'x.json'), ['--server', '--servers']],
  [
    'a list that is not there',
    ['check', '--udp', '5060', '--servers', 'x.json'],
    ['"x.json"', 'servers.json', 'ENOENT'],
  ],
  ['no server to ask for the NAT', ['nat'], ['--server stun.example.com']],
  ['an empty server', server(''), ['--server ""', 'stun.example.com:3479']],
  ['a server with a space', server('stun example'), ['--server "stun example"', 'stun.example.com']],
  ['a server with two ports', server('a:b:c'), ['--server "a:b:c"', 'stun.example.com:3479']],
  ['a URI', server('stun:stun.example.com:3478'), ['"stun:stun.example.com:3478"', 'stun.example.com:3479']],
  ['half an IPv6 server', server('[::1'), ['--server "[::1"', 'IPv6', '[2001:db8::10]:3478']],
  ['an IPv6 server of two readings', server('2001:db8::10:3478'), ['[2001:db8::10:3478]', '[2001:db8::10]:3478']],
  ['a link-local server', server('[fe80::1%eth0]'), ['"[fe80::1%eth0]"', '[2001:db8::10]']],
  ['IPv4 in the form of IPv6', server('[::ffff:198.51.100.10]'), ['"[::ffff:198.51.100.10]"', '198.51.100.10']],
  ['both families', with_('-4', '-6'), ['-4', '-6']],
  ['two families', with_('-6', '--server', '198.51.100.10'), ['-6', 'IPv6', '--server 198.51.100.10', 'IPv4']],
  ['embedded over IPv6', ['check', '--server', 'embedded', '--udp', '5060', '-6'], ['--server embedded', '-6']],
  ['a link-local address', with_('--bind-address', 'fe80::1%eth0'), ['"fe80::1%eth0"', '2001:db8::100']],
  ['a server at port 0', server('host:0'), ['--server "host:0"', '"0"', '65535']],
  ['an address that is none', server('300.1.1.1'), ['--server "300.1.1.1"', '198.51.100.10']],
  ['embedded and another', with_('--server', 'embedded'), ['--server embedded']],

  ['a wait in words', nat('--lifetime', 'long'), ['--lifetime "long"', '3600', '180']],
  ['no wait', nat('--lifetime', '0'), ['--lifetime "0"', '3600']],
  ['a negative wait', nat('--lifetime=-5'), ['--lifetime "-5"', '3600']],
  ['half a second', nat('--lifetime', '1.5'), ['--lifetime "1.5"', '3600']],
  ['a wait of days', nat('--lifetime', '3601'), ['--lifetime "3601"', '3600']],
  [
    'a NAT within one machine',
    ['nat', '--server', 'embedded', '--lifetime'],
    ['--server embedded', 'stun.example.com'],
  ],

  ['no ports', ['check', '--server', 'x'], ['--udp 5060,9000-10999', '--profile 3cx', 'freeswitch']],
  ['an empty list', ports(''), ['--udp ""', '5060,9000-10999']],
  ['an empty place', ports('5060,,5061'), ['--udp "5060,,5061"', '5060,9000-10999']],
  ['a range upside down', ports('9010-9000'), ['"9010-9000"', '9000-9010']],
  ['a range without an end', ports('9000-'), ['"9000-"', '9000-10999']],
  ['an exponent', ports('1e3'), ['"1e3"', '5060']],
  ['a semicolon', ports('5060;5061'), ['"5060;5061"', '5060']],
  ['port 0', ports('0'), ['"0"', '65535']],
  ['port 65536', ports('65536'), ['"65536"', '65535']],
  ['an unknown profile', ['check', '--server', 'x', '--profile', '3xc'], ['--profile "3xc"', '3cx, asterisk', '--udp']],
  ['an unknown profile beside ports', with_('--profile', '3xc'), ['--profile "3xc"', '3cx, asterisk']],

  ['a name to listen on', with_('--bind-address', 'eth0'), ['--bind-address "eth0"', '192.168.0.100']],
  ['an address of another machine', with_('--bind-address', '192.0.2.9'), ['--bind-address 192.0.2.9', '203.0.113.44']],
  ['rate 0', with_('--rate', '0'), ['--rate "0"', '1000000', 'max']],
  ['a negative rate', with_('--rate', '-5'), ['--rate "-5"', '1000000', 'max']],
  ['half a packet', with_('--rate', '1.5'), ['--rate "1.5"', '1000000', 'max']],
  ['a sample of nothing', with_('--sample', '0'), ['--sample "0"', '1']],
  ['an order that there is not', with_('--order', 'shuffled'), ['--order "shuffled"', 'random', 'sequential']],
  ['all, and a sample', with_('--all', '--sample', '5'), ['--all', '--sample']],
  ['a file that cannot be written', with_('--output', '/nowhere/x.json'), ['--output "/nowhere/x.json"', 'EROFS']],
  ['a file without a name', with_('--output', ''), ['--output ""', 'EROFS']],

  ['a reflector without addresses', ['reflector'], ['--primary 198.51.100.10 --alternate 198.51.100.20']],
  ['a reflector of one address', ['reflector', '--primary', '192.0.2.1'], ['192.0.2.1', '--alternate', '--single']],
  ['one address, and two', reflector('--single'), ['--single', '--alternate']],
  [
    'one address twice',
    ['reflector', '--primary', '192.0.2.1', '--alternate', '192.0.2.1'],
    ['--primary', '--alternate', '192.0.2.1'],
  ],
  ['all addresses', ['reflector', '--primary', '0.0.0.0', '--alternate', '192.0.2.1'], ['"0.0.0.0"', '198.51.100.10']],
  ['a name', ['reflector', '--primary', 'localhost', '--alternate', '192.0.2.1'], ['"localhost"', '198.51.100.10']],
  ['a link-local reflector', reflector6('fe80::10', '2001:db8::20'), ['"fe80::10"']],
  ['a reflector of two families', reflector6('192.0.2.1', '2001:db8::20'), ['2001:db8::20', '--primary 2001:db8::10']],
  ['IPv6 in brackets', reflector6('[2001:db8::10]', '2001:db8::20'), ['"[2001:db8::10]"', '2001:db8::10']],
  ['two of one family', reflector('--primary', '192.0.2.1'), ['198.51.100.10', '192.0.2.1', '--primary']],
  ['a second family of one address', reflector('--primary', '2001:db8::10'), ['2001:db8::10', '--alternate']],
  ['an alternate of no primary', reflector('--alternate', '2001:db8::20'), ['2001:db8::20', '--primary']],
  [
    'one port twice',
    reflector('--port', '5000', '--alternate-port', '5000'),
    ['--port', '--alternate-port', '5000', '3479'],
  ],
  ['a port that is none', reflector('--port', 'abc'), ['--port "abc"', '65535']],
  ['another port that is none', reflector('--alternate-port', '65536'), ['--alternate-port "65536"', '65535']],
  ['a fault that nobody knows', reflector('--lab-fault', 'x'), ['--lab-fault "x"', 'no-response-port']],
];

describe.each(['en', 'de'] as const)('a mistake, told in "%s"', (language) => {
  const environment = { LANG: language === 'de' ? 'de_DE.UTF-8' : 'en_US.UTF-8' };

  test.each(MISTAKES)('%s', async (_, words, said) => {
    const terminal = fakeTerminal({ environment });
    expect(await runWords(words, untouchable(aloneModel().pbx), terminal)).toBe(EXIT.usage);
    expect(terminal.text('out')).toBe('');
    const sentence = terminal.text('error').split('\n').at(-2) ?? '';
    expect(sentence).toMatch(/^fullcone: \S.*[.]$/);
    for (const part of said) expect(sentence).toContain(part);
    expect(sentence).not.toMatch(/undefined|NaN|null|\{\{|…|mistake\./);
    expect(terminal.listening()).toBe(0);
  });

  test("none is commander's own", async () => {
    for (const words of [['check', '--udp'], ['check', '--nonsense'], ['nonsense'], ['check', '--servr', 'x']]) {
      const terminal = fakeTerminal({ environment });
      await runWords(words, untouchable(aloneModel().pbx), terminal);
      expect(terminal.text('error')).not.toMatch(/argument missing|unknown (option|command)|^error|\(Did you mean/m);
    }
  });

  test('is in that language, and none is in the other', async () => {
    const sentences: string[] = [];
    for (const [, words] of MISTAKES) {
      const terminal = fakeTerminal({ environment });
      await runWords(words, untouchable(aloneModel().pbx), terminal);
      sentences.push(terminal.text('error').split('\n').at(-2) ?? '');
    }
    const german = /\b(ist|sind|keine?|fehlt|Richtig|wäre|gibt|Lassen|Nennen|Geben|braucht|gehört)\b/;
    const other = sentences.filter((sentence) => german.test(sentence) !== (language === 'de'));
    expect(other).toEqual([]);
  });
});

describe('what can only be told by trying', () => {
  /** No packet may leave. */
  const mute = (system: System): System => ({
    ...system,
    udp: {
      ...system.udp,
      open: (local, handlers, load) => ({
        ...system.udp.open(local, handlers, load),
        send: () => {
          throw new Error('a packet was sent');
        },
      }),
    },
  });
  const ignore = () => undefined;
  const handlers = { bound: ignore, failed: ignore, datagram: ignore, notSent: ignore };

  test.each([
    ['en', 'is in use', '--port 3578 --alternate-port 3579'],
    ['de', 'lauscht schon ein anderer Prozess', '--port 3578 --alternate-port 3579'],
  ])('a port of the reflector that another process has (%s)', async (lang, said, right) => {
    const model = aloneModel();
    model.reflector.udp.open({ address: '198.51.100.20', port: 3479 }, handlers);
    const terminal = fakeTerminal();
    expect(await model.run(runWords(reflector('--lang', lang), mute(model.reflector), terminal))).toBe(EXIT.usage);
    for (const part of ['198.51.100.20:3479', said, right]) expect(terminal.text('error')).toContain(part);
    expect([terminal.text('out'), model.openSockets()]).toEqual(['', 1]);
  });

  test.each(['en', 'de'])('an address of the reflector that is not here (%s)', async (lang) => {
    const model = aloneModel();
    const words = ['reflector', '--primary', '198.51.100.10', '--alternate', '192.0.2.9', '--lang', lang];
    const terminal = fakeTerminal();
    expect(await model.run(runWords(words, mute(model.reflector), terminal))).toBe(EXIT.usage);
    for (const part of ['192.0.2.9', '198.51.100.10, 198.51.100.20']) expect(terminal.text('error')).toContain(part);
    expect([terminal.text('out'), model.openSockets()]).toEqual(['', 0]);
  });

  test.each(['en', 'de'])('the ports of the embedded reflector, which cannot be others (%s)', async (lang) => {
    const model = aloneModel({ held: [3478] });
    const terminal = fakeTerminal();
    const words = ['check', '--server', 'embedded', '--udp', '5060', '--lang', lang];
    expect(await model.run(runWords(words, mute(model.pbx), terminal))).toBe(EXIT.usage);
    for (const part of ['--server embedded', '127.0.0.2:3478']) expect(terminal.text('error')).toContain(part);
    expect(terminal.text('error')).not.toContain('--alternate-port');
    expect([terminal.text('out'), model.openSockets()]).toEqual(['', 0]);
  });

  test.each(['en', 'de'])('more sockets than there are (%s)', async (lang) => {
    const model = aloneModel({}, { freeSockets: fewestSockets - 1 });
    const terminal = fakeTerminal();
    expect(await runWords(with_('--lang', lang), untouchable(model.pbx), terminal)).toBe(EXIT.usage);
    for (const part of [`${fewestSockets - 1}`, `${fewestSockets}`, 'ulimit -n', 'LimitNOFILE'])
      expect(terminal.text('error')).toContain(part);
  });

  test('just as many sockets as are needed are enough', async () => {
    const model = aloneModel({}, { freeSockets: fewestSockets });
    expect(await model.run(runWords(CHECK, model.pbx, fakeTerminal()))).toBe(EXIT.inconclusive);
  });

  test('more servers than sockets are asked one after the other', async () => {
    const servers = Array.from({ length: 20 }, (_, index) => ['--server', `198.51.100.${60 + index}`]).flat();
    const terminal = fakeTerminal();
    const model = aloneModel({}, { freeSockets: fewestSockets });
    expect(await model.run(runWords(['check', ...servers, '--udp', '5060'], model.pbx, terminal))).toBe(
      EXIT.inconclusive,
    );
    expect(terminal.text('out')).not.toContain('EMFILE');
  });

  test('a file that was opened for a check that is refused is left as it was', async () => {
    const model = aloneModel({ held: [3478] });
    const done: string[] = [];
    const files: System['files'] = {
      ...model.pbx.files,
      openOutput: () =>
        Promise.resolve({
          kind: 'ok',
          value: {
            write: () => Promise.reject(new Error('written')),
            abandon: () => Promise.resolve(void done.push('abandoned')),
          },
        }),
    };
    const words = ['check', '--server', 'embedded', '--udp', '5060', '--output', 'report.json'];
    expect(await model.run(runWords(words, { ...model.pbx, files }, fakeTerminal()))).toBe(EXIT.usage);
    expect(done).toEqual(['abandoned']);
  });
});

describe('without --server', () => {
  /** Every name is that of the lab's reflector, and nothing leaves the lab. */
  async function run(words: readonly string[]) {
    const model = aloneModel({ server: { kind: 'full' } });
    const options = { primary: '198.51.100.10', alternate: '198.51.100.20', port: 3478, alternatePort: 3479 };
    await model.run(startReflector(model.reflector, { ...options, rfc3489: false, lab: false, fault: null }));
    const asked: string[] = [];
    const resolve: System['names']['resolve'] = (name) => {
      asked.push(name);
      return Promise.resolve({ kind: 'ok', value: ['198.51.100.10'] });
    };
    const terminal = fakeTerminal();
    const code = await model.run(runWords(words, { ...model.pbx, names: { ...model.pbx.names, resolve } }, terminal));
    return { asked, code, text: terminal.text('out').replace(/\s+/g, ' ') };
  }

  test.each([
    ['en', 'Public servers (list of 2026-08) allow a sample only; a reflector of your own allows the full check.'],
    ['de', 'ein eigener Reflektor die ganze Prüfung.'],
  ])('three of the list are asked for a sample, and the report says so (%s)', async (lang, said) => {
    const { asked, text } = await run(['check', '--udp', '9000-9299', '--lang', lang]);
    expect(new Set(asked).size).toBe(3);
    expect(text).toContain(said);
    expect(text).toMatch(/\b100 .*300\b/);
  });

  test.each(['en', 'de'])('a file that is no list is not drawn from (%s)', async (lang) => {
    const { pbx } = aloneModel();
    const terminal = fakeTerminal();
    const files = { ...pbx.files, readInput: () => Promise.resolve({ kind: 'ok', value: 'stun.example' } as const) };
    const words = ['check', '--udp', '5060', '--servers', 'x.json', '--lang', lang];
    expect(await runWords(words, untouchable({ ...pbx, files }), terminal)).toBe(EXIT.usage);
    for (const part of ['--servers "x.json"', '"servers":["stun.example.com"]'])
      expect(terminal.text('error')).toContain(part);
  });

  test('the JSON report names the list', async () => {
    const { asked, text } = await run(['check', '--udp', '9000-9299', '--json']);
    const report = JSON.parse(text) as { serverList: string; servers: { name: string }[]; ports: unknown[] };
    expect([report.serverList, report.ports.length]).toEqual(['2026-08', 100]);
    const names = report.servers.map(({ name }) => name.replace(/:\d+$/, ''));
    expect(names.toSorted()).toEqual(asked.toSorted());
  });
});

describe('what a terminal would obey', () => {
  const EVIL = '\u001b[31m\u0007\r\n\u009b2J\u202e\u2028\u0000';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  const OBEYED = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e\u2028]/;

  test.each([
    ['a command', [`x${EVIL}`]],
    ['the name of a command to be explained', ['help', `x${EVIL}`]],
    ['an option', ['check', `--x${EVIL}`]],
    ['an option that is nearly right', ['check', `--serve${EVIL}`]],
    ['a short option', ['check', `-${EVIL}`]],
    ['a word', with_(EVIL)],
    ['a language', with_('--lang', EVIL)],
    ['a server', server(`x${EVIL}`)],
    ['the port of a server', server(`x:${EVIL}`)],
    ['an IPv6 server', server(`[::1${EVIL}]`)],
    ['a port', ports(`5060${EVIL}`)],
    ['a list with an empty place', ports(`5060,,${EVIL}`)],
    ['a profile', with_('--profile', EVIL)],
    ['an address', with_('--bind-address', EVIL)],
    ['a rate', with_('--rate', EVIL)],
    ['a sample', with_('--sample', EVIL)],
    ['a file', with_('--output', EVIL)],
    ['an address of the reflector', ['reflector', '--primary', EVIL, '--alternate', EVIL]],
    ['the only address of a reflector', ['reflector', '--primary', EVIL]],
    ['a port of the reflector', reflector('--port', EVIL)],
    ['a fault', reflector('--lab-fault', EVIL)],
  ])('is not printed as it is: %s', async (_, words) => {
    const terminal = fakeTerminal();
    expect(await runWords(words, untouchable(aloneModel().pbx), terminal)).toBe(EXIT.usage);
    expect(terminal.text('error')).toContain('fullcone: ');
    expect(terminal.text('error')).not.toMatch(OBEYED);
    expect(terminal.text('out')).toBe('');
  });

  test('and a file that somebody gave for a list is not printed in full', async () => {
    const terminal = fakeTerminal();
    await runWords(ports('x'.repeat(100_000)), untouchable(aloneModel().pbx), terminal);
    expect(terminal.text('error').length).toBeLessThan(600);
  });

  test.each(['$t(mistake.sample.both)', '{{given}}', '{{profiles}}', '<b>&amp;', "it's 5060"])(
    'nor is what a template would obey: %j',
    async (given) => {
      const terminal = fakeTerminal();
      await runWords(ports(given), untouchable(aloneModel().pbx), terminal);
      expect(terminal.text('error')).toContain(`"${given}"`);
    },
  );
});

describe('help', () => {
  const WIDEST = 80;

  test.each([
    [['--help'], ['check', 'reflector']],
    [['-h'], ['check', 'reflector']],
    [['help'], ['check', 'reflector']],
    [
      ['check', '--help'],
      ['--server', '--udp', '--profile', '--no-router', '--no-wait', '130 cancelled', 'Examples'],
    ],
    [
      ['help', 'check'],
      ['--server', '--udp'],
    ],
    [
      ['reflector', '--help'],
      ['--primary', '--alternate', '--single', '3478'],
    ],
  ])('%j is on standard output, and fits a narrow terminal', async (words, said) => {
    const terminal = fakeTerminal();
    expect(await runWords(words, untouchable(aloneModel().pbx), terminal)).toBe(0);
    for (const part of said) expect(terminal.text('out')).toContain(part);
    expect(terminal.text('error')).toBe('');
    expect(
      terminal
        .text('out')
        .split('\n')
        .filter((line) => line.length > WIDEST),
    ).toEqual([]);
    expect(terminal.text('out')).not.toContain('[]');
  });

  test.each(['--version', '-V'])('%s', async (word) => {
    const terminal = fakeTerminal();
    expect(await runWords([word], untouchable(aloneModel().pbx), terminal)).toBe(0);
    expect([terminal.text('out'), terminal.text('error')]).toEqual(['1.2.3\n', '']);
  });
});

describe('the language', () => {
  test.each<[string[], Record<string, string>, string]>([
    [[], {}, 'en'],
    [[], { LANG: 'de_DE.UTF-8' }, 'de'],
    [[], { LANG: 'de' }, 'de'],
    [[], { LANG: 'C' }, 'en'],
    [[], { LANG: 'fr_FR.UTF-8' }, 'en'],
    [[], { LANG: 'den' }, 'en'],
    [[], { LANG: 'en_US.UTF-8', LC_MESSAGES: 'de_DE.UTF-8' }, 'de'],
    [[], { LANG: 'de_DE.UTF-8', LC_MESSAGES: 'en_US.UTF-8' }, 'en'],
    [[], { LC_MESSAGES: 'de_DE.UTF-8', LC_ALL: 'C' }, 'en'],
    [[], { LANG: 'de_DE.UTF-8', LC_ALL: '' }, 'de'],
    [['--lang', 'de'], { LC_ALL: 'en_US.UTF-8' }, 'de'],
    [['--lang=en'], { LANG: 'de_DE.UTF-8' }, 'en'],
    [['--lang', 'de-AT'], {}, 'de'],
    [['--lang', 'DE'], {}, 'de'],
    [['--lang', 'fr'], { LANG: 'de_DE.UTF-8' }, 'de'],
    [['--lang'], { LANG: 'de_DE.UTF-8' }, 'de'],
  ])('%j and %j: %s', (words, environment, language) => {
    expect(languageOf(['check', ...words], environment)).toBe(language);
  });
});

describe('a check', () => {
  const EMBEDDED = ['check', '--server', 'embedded', '--udp', '5060,9000-9005'];

  async function check(words: readonly string[], terminal = fakeTerminal(), model = aloneModel()) {
    const code = await model.run(runWords(words, model.pbx, terminal));
    return { code, out: terminal.text('out'), error: terminal.text('error'), open: model.openSockets() };
  }

  test('prints the report, and nothing else', async () => {
    const { code, out, error, open } = await check(EMBEDDED);
    expect([code, error, open]).toEqual([EXIT.supported, '', 0]);
    expect(out).toMatch(/^Supported: All 7 ports are open/);
  });

  test('in German', async () => {
    expect((await check([...EMBEDDED, '--lang', 'de'])).out).toMatch(/^Unterstützt: Alle 7 Ports/);
  });

  test('as JSON: one object', async () => {
    const { out, error } = await check([...EMBEDDED, '--json']);
    expect(JSON.parse(out)).toMatchObject({ schema: 'fullcone.report/1', version: '1.2.3', verdict: 'supported' });
    expect([error, out.endsWith('}\n')]).toEqual(['', true]);
  });

  test('lists every port, if that is wanted', async () => {
    const lines = (text: string) => text.split('\n').filter((line) => /^ +\d+ +open/.test(line)).length;
    expect(lines((await check([...EMBEDDED, '--list-ports'])).out)).toBe(7);
    expect(lines((await check(EMBEDDED)).out)).toBe(0);
  });

  test('asks for all ports that were named, in however many options', async () => {
    const words = ['check', '--server', 'embedded', '--udp', '5060', '--udp', '9000-9001', '--udp=7000', '--json'];
    const { out } = await check(words);
    const { ports: asked } = JSON.parse(out) as { ports: { port: number }[] };
    expect(asked.map(({ port }) => port)).toEqual([5060, 7000, 9000, 9001]);
  });

  test.each([
    [0, { held: [] }, EMBEDDED],
    [2, { held: [9001] }, EMBEDDED],
    [2, {}, ['check', '--server', '198.51.100.10', '--udp', '5060']],
    [2, {}, ['check', '--server', 'nowhere.example', '--udp', '5060']],
  ])('ends with %d, as its verdict wants it', async (code, network, words) => {
    expect((await check(words, fakeTerminal(), aloneModel(network))).code).toBe(code);
  });

  test('an internal error closes what it has opened, and leaves the file alone', async () => {
    const model = aloneModel();
    const done: string[] = [];
    const output = {
      write: () => Promise.resolve({ kind: 'ok', value: null } as const),
      abandon: () => Promise.resolve(void done.push('abandoned')),
    };
    const broken: System = {
      ...model.pbx,
      files: {
        ...model.pbx.files,
        openOutput: () => Promise.resolve({ kind: 'ok', value: output }),
        readState: () => Promise.reject(new Error('broken')),
      },
    };
    const terminal = fakeTerminal();
    const words = [...EMBEDDED, '--output', 'x'];
    await expect(model.run(runWords(words, broken, terminal))).rejects.toThrow('broken');
    expect([model.openSockets(), terminal.listening(), done]).toEqual([0, 0, ['abandoned']]);
  });

  describe('with a file for its report', () => {
    async function written(words: readonly string[], fails: string | null = null) {
      const model = aloneModel();
      const texts: string[] = [];
      const write = (text: string) => {
        texts.push(text);
        return Promise.resolve(
          fails ? ({ kind: 'error', error: fails } as const) : ({ kind: 'ok', value: null } as const),
        );
      };
      const openOutput = () =>
        Promise.resolve({ kind: 'ok', value: { write, abandon: () => Promise.resolve() } } as const);
      const terminal = fakeTerminal({ columns: 50 });
      const code = await model.run(
        runWords([...EMBEDDED, ...words], { ...model.pbx, files: { ...model.pbx.files, openOutput } }, terminal),
      );
      return { code, text: texts[0] ?? '', out: terminal.text('out'), error: terminal.text('error') };
    }

    test.each([
      ['report.json', true],
      ['REPORT.JSON', true],
      ['report.txt', false],
      ['report', false],
    ])('%s', async (name, isJson) => {
      const { code, text, out } = await written(['--output', name]);
      expect(code).toBe(EXIT.supported);
      expect(text.startsWith('{')).toBe(isJson);
      expect(out).toContain('Supported');
    });

    test('as JSON where all is to be JSON', async () => {
      const { text, out } = await written(['--output', 'report', '--json']);
      expect(text).toBe(out);
    });

    test('without the colours of the terminal, and not as narrow', async () => {
      const { text, out } = await written(['--output', 'report']);
      expect([text.includes('\u001b'), out.includes('\u001b')]).toEqual([false, true]);
      const widest = (lines: string) => Math.max(...lines.split('\n').map((line) => line.length));
      expect(widest(text)).toBeGreaterThan(50);
    });

    test('which cannot be written in the end: the report is printed, and the code tells', async () => {
      const { code, out, error } = await written(['--output', 'report'], 'ENOSPC');
      expect(code).toBe(EXIT.internal);
      expect(out).toContain('Supported');
      expect(error).toContain('fullcone: the report could not be written to "report" (ENOSPC)');
    });
  });

  describe('on a terminal', () => {
    test('prints in colour, unless that is not wanted', async () => {
      const colours = async (environment: Record<string, string>) =>
        (await check(EMBEDDED, fakeTerminal({ columns: 80, environment }))).out.includes('\u001b[');
      expect(await colours({})).toBe(true);
      expect(await colours({ NO_COLOR: '1' })).toBe(false);
      expect(await colours({ NO_COLOR: '' })).toBe(true);
      expect(await colours({ TERM: 'dumb' })).toBe(false);
    });

    test('shows progress, unless that is not wanted', async () => {
      const error = async (...words: string[]) =>
        (await check([...EMBEDDED, ...words], fakeTerminal({ columns: 80 }))).error;
      expect(await error()).toContain('Asking the servers');
      expect((await error()).endsWith('\r\u001b[2K')).toBe(true);
      expect(await error('--json')).toContain('Asking the servers');
      expect(await error('--no-progress')).toBe('');
    });
  });

  describe('that is interrupted', () => {
    const interruptAt = async (time: number, words: readonly string[] = EMBEDDED) => {
      const model = aloneModel();
      const terminal = fakeTerminal();
      model.pbx.clock.at(time, () => terminal.interrupt());
      const code = await model.run(runWords(words, model.pbx, terminal));
      return { code, terminal, model };
    };
    const UNHEARD = ['check', '--server', '198.51.100.10', '--udp', '5060', '--json'];

    test.each([0, 1, 100, 1_000, 3_000])('after %d ms reports what it knows', async (time) => {
      const { code, terminal, model } = await interruptAt(time, UNHEARD);
      expect(code).toBe(EXIT.cancelled);
      expect(JSON.parse(terminal.text('out'))).toMatchObject({ verdict: 'cancelled', ports: [{ result: 'untested' }] });
      expect([terminal.text('error'), terminal.listening(), model.openSockets(), model.now()]).toEqual([
        '',
        0,
        0,
        time,
      ]);
    });

    test('before it has begun is cancelled all the same, and its file written', async () => {
      const model = aloneModel();
      const terminal = fakeTerminal();
      const host = {
        ...model.pbx.host,
        canBind: (address: string) => {
          terminal.interrupt();
          return model.pbx.host.canBind(address);
        },
      };
      const code = await model.run(runWords(EMBEDDED, { ...model.pbx, host }, terminal));
      expect([code, model.openSockets(), terminal.listening()]).toEqual([EXIT.cancelled, 0, 0]);
      expect(terminal.text('out')).toMatch(/^Cancelled/);
    });

    test('with its last words is not', async () => {
      const model = aloneModel();
      const terminal = fakeTerminal();
      let notes = 0;
      const files: System['files'] = {
        ...model.pbx.files,
        writeState: () => {
          // The first note says what is intended, the last one what was done.
          if (++notes === 2) terminal.interrupt();
          return Promise.resolve(true);
        },
      };
      const code = await model.run(runWords(EMBEDDED, { ...model.pbx, files }, terminal));
      expect([code, terminal.text('out').slice(0, 9)]).toEqual([EXIT.supported, 'Supported']);
    });
  });
});

describe('a reflector', () => {
  test('says where it listens, serves until it is interrupted, and says what it did', async () => {
    const model = aloneModel();
    const terminal = fakeTerminal();
    const ended = runWords(reflector(), model.reflector, terminal);
    await model.advance(1_000);
    const listens = '198.51.100.10:3478, 198.51.100.10:3479, 198.51.100.20:3479, 198.51.100.20:3478';
    expect(terminal.text('out')).toBe(`reflector ready: ${listens}\n`);
    expect(model.openSockets()).toBe(4);
    terminal.interrupt();
    expect(await model.run(ended)).toBe(0);
    expect(terminal.text('out')).toMatch(/\nreflector ended: 0 packets received, 0 answered\n$/);
    expect([model.openSockets(), terminal.text('error')]).toEqual([0, '']);
  });

  test.each([
    ['one after the other', ['198.51.100.10', '2001:db8:100::10'], ['198.51.100.20', '2001:DB8:100::20']],
    ['in any order', ['2001:db8:100::10', '198.51.100.10'], ['198.51.100.20', '2001:db8:100:0::20']],
  ])('of both families at once, %s', async (_, primaries, alternates) => {
    const model = createModel({ router: null, ipv6: null, server: { kind: 'full' } }, { seed: 1 });
    const terminal = fakeTerminal();
    const words = [
      'reflector',
      ...primaries.flatMap((one) => ['--primary', one]),
      ...alternates.flatMap((one) => ['--alternate', one]),
    ];
    const ended = runWords(words, model.reflector, terminal);
    await model.advance(1_000);
    expect(model.openSockets()).toBe(8);
    for (const role of ['198.51.100.20:3479', '[2001:db8:100::10]:3478', '[2001:db8:100::20]:3479'])
      expect(terminal.text('out')).toContain(role);
    terminal.interrupt();
    expect(await model.run(ended)).toBe(0);
    expect(model.openSockets()).toBe(0);
  });

  test('of which one family cannot be had leaves nothing of the other', async () => {
    const model = aloneModel();
    const terminal = fakeTerminal();
    const words = reflector('--primary', '2001:db8:100::10', '--alternate', '2001:db8:100::20');
    expect(await model.run(runWords(words, model.reflector, terminal))).toBe(EXIT.usage);
    expect(terminal.text('error')).toContain('2001:db8:100::10 is not an address of this machine');
    expect(model.openSockets()).toBe(0);
  });

  test('can be ended as soon as it says that it is ready, and before', async () => {
    for (const word of ['reflector ready', null]) {
      const model = aloneModel();
      const terminal = fakeTerminal();
      const write = (text: string) => {
        terminal.out.write(text);
        if (word !== null && text.includes(word)) terminal.interrupt();
      };
      const ended = runWords(reflector(), model.reflector, { ...terminal, out: { ...terminal.out, write } });
      if (word === null) queueMicrotask(() => terminal.interrupt());
      expect(await model.run(ended)).toBe(0);
      expect([model.openSockets(), terminal.listening()]).toEqual([0, 0]);
    }
  });

  test('of one address, at a port of its own', async () => {
    const model = aloneModel();
    const terminal = fakeTerminal();
    const ended = runWords(
      ['reflector', '--primary', '198.51.100.10', '--single', '--port', '3479'],
      model.reflector,
      terminal,
    );
    await model.advance(1_000);
    expect(terminal.text('out')).toBe('reflector ready: 198.51.100.10:3479\n');
    terminal.interrupt();
    expect(await model.run(ended)).toBe(0);
  });
});
