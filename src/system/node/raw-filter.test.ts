import { expect, it } from 'vitest';
import { parseIp } from '../../base/index.ts';
import { DEAF, rawFilter } from './raw-filter.ts';
import { runFilter } from './test-filter.ts';
import { ipPacket, udpPacket } from './test-packets.ts';

const UDP = udpPacket(3478, 9000, 'hello');
const IPV4 = ['198.51.100.10', '198.51.100.20'];
const IPV6 = ['2001:db8:100::10', '2001:db8:100::20'];

const over4 = (from: string): Uint8Array => ipPacket(17, UDP, { from });

/** RFC 8200 section 3. */
const over6 = (from: string): Uint8Array =>
  Uint8Array.from([
    ...[0x60, 0, 0, 0, 0, UDP.length, 17, 64],
    ...(parseIp(from) ?? []),
    ...(parseIp('2001:db8:1::100') ?? []),
    ...UDP,
  ]);

it.each<[string, readonly string[], Uint8Array, boolean]>([
  ['the first peer', IPV4, over4('198.51.100.10'), true],
  ['the last peer', IPV4, over4('198.51.100.20'), true],
  ['a caller', IPV4, over4('203.0.113.7'), false],
  ['the first peer', IPV6, over6('2001:db8:100::10'), true],
  ['the last peer', IPV6, over6('2001:db8:100::20'), true],
  ['a neighbour of a peer, but for the last word', IPV6, over6('2001:db8:100::11'), false],
  ['a neighbour of a peer, but for the first word', IPV6, over6('2001:db9:100::10'), false],
  ['anybody, where there is no peer', [], over4('198.51.100.10'), false],
])('%s of %j', (_, peers, packet, passes) => {
  expect(runFilter(rawFilter(peers), packet) > 0).toBe(passes);
});

it('a socket that only sends hears nothing', () => expect(runFilter(DEAF, over4('198.51.100.10'))).toBe(0));
