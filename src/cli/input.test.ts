import { describe, expect, test } from 'vitest';
import { type CheckOptions, readCheckRequest } from './input.ts';

const DRAWN = { date: '2026-08', names: ['a.example', 'b.example:443', 'c.example'] };

const options = (more: Partial<CheckOptions> = {}): CheckOptions => ({
  server: ['stun.example.com'],
  udp: '5060',
  wait: true,
  ...more,
});

const request = (more: Partial<CheckOptions> = {}) => {
  const read = readCheckRequest(options(more), DRAWN);
  if (read.kind === 'error') throw new Error(JSON.stringify(read.error));
  return read.value;
};

const mistake = (more: Partial<CheckOptions>) => {
  const read = readCheckRequest(options(more), DRAWN);
  return read.kind === 'error' ? read.error : null;
};

test('what is not said has its usual value', () => {
  expect(request()).toEqual({
    servers: [{ name: 'stun.example.com', host: 'stun.example.com', port: 3478, mayBeDomain: true }],
    udp: [{ from: 5060, to: 5060 }],
    serverList: null,
    tcp: [],
    tcpIfPossible: true,
    family: null,
    hostName: null,
    bindAddress: '0.0.0.0',
    rate: null,
    sample: null,
    order: 'random',
    mode: 'auto',
    noWait: false,
    noRouter: false,
  });
});

describe('--public-address', () => {
  test.each([
    ['203.0.113.44', ['203.0.113.44']],
    [' 203.0.113.44 , 2001:DB8:0::44', ['203.0.113.44', '2001:db8::44']],
  ])('%j', (given, addresses) => {
    expect(request({ publicAddress: given }).publicAddresses).toEqual(addresses);
  });

  test.each(['', '203.0.113', '192.168.0.100', '203.0.113.44,203.0.113.45', 'pbx.example.com', '203.0.113.44:5060'])(
    '%j is none',
    (given) => {
      expect(mistake({ publicAddress: given })).toEqual({ key: 'public-address.not-an-address', facts: { given } });
    },
  );

  test('is compared with nothing where it is not named', () => {
    expect(request({})).not.toHaveProperty('publicAddresses');
  });
});

describe('--host-name', () => {
  test.each([
    ['pbx.example.com', 'pbx.example.com'],
    [' pbx.example.com. ', 'pbx.example.com'],
    ['bücher.example', 'bücher.example'],
    ['203.0.113.44', '203.0.113.44'],
  ])('%j is a name', (given, name) => {
    expect(request({ hostName: given }).hostName).toBe(name);
  });

  test.each([
    '',
    ' ',
    'pbx example.com',
    'https://pbx.example.com',
    'pbx.example.com:5061',
    '300.1.1.1',
    '*.example.com',
    '::1',
  ])('%j is none', (given) => {
    expect(mistake({ hostName: given })).toEqual({ key: 'host-name.not-a-name', facts: { given } });
  });
});

describe('--server', () => {
  test.each([
    ['stun.example.com', 'stun.example.com', 3478],
    ['stun.example.com:1', 'stun.example.com', 1],
    ['stun.example.com:65535', 'stun.example.com', 65_535],
    ['stun.example.com.', 'stun.example.com.', 3478],
    ['198.51.100.10', '198.51.100.10', 3478],
    ['198.51.100.10:3479', '198.51.100.10', 3479],
    ['  stun.example.com ', 'stun.example.com', 3478],
    ['localhost', 'localhost', 3478],
    ['stun_1.example', 'stun_1.example', 3478],
    ['xn--bcher-kva.example', 'xn--bcher-kva.example', 3478],
    ['bücher.example', 'bücher.example', 3478],
    ['3cx.example', '3cx.example', 3478],
  ])('%j is a server', (given, host, port) => {
    const [server] = request({ server: [given] }).servers;
    expect(server).toMatchObject({ name: given.trim(), host, port });
    // Only a name without a port may have SRV records.
    expect(server?.mayBeDomain ?? false).toBe(!/:\d+$/.test(given) && !/^[\d.]+$/.test(host));
  });

  test.each([
    '',
    ' ',
    'stun example.com',
    'stun.example.com 198.51.100.10',
    'stun.example.com,stun.example.org',
    '-stun.example',
    '.example',
    'stun..example',
    'stun/example',
    'user@stun.example',
    '300.1.1.1',
    '198.51.100',
    '198.51.100.010',
    `${'a'.repeat(64)}.example`,
    `${'a.'.repeat(127)}example`,
    'a:b:c',
    'stun:stun.example.com:3478',
    'stun.example.com::3478',
    'stun\nexample',
    'stun\u202eexample',
  ])('%j is none', (given) => {
    expect(mistake({ server: [given] })).toEqual({ key: 'server.not-a-name', facts: { given: given.trim() } });
  });

  test.each([
    ['[2001:db8::10]', '2001:db8::10', 3478],
    ['[2001:db8::10]:3479', '2001:db8::10', 3479],
    ['[2001:DB8:0:0:0:0:0:10]', '2001:db8::10', 3478],
    ['[2001:db8::198.51.100.10]', '2001:db8::c633:640a', 3478],
    ['[64:ff9b::c633:640a]', '64:ff9b::c633:640a', 3478],
    ['[::1]', '::1', 3478],
    ['::1', '::1', 3478],
    ['2001:db8::10', '2001:db8::10', 3478],
    ['2001:DB8:0:0:0:0:0:10', '2001:db8::10', 3478],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2:3:4:5:6', 3478],
    ['2001:db8::1:2', '2001:db8::1:2', 3478],
  ])('%j is IPv6', (given, host, port) => {
    expect(request({ server: [given] })).toMatchObject({
      servers: [{ name: given, host, port }],
      family: 'ipv6',
      bindAddress: '::',
    });
  });

  test.each<[given: string, key: string, facts?: object]>([
    ['[::1', 'not-ipv6'],
    ['::1]', 'not-ipv6'],
    ['[[::1]]', 'not-ipv6'],
    ['[::1]x', 'not-ipv6'],
    ['[::1]3478', 'not-ipv6'],
    ['[]', 'not-ipv6'],
    ['[]:3478', 'not-ipv6'],
    ['[198.51.100.10]', 'not-ipv6'],
    ['[stun.example.com]:3478', 'not-ipv6'],
    ['[2001:db8::10::1]', 'not-ipv6'],
    ['[2001:db8:1:2:3:4:5:6:7]', 'not-ipv6'],
    ['[2001:db8::10:]', 'not-ipv6'],
    ['[2001:db8::12345]', 'not-ipv6'],
    ['[2001:db8::10]:', 'port', { port: '' }],
    ['[2001:db8::10]:0', 'port', { port: '0' }],
    ['[2001:db8::10]:65536', 'port', { port: '65536' }],
    ['[2001:db8::10]:3478:1', 'port', { port: '3478:1' }],
    ['fe80::1', 'zone'],
    ['[fe80::1]:3478', 'zone'],
    ['[fe80::1%eth0]', 'zone'],
    ['fe80::1%2', 'zone'],
    ['[2001:db8::10%eth0]', 'zone'],
    ['[::ffff:198.51.100.10]', 'wrapped', { right: '198.51.100.10' }],
    ['::ffff:c633:640a', 'wrapped', { right: '198.51.100.10' }],
    ['[::]', 'special'],
    ['[ff02::1]', 'special'],
    ['2001:db8::10:3478', 'ambiguous', { one: '[2001:db8::10:3478]', other: '[2001:db8::10]:3478' }],
    ['::1:80', 'ambiguous', { one: '[::1:80]', other: '[::1]:80' }],
  ])('%j is no server: %s', (given, key, facts = {}) => {
    expect(mistake({ server: [given] })).toEqual({ key: `server.${key}`, facts: { given, ...facts } });
  });

  test.each([
    ['stun.example.com:0', '0'],
    ['stun.example.com:65536', '65536'],
    ['stun.example.com:', ''],
    ['stun.example.com:-1', '-1'],
    ['stun.example.com:3478x', '3478x'],
    ['198.51.100.10:1e3', '1e3'],
  ])('%j has no port', (given, port) => {
    expect(mistake({ server: [given] })).toEqual({ key: 'server.port', facts: { given, port } });
  });

  test('several, in their order, and each once', () => {
    const server = ['b.example', 'a.example', 'b.example:3478', 'a.example:3479', 'b.example'];
    expect(request({ server }).servers.map(({ name }) => name)).toEqual(['b.example', 'a.example', 'a.example:3479']);
  });

  test('the first wrong one is named', () => {
    expect(mistake({ server: ['a.example', 'b c', '::1'] })).toEqual({
      key: 'server.not-a-name',
      facts: { given: 'b c' },
    });
  });

  test('none: those that were drawn from the public list, for a sample', () => {
    const read = readCheckRequest({ udp: '5060', wait: true }, DRAWN);
    expect(read).toMatchObject({
      value: {
        servers: [
          { name: 'a.example', host: 'a.example', port: 3478 },
          { name: 'b.example:443', host: 'b.example', port: 443 },
          { name: 'c.example', host: 'c.example', port: 3478 },
        ],
        serverList: '2026-08',
        sample: 100,
        rate: null,
      },
    });
  });

  test.each<[more: Partial<CheckOptions>, key: string]>([
    [{ all: true }, 'server.list-sample'],
    [{ sample: '281' }, 'server.list-sample'],
    [{ rate: '50' }, 'server.list-rate'],
    [{ rate: 'max' }, 'server.list-rate'],
    [{ sample: '0' }, 'sample.wrong'],
  ])('none, and %j: strangers that nobody chose are spared', (more, key) => {
    expect(readCheckRequest({ udp: '5060', wait: true, ...more }, DRAWN)).toMatchObject({ error: { key } });
  });

  test('none, and a small sample: that is all right', () => {
    const read = readCheckRequest({ udp: '5060', wait: true, sample: '280' }, DRAWN);
    expect(read).toMatchObject({ value: { sample: 280 } });
  });

  test('"embedded" listens on the loopback address, and goes with no other', () => {
    expect(request({ server: ['embedded'] })).toMatchObject({
      servers: [{ name: 'embedded', host: '127.0.0.2', port: 3478 }],
      bindAddress: '127.0.0.1',
    });
    expect(request({ server: ['embedded'], bindAddress: '127.0.0.9' }).bindAddress).toBe('127.0.0.9');
    expect(mistake({ server: ['a.example', 'embedded'] })?.key).toBe('server.embedded-alone');
    expect(mistake({ server: ['embedded', 'a.example'] })?.key).toBe('server.embedded-alone');
  });
});

test.each([
  ['http://stun.example.com:3478/', 'stun.example.com:3478'],
  ['https://stun.example.com', 'stun.example.com'],
])('a web address is no server: %j', (given, right) => {
  expect(mistake({ server: [given] })).toEqual({ key: 'server.url', facts: { given, right } });
});

test.each(['0.0.0.0', '224.0.0.1', '255.255.255.255:3478'])('nor is %s', (given) => {
  expect(mistake({ server: [given] })).toEqual({ key: 'server.special', facts: { given } });
});

test('ports that leave none for the check itself', () => {
  expect(mistake({ udp: '1024-65535' })).toMatchObject({ key: 'ports.none-left' });
  expect(mistake({ udp: '1024-65000' })).toBeNull();
});

describe('ports', () => {
  test.each([
    ['5060', [[5060, 5060]]],
    ['1', [[1, 1]]],
    ['65535', [[65_535, 65_535]]],
    [
      '5060,9000-10999',
      [
        [5060, 5060],
        [9000, 10_999],
      ],
    ],
    [
      ' 5060 , 9000 - 10999 ',
      [
        [5060, 5060],
        [9000, 10_999],
      ],
    ],
    ['9000-9000', [[9000, 9000]]],
    [
      '9002,9000-9005,9001',
      [
        [9002, 9002],
        [9000, 9005],
        [9001, 9001],
      ],
    ],
    ['20000-36384', [[20_000, 36_384]]],
    ['05060', [[5060, 5060]]],
  ])('%j', (udp, ranges) => {
    expect(request({ udp }).udp).toEqual(ranges.map(([from, to]) => ({ from, to })));
  });

  test.each([
    ['0', 'ports.out-of-range', '0'],
    ['65536', 'ports.out-of-range', '65536'],
    ['5060,60000-65536', 'ports.out-of-range', '60000-65536'],
    ['9000-', 'ports.not-a-port', '9000-'],
    ['-9000', 'ports.not-a-port', '-9000'],
    ['1e3', 'ports.not-a-port', '1e3'],
    ['5060;5061', 'ports.not-a-port', '5060;5061'],
    ['5060 5061', 'ports.not-a-port', '5060 5061'],
    ['0x50', 'ports.not-a-port', '0x50'],
    ['5060.5', 'ports.not-a-port', '5060.5'],
    ['sip', 'ports.not-a-port', 'sip'],
    ['9000–9010', 'ports.not-a-port', '9000–9010'],
    ['9000-9010-9020', 'ports.not-a-port', '9000-9010-9020'],
    ['٥٠٦٠', 'ports.not-a-port', '٥٠٦٠'],
    ['9999999999', 'ports.not-a-port', '9999999999'],
  ])('%j: %s', (udp, key, given) => {
    expect(mistake({ udp })).toMatchObject({ key, facts: { given } });
  });

  test.each(['', ' ', ',', '5060,', '5060,,5061'])('%j has an empty place', (udp) => {
    expect(mistake({ udp })).toEqual({ key: 'ports.empty', facts: { option: '--udp', list: udp } });
  });

  test.each([
    ['9010-9000', '9000-9010'],
    ['5060,10999 - 9000', '9000-10999'],
  ])('%j is upside down, and right would be %s', (udp, right) => {
    expect(mistake({ udp })).toMatchObject({ key: 'ports.upside-down', facts: { option: '--udp', right } });
  });

  test('of a product: those that it needs, and only UDP', () => {
    const ranges = [
      { from: 5060, to: 5060 },
      { from: 5090, to: 5090 },
      { from: 9000, to: 10_999 },
    ];
    const ofProduct = (profile: string) => readCheckRequest({ server: ['a.example'], profile, wait: true }, DRAWN);
    for (const profile of ['3cx', '3CX', ' 3cx '])
      expect(ofProduct(profile)).toMatchObject({ kind: 'ok', value: { udp: ranges } });
  });

  test('named ones go before those of a product, which must be one all the same', () => {
    expect(request({ udp: '7000', profile: '3cx' }).udp).toEqual([{ from: 7000, to: 7000 }]);
    expect(mistake({ udp: '7000', profile: '3xc' })).toMatchObject({ key: 'profile.unknown', facts: { given: '3xc' } });
  });

  test('of no product, and none at all', () => {
    const none = readCheckRequest({ server: ['a.example'], wait: true }, DRAWN);
    expect(none).toMatchObject({ kind: 'error', error: { key: 'ports.missing' } });
    expect(mistake({ profile: '' })).toMatchObject({ key: 'profile.unknown', facts: { given: '' } });
    expect(mistake({ profile: 'toString' })?.facts['profiles']).toMatch(/3cx, .*freeswitch/);
  });
});

describe('the family', () => {
  test.each<[string, Partial<CheckOptions>, object]>([
    ['nothing says it', {}, { family: null, bindAddress: '0.0.0.0' }],
    ['-4', { ipv4: true }, { family: 'ipv4', bindAddress: '0.0.0.0' }],
    ['-6', { ipv6: true }, { family: 'ipv6', bindAddress: '::' }],
    ['an IPv4 server', { server: ['198.51.100.10', 'a.example'] }, { family: 'ipv4', bindAddress: '0.0.0.0' }],
    ['an IPv6 server', { server: ['a.example', '[::1]'] }, { family: 'ipv6', bindAddress: '::' }],
    ['an own address', { bindAddress: '2001:DB8::100' }, { family: 'ipv6', bindAddress: '2001:db8::100' }],
    ['one in brackets', { bindAddress: '[2001:db8::100]' }, { family: 'ipv6', bindAddress: '2001:db8::100' }],
    ['any of IPv6', { bindAddress: '::' }, { family: 'ipv6', bindAddress: '::' }],
    ['a trial', { server: ['embedded'] }, { family: 'ipv4', bindAddress: '127.0.0.1' }],
  ])('%s', (_, given, read) => {
    expect(request(given)).toMatchObject(read);
  });

  const mixed = (first: string, firstFamily: string, second: string, secondFamily: string) => ({
    key: 'family.mixed',
    facts: { first, firstFamily, second, secondFamily },
  });

  test.each<[string, Partial<CheckOptions>, object]>([
    ['-4 and -6', { ipv4: true, ipv6: true }, { key: 'family.both', facts: {} }],
    ['-6 and an IPv4 server', { ipv6: true, server: ['192.0.2.1'] }, mixed('-6', 'IPv6', '--server 192.0.2.1', 'IPv4')],
    ['-4 and an IPv6 server', { ipv4: true, server: ['[::1]'] }, mixed('-4', 'IPv4', '--server [::1]', 'IPv6')],
    [
      'servers of both',
      { server: ['192.0.2.1', '[::1]:1'] },
      mixed('--server 192.0.2.1', 'IPv4', '--server [::1]:1', 'IPv6'),
    ],
    [
      '-6 and an IPv4 address',
      { ipv6: true, bindAddress: '192.0.2.1' },
      mixed('-6', 'IPv6', '--bind-address 192.0.2.1', 'IPv4'),
    ],
    ['a trial over IPv6', { ipv6: true, server: ['embedded'] }, { key: 'family.embedded', facts: {} }],
    [
      'a link-local address',
      { bindAddress: 'fe80::1' },
      { key: 'bind-address.link-local', facts: { given: 'fe80::1' } },
    ],
  ])('not %s', (_, given, wrong) => {
    expect(mistake(given)).toEqual(wrong);
  });
});

test.each([
  '',
  'localhost',
  '192.168.0',
  '192.168.0.256',
  '::ffff:192.168.0.100',
  '[::1',
  '2001:db8::/64',
  '0.0.0.0/0',
  '192.168.0.100:5060',
  'eth0',
])('--bind-address %j is no address', (bindAddress) => {
  expect(mistake({ bindAddress })).toEqual({ key: 'bind-address.not-an-address', facts: { given: bindAddress } });
});

describe('--rate', () => {
  test.each([
    ['max', { kind: 'max' }],
    ['1', { kind: 'paced', packetsPerSecond: 1 }],
    ['940', { kind: 'paced', packetsPerSecond: 940 }],
    ['1000000', { kind: 'paced', packetsPerSecond: 1_000_000 }],
  ])('%j', (rate, read) => expect(request({ rate }).rate).toEqual(read));

  test.each(['', '0', '-5', '1.5', '1e3', '1000001', '99999999999', 'fast', 'MAX ', '10/s'])('%j is none', (rate) => {
    expect(mistake({ rate })).toEqual({ key: 'rate.wrong', facts: { given: rate, most: 1_000_000 } });
  });
});

describe('--sample and --all', () => {
  test('say how many ports are asked', () => {
    expect(request({ all: true }).sample).toBe('all');
    expect(request({ sample: '1' }).sample).toBe(1);
    expect(request({ sample: '70000' }).sample).toBe(70_000);
  });

  test.each(['', '0', '-1', '1.5', 'all', '10%', '1e3'])('--sample %j is no number', (sample) => {
    expect(mistake({ sample })).toEqual({ key: 'sample.wrong', facts: { given: sample } });
  });

  test('not both', () => expect(mistake({ all: true, sample: '5' })?.key).toBe('sample.both'));
});

describe('--order', () => {
  test.each(['random', 'sequential'])('%s', (order) => expect(request({ order }).order).toBe(order));

  test.each(['', 'Random', 'shuffled'])('%j is no order', (order) => {
    expect(mistake({ order })).toEqual({ key: 'order.unknown', facts: { given: order } });
  });
});

describe('--mode', () => {
  test.each(['auto', 'bind', 'live', 'exclusive'])('%s', (mode) => expect(request({ mode }).mode).toBe(mode));

  test.each(['', 'Live', 'exklusiv'])('%j is no mode', (mode) => {
    expect(mistake({ mode })).toEqual({
      key: 'mode.unknown',
      facts: { given: mode, modes: 'auto, bind, live, exclusive' },
    });
  });

  test('a trial needs no rights, unless told to', () => {
    expect(request({ server: ['embedded'] }).mode).toBe('bind');
    expect(request({ server: ['embedded'], mode: 'live' }).mode).toBe('live');
  });
});

test('--no-wait does not wait', () => expect(request({ wait: false }).noWait).toBe(true));

test('--no-router does not ask the router', () => {
  expect(request({ router: false }).noRouter).toBe(true);
  expect(request({ router: true }).noRouter).toBe(false);
});
