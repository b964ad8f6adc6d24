import { expect, it } from 'vitest';
import { endpoint } from '../base/index.ts';
import { type UnusableAlternate, whyUnusable } from './alternate.ts';

const PUBLIC = '198.51.100.10';

it.each<[primary: string, other: string, port: number, why: UnusableAlternate | null, about: string]>([
  [PUBLIC, '198.51.100.20', 3479, null, 'as it should be'],
  [PUBLIC, '8.8.8.8', 1, null, 'anywhere public'],
  [PUBLIC, PUBLIC, 3479, 'same-address', 'a server with one address'],
  [PUBLIC, PUBLIC, 3478, 'same-address', 'itself'],
  [PUBLIC, '198.51.100.20', 3478, 'same-port', 'change-port would change nothing'],
  [PUBLIC, '198.51.100.20', 0, 'same-port', 'no port at all'],
  [PUBLIC, '2001:db8::20', 3479, 'other-family', 'IPv6'],
  [PUBLIC, '::ffff:198.51.100.20', 3479, 'other-family', 'IPv4 in the clothes of IPv6'],
  [PUBLIC, 'stun.example', 3479, 'other-family', 'no address'],
  [PUBLIC, '192.168.0.20', 3479, 'not-public', 'private'],
  [PUBLIC, '10.255.0.1', 3479, 'not-public', 'private'],
  [PUBLIC, '172.31.0.1', 3479, 'not-public', 'private'],
  [PUBLIC, '172.32.0.1', 3479, null, 'just beyond the private ones'],
  [PUBLIC, '100.64.0.1', 3479, 'not-public', 'of a carrier'],
  [PUBLIC, '127.0.0.1', 3479, 'not-public', 'the asker itself'],
  [PUBLIC, '169.254.1.1', 3479, 'not-public', 'link-local'],
  [PUBLIC, '0.0.0.0', 3479, 'not-public', 'none'],
  [PUBLIC, '224.0.0.1', 3479, 'not-public', 'multicast'],
  [PUBLIC, '255.255.255.255', 3479, 'not-public', 'everybody'],
  ['192.168.0.10', '192.168.0.20', 3479, null, 'a server in the own network'],
  ['192.168.0.10', '10.0.0.1', 3479, null, 'a server in the own network'],
  ['192.168.0.10', '198.51.100.20', 3479, null, 'half in the own network'],
  ['192.168.0.10', '100.64.0.1', 3479, 'not-public', 'of another kind'],
  ['127.0.0.1', '127.0.0.2', 3479, null, 'a server in this machine'],
  ['2001:db8::10', '2001:db8::20', 3479, null, 'as it should be'],
  ['2001:db8::10', '2001:db8::10', 3479, 'same-address', 'a server with one address'],
  ['2001:db8::10', '198.51.100.20', 3479, 'other-family', 'IPv4'],
  ['2001:db8::10', '::ffff:198.51.100.20', 3479, 'other-family', 'IPv4 in the clothes of IPv6'],
  ['2001:db8::10', 'fd00::20', 3479, 'not-public', 'private'],
  ['2001:db8::10', 'fe80::20', 3479, 'not-public', 'link-local'],
  ['2001:db8::10', '::1', 3479, 'not-public', 'the asker itself'],
  ['2001:db8::10', 'ff02::1', 3479, 'not-public', 'multicast'],
  ['fd00::10', 'fd00::20', 3479, null, 'a server in the own network'],
])('%s names %s:%d: %s (%s)', (primary, other, port, why) => {
  expect(whyUnusable(endpoint(primary, 3478), endpoint(other, port))).toBe(why);
});
