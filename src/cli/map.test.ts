import { describe, expect, test } from 'vitest';
import { machineAt } from '../app/test-map.ts';
import type { MapReport } from '../report/index.ts';
import type { Lies } from '../router/test-router.ts';
import { aloneModel, fakeTerminal, runWords, untouchable } from './test-terminal.ts';

interface Options {
  readonly lies?: Lies;
  readonly answer?: string | null;
  readonly machine?: ReturnType<typeof machineAt>;
  readonly columns?: number;
}

async function map(words: readonly string[], { lies = {}, answer, machine = machineAt(lies), columns }: Options = {}) {
  const terminal = fakeTerminal({ ...(answer === undefined ? {} : { answer }), columns: columns ?? null });
  const code = await machine.model.run(runWords(['map', ...words], machine.system, terminal));
  return { code, out: terminal.text('out'), error: terminal.text('error'), machine, terminal };
}

const PORTS = ['--udp', '9000-9001'];

describe('nothing is asked for', () => {
  test.each([
    [[], 'no ports are named'],
    [['--udp', 'x'], 'neither a port nor a range'],
    [['--profile', 'nothing'], 'not known'],
    [[...PORTS, '--protocol', 'igd'], 'pcp, nat-pmp, upnp'],
    [[...PORTS, '--lifetime', '5'], '10 to 604800'],
    [[...PORTS, '--lifetime', '1e3'], 'not a lifetime'],
    [[...PORTS, '--lifetime', '0', '--protocol', 'pcp'], 'UPnP alone'],
    [['--list', '--delete'], '--list and --delete'],
    [['--delete', '--keep'], '--delete and --keep'],
    [['--list', '--lifetime', '60'], '--list and --lifetime'],
    [['--list', '--protocol', 'pcp'], 'knows no list'],
    [['--list', '--check', 'stun.example.com'], '--list and --check'],
    [[...PORTS, '--keep', '--check', 'stun.example.com'], '--keep and --check'],
    [[...PORTS, '--json', '--check', 'stun.example.com'], '--json and --check'],
    [[...PORTS, '--yes', '--check', 'stun example'], 'stun example'],
    [[...PORTS, '--yes', '--check', 'embedded'], 'prove nothing of the router'],
    [[...PORTS, '--yes', '--check'], 'a value is missing: --check'],
    [PORTS, '--yes'],
    [[...PORTS, '--bind-address', '10.9.9.9', '--yes'], 'not an address of this machine'],
    [[...PORTS, '--bind-address', '2001:db8::1', '--yes'], 'IPv6'],
    [[...PORTS, '--lang', 'fr'], 'English and German'],
    [['5060'], 'belongs to no option'],
  ])('%j', async (words, sentence) => {
    const machine = machineAt();
    const { code, error, out } = await map(words, { machine: { ...machine, system: untouchable(machine.system) } });
    expect([code, out]).toEqual([64, '']);
    expect(error).toContain(sentence);
    expect(machine.router.log).toEqual([]);
  });

  test('after a no, or no answer', async () => {
    for (const answer of ['n', '', 'yesterday', null]) {
      const { code, error, machine } = await map(PORTS, { answer });
      expect([code, machine.router.log]).toEqual([130, []]);
      expect(error).toContain('Nothing was asked for.');
    }
  });

  test('where there is no router', async () => {
    const model = aloneModel();
    const terminal = fakeTerminal();
    expect(await model.run(runWords(['map', ...PORTS, '--yes'], untouchable(model.pbx), terminal))).toBe(2);
    expect(terminal.text('error')).toContain('not in a local network');
  });
});

test('it shows what it is going to ask for, asks, and does it', async () => {
  const { code, out, error, machine } = await map([...PORTS, '--tcp', '5061'], { answer: 'y' });
  expect(error).toBe(
    'The router 192.168.0.1 is asked to let these ports of 192.168.0.100 be reached by everybody in the internet:\n' +
      '  UDP 9000-9001\n  TCP 5061\nfor 86,400 s\n',
  );
  expect(code).toBe(0);
  expect(out).toContain('says yes to all 3 ports');
  expect(out).toContain('They end after 24 h');
  expect(out).toContain('\n  fullcone check --server stun.example.com --udp 9000-9001 --tcp 5061\n');
  expect([...machine.router.held.keys()]).toEqual(['udp 9000', 'udp 9001', 'tcp 5061']);
});

test('a yes that the check cannot prove is no success', async () => {
  const { code, out } = await map([...PORTS, '--yes', '--check', '198.51.100.99']);
  expect(code).toBe(2);
  expect(out).toMatch(/says yes to all 2 ports[\s\S]*\n\nInconclusive: /);
  expect(out).not.toContain('fullcone check --server');
  const refused = await map([...PORTS, '--yes', '--check', '198.51.100.99'], { lies: { code: 2, speaks: ['pcp'] } });
  expect([refused.code, refused.out.includes('Inconclusive')]).toEqual([1, false]);
});

test('many ports are warned of', async () => {
  expect((await map(['--profile', '3cx'], { answer: 'n' })).error).toMatch(/2,\d\d\d ports are as many requests/);
  expect((await map(PORTS, { answer: 'n' })).error).not.toContain('requests');
});

test('in German', async () => {
  const { out, error } = await map([...PORTS, '--lang', 'de'], { answer: 'ja' });
  expect(error).toContain('wird gebeten');
  expect(out).toContain('sagt zu allen 2 Ports ja');
});

test('what it made it lists, and deletes', async () => {
  const machine = machineAt();
  await map([...PORTS, '--yes'], { machine });
  const listed = await map(['--list'], { machine });
  expect(listed.out).toContain('Mappings in the router 192.168.0.1: 2');
  expect(listed.out).toMatch(/Asked for by this machine\n {2}UDP 9000-9001 \(PCP, until /);
  expect(listed.code).toBe(0);
  expect(await map(['--delete'], { machine })).toMatchObject({ code: 0 });
  expect(machine.router.held.size).toBe(0);
  expect((await map(['--delete'], { machine })).out).toContain('Nothing was deleted');
});

test.each([
  [{ speaks: [] }, 2, 'answers none of the protocols'],
  [{ code: 2, speaks: ['pcp'] }, 1, 'rules forbid it (code 2)'],
  [{ gives: 40_000, speaks: ['nat-pmp'] }, 1, 'for somebody else, or for itself, or its rules'],
  [{ gives: 40_000, keeps: 2, speaks: ['nat-pmp'] }, 1, 'keeps them open until they end: 40000'],
  [{ code: 8, speaks: ['pcp'] }, 1, 'fullcone nat tells whether there is one'],
  [{ address: '10.0.0.7' }, 0, '10.0.0.7 is no address of the internet'],
] as const)('%j: exit %i', async (lies, code, sentence) => {
  const result = await map(['--udp', '9000', '--yes'], { lies });
  expect(result.code).toBe(code);
  expect(result.out.replace(/\s+/g, ' ')).toContain(sentence);
});

test('whoever has a port is named, and what he calls himself does no harm', async () => {
  const machine = machineAt();
  const description = '\u001b[2JSkype\u202e\r\n&lt;/x&gt; =1+1';
  machine.router.held.set('udp 9000', { client: '192.168.0.50', clientPort: 9000, description, lease: 0 });
  for (const words of [[...PORTS, '--yes'], ['--list'], [...PORTS, '--yes', '--json'], ['--list', '--json']]) {
    const { out } = await map(words, { machine });
    expect(out).toContain('192.168.0.50');
    expect(out).toContain('Skype');
    // What a terminal would obey, or a reader would not see.
    expect(out.replace(/\n/g, '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  }
});

test('as JSON, for programs', async () => {
  const { out, error } = await map([...PORTS, '--yes', '--json']);
  expect(JSON.parse(out) as MapReport).toMatchObject({
    schema: 'fullcone.map/1',
    version: '1.2.3',
    task: 'make',
    gateway: '192.168.0.1',
    local: '192.168.0.100',
    by: 'pcp',
    reason: null,
    externalAddress: '203.0.113.44',
    lifetimeSeconds: 86_400,
    mappings: [{ outcome: 'made', protocol: 'udp', ranges: [{ from: 9000, to: 9001 }], count: 2 }],
    entries: null,
    cancelled: false,
  });
  expect(error).not.toContain('fullcone:');
});

test('on a terminal it counts, and leaves nothing behind', async () => {
  const { error } = await map(['--udp', '9000-9009', '--yes'], { columns: 80 });
  expect(error).toContain('7/10 ports, Ctrl-C ends it');
  expect(error.endsWith('\r\u001b[2K')).toBe(true);
  expect((await map([...PORTS, '--yes', '--no-progress'], { columns: 80 })).error).not.toContain('\u001b');
});

test('Ctrl-C: what was made is told, and stays; kept ports are deleted', async () => {
  for (const keep of [false, true]) {
    const machine = machineAt();
    const terminal = fakeTerminal();
    const words = ['map', '--udp', '9000-9999', '--yes', ...(keep ? ['--keep'] : [])];
    const running = runWords(words, machine.system, terminal);
    await machine.model.advance(100);
    terminal.interrupt();
    expect(await machine.model.run(running)).toBe(keep ? 0 : 130);
    expect(machine.router.held.size > 10).toBe(!keep);
    expect(terminal.text('out')).toContain(keep ? 'any longer' : 'Cancelled; what was made');
    expect(terminal.listening()).toBe(0);
  }
});

test('kept until Ctrl-C', async () => {
  const machine = machineAt();
  const terminal = fakeTerminal();
  const running = runWords(['map', ...PORTS, '--yes', '--keep', '--lifetime', '600'], machine.system, terminal);
  await machine.model.advance(700_000);
  expect(terminal.text('error')).toContain('renewed every 300 s. Ctrl-C deletes them.');
  expect(machine.router.held.size).toBe(2);
  machine.router.held.set('udp 9000', { client: '192.168.0.50', clientPort: 9000, description: 'x', lease: 0 });
  await machine.model.advance(300_000);
  expect(terminal.text('error')).toContain('not all ports could be renewed');
  terminal.interrupt();
  expect(await machine.model.run(running)).toBe(0);
  expect([...machine.router.held.keys()]).toEqual(['udp 9000']);
});
