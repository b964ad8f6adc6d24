import { describe, expect, test } from 'vitest';
import { type Endpoint, endpoint } from '../base/index.ts';
import { FULLCONE_CALL, FULLCONE_CALLED, FULLCONE_HELLO, FULLCONE_TOKEN, makeAttribute } from '../stun/index.ts';
import { CallTable, MOST_PER_HOUR } from './calls.ts';
import { type Action, admit, type Capabilities, type RoleName, reflect, Strangers } from './index.ts';
import { ANSWERS, REFUSALS } from './strangers.ts';
import { change, FULL, ID, read, request } from './test-asker.ts';

const [PRIMARY, ALTERNATE] = ['2001:db8:100::10', '2001:db8:100::20'];
const ENDPOINTS: Record<RoleName, Endpoint> = {
  primary: endpoint(PRIMARY, 3478),
  'primary-alternate-port': endpoint(PRIMARY, 3479),
  alternate: endpoint(ALTERNATE, 3479),
  'alternate-primary-port': endpoint(ALTERNATE, 3478),
};
const OVER6: Capabilities = { ...FULL, endpoints: ENDPOINTS };
const ASKER = endpoint('2001:db8:1:2::100', 9000);

const ask = (bytes: Uint8Array, from = ASKER, capabilities = OVER6): Action =>
  reflect({ bytes, from, at: 'primary', now: 0 }, capabilities);

test('addresses of 128 bits are mapped, announced and changed as those of 32 are', () => {
  const announced = {
    'MAPPED-ADDRESS': ASKER,
    'XOR-MAPPED-ADDRESS': ASKER,
    'OTHER-ADDRESS': endpoint(ALTERNATE, 3479),
    to: '[2001:db8:1:2::100]:9000',
  };
  expect(read(ask(request([])))).toMatchObject({ ...announced, 'RESPONSE-ORIGIN': endpoint(PRIMARY, 3478) });
  expect(read(ask(request([change(true, true)])))).toMatchObject({
    ...announced,
    from: 'alternate',
    'RESPONSE-ORIGIN': endpoint(ALTERNATE, 3479),
  });
});

test('the filler of a hello makes it as long as its answer', () => {
  const hello = (filler: number) => ask(request([makeAttribute(FULLCONE_HELLO, { version: 1, filler }, ID)]));
  expect(hello(120)).toMatchObject({ kind: 'send', forStranger: false });
  expect(hello(116)).toMatchObject({ kind: 'send', forStranger: true });
});

describe('strangers', () => {
  /** How many of so many are answered, refused and not heard, each asker once in its turn. */
  function tally(askers: readonly string[], count: number): Record<string, number> {
    const strangers = new Strangers();
    const said: string[] = [];
    for (let turn = 0; turn < count; turn++) {
      const from = endpoint(askers[turn % askers.length] ?? '', 9000);
      const datagram = { bytes: request([]), from, at: 'primary', now: 0 } as const;
      const action = read(admit(reflect(datagram, OVER6), datagram, strangers));
      said.push(String(action['class'] ?? action['drop']));
    }
    return Object.fromEntries([...new Set(said)].map((kind) => [kind, said.filter((one) => one === kind).length]));
  }

  const { host, network } = ANSWERS;
  const inside = (count: number, address: (index: number) => string) =>
    Array.from({ length: count }, (_, n) => address(n));

  test('are counted by their /64, of which a single machine has all addresses', () => {
    const many = inside(100, (n) => `2001:db8:1:2:${n.toString(16)}::1`);
    expect(tally(many, 100)).toEqual({ success: host.atOnce, error: REFUSALS.host.atOnce, 'over-budget': 49 });
  });

  test('and by their /48, which one company has', () => {
    const many = inside(1_000, (n) => `2001:db8:1:${n.toString(16)}::1`);
    expect(tally(many, 1_000)).toEqual({ success: network.atOnce, error: REFUSALS.network.atOnce, 'over-budget': 490 });
  });

  test('of another /48 are others', () => {
    const many = inside(1_000, (n) => `2001:db8:${n.toString(16)}::1`);
    expect(tally(many, 1_000)).toEqual({ success: 1_000 });
  });
});

describe('calls', () => {
  const CALL = { id: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), ports: [5060] };

  function tokenFor(from: Endpoint): Uint8Array {
    const hello = ask(request([makeAttribute(FULLCONE_HELLO, { version: 1, filler: 0 }, ID)]), from);
    const token = hello.kind === 'send' ? hello.bytes.subarray(-16) : new Uint8Array();
    return Uint8Array.from(token);
  }

  const order = (from: Endpoint, token = tokenFor(from), capabilities = OVER6) =>
    ask(
      request([makeAttribute(FULLCONE_TOKEN, token, ID), makeAttribute(FULLCONE_CALL, CALL, ID)]),
      from,
      capabilities,
    );

  test('go to who shows the token of that very address', () => {
    expect(order(ASKER)).toMatchObject({ kind: 'call', to: ASKER, caller: 'alternate-primary-port' });
    const neighbour = endpoint('2001:db8:1:2::101', 9000);
    expect(read(order(neighbour, tokenFor(ASKER)))).toMatchObject({ 'ERROR-CODE': { code: 438 } });
  });

  test.each([
    '::1',
    '::',
    'fc00::1',
    'fd12:3456::100',
    'fe80::1',
    'fe80::1%eth0',
    'ff02::1',
    '::ffff:198.51.100.10',
    '::ffff:192.168.0.1',
    '64:ff9b::c0a8:1',
    '64:ff9b::7f00:1',
    '64:ff9b:1::a00:1',
    '2002:a00:1::1',
  ])('never to %s, but in a laboratory', (address) => {
    const from = endpoint(address, 9000);
    expect(read(order(from))).toMatchObject({ [FULLCONE_CALLED.name]: { ports: [{ state: 'not-called' }] } });
    expect(order(from, tokenFor(from), { ...OVER6, lab: true })).toMatchObject({ kind: 'call' });
  });

  test('are as many for a /64 as for an IPv4 address', () => {
    const table = new CallTable();
    const place = (address: string, number: number) =>
      table.place(address, { id: Uint8Array.of(0, 0, 0, 0, 0, 0, number >> 8, number), ports: [80] }, 0).length;
    let called = 0;
    for (let number = 0; number < MOST_PER_HOUR + 10; number++)
      called += place(`2001:db8:1:2::${number.toString(16)}`, number);
    expect(called).toBe(MOST_PER_HOUR);
    expect(place('2001:db8:1:3::1', 1)).toBe(1);
  });
});
