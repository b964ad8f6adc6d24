import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalIp, familyOf, formatIp, isAnyAddress, parseIp, prefixOf, scopeOf, wrappedIpv4 } from './index.ts';

describe('an address', () => {
  test.each([
    ['198.51.100.10', 'ipv4', '198.51.100.10'],
    ['2001:DB8:0:0:0:0:0:10', 'ipv6', '2001:db8::10'],
    ['2001:db8:0:0:1:0:0:1', 'ipv6', '2001:db8::1:0:0:1'],
    ['2001:db8::198.51.100.10', 'ipv6', '2001:db8::c633:640a'],
    ['::FFFF:c633:640a', 'ipv6', '::ffff:198.51.100.10'],
    ['::', 'ipv6', '::'],
    ['fe80::1%eth0', 'ipv6', null],
  ])('%j is one of %s, %j in its one form', (text, family, form) => {
    expect([familyOf(text), canonicalIp(text)]).toEqual([family, form]);
  });

  test.each([
    '',
    'stun.example',
    'dead',
    '[::1]',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1::2::3',
    ':::',
    '12345::',
    '::1/64',
    '198.51.100.010',
    ' ::1',
  ])('%j is none', (text) => {
    expect([familyOf(text), canonicalIp(text)]).toEqual([null, null]);
  });

  test('of whatever bytes is read as it was written', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ minLength: 4, maxLength: 4 }),
      fc.uint8Array({ minLength: 16, maxLength: 16 }),
    );
    const same = fc.property(bytes, (ip) => {
      expect([...(parseIp(formatIp(ip, 0)) ?? [])]).toEqual([...ip]);
    });
    fc.assert(same);
  });
});

test.each<[string, ...string[]]>([
  [
    'public',
    '198.51.100.10',
    '100.63.0.1',
    '172.32.0.1',
    '2001:db8::1',
    '2a00::1',
    '3fff::1',
    '64:ff9b::c633:640a',
    '2002:c633:640a::1',
  ],
  ['private', '10.0.0.1', '172.16.0.1', '192.168.0.1', 'fc00::1', 'fdff::1', '64:ff9b::c0a8:1', '2002:a00:1::1'],
  ['carrier', '100.64.0.1', '100.127.255.255', '64:ff9b::6440:1'],
  ['loopback', '127.0.0.1', '127.255.0.1', '::1', '64:ff9b::7f00:1'],
  ['link-local', '169.254.1.1', 'fe80::1', 'febf::1', 'fe80::1%eth0'],
  [
    'special',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '192.0.0.8',
    '::',
    '::2',
    'ff02::1',
    'fec0::1',
    '100::1',
    '4000::1',
  ],
  ['special', '::ffff:198.51.100.10', '64:ff9b:1::a00:1', '::198.51.100.10', '', 'stun.example'],
])('%s: %s', (scope, ...addresses) => {
  expect(addresses.map((address) => [address, scopeOf(address)])).toEqual(addresses.map((address) => [address, scope]));
});

test('an IPv4 address in the form of IPv6 is found out', () => {
  const given = ['::ffff:198.51.100.10', '::FFFF:c633:640a', '198.51.100.10', '64:ff9b::c633:640a', '::1', 'x'];
  expect(given.map(wrappedIpv4)).toEqual(['198.51.100.10', '198.51.100.10', null, null, null, null]);
});

test('a prefix is that of all who share it', () => {
  const same = ['2001:db8:1:2::', '2001:db8:1:2:ffff::1', '2001:DB8:1:2::3'].map((address) => prefixOf(address, 64));
  expect(new Set(same).size).toBe(1);
  expect(prefixOf('2001:db8:1:3::', 64)).not.toBe(same[0]);
  expect(prefixOf('2001:db8:1:3::', 48)).toBe(prefixOf('2001:db8:1:ffff::', 48));
  expect(prefixOf('2001:db8:2::', 48)).not.toBe(prefixOf('2001:db8:1::', 48));
});

test('any address is one of two', () => {
  expect(['0.0.0.0', '::', '::1', '127.0.0.1', ''].filter(isAnyAddress)).toEqual(['0.0.0.0', '::']);
});
