import { describe, expect, it } from 'vitest';
import { type Family, familyOf, parseIp } from '../../base/index.ts';
import { DEAF, tcpFilter, udpFilter } from './raw-filter.ts';
import { runFilter } from './test-filter.ts';
import { ipPacket, udpPacket } from './test-packets.ts';

const UDP = udpPacket(3478, 9000, 'hello');
const IPV4 = ['198.51.100.10', '198.51.100.20'];
const IPV6 = ['2001:db8:100::10', '2001:db8:100::20'];

const STRANGER: Readonly<Record<Family, string>> = { ipv4: '203.0.113.7', ipv6: '2001:db8::7' };

/** With options, and RFC 8200 section 3. */
const over = (from: string, inside = UDP, protocol = 17): Uint8Array =>
  familyOf(from) === 'ipv4'
    ? ipPacket(protocol, inside, { from, options: 8 })
    : Uint8Array.from([
        ...[0x60, 0, 0, 0, 0, inside.length, protocol, 64],
        ...(parseIp(from) ?? []),
        ...(parseIp('2001:db8:1::100') ?? []),
        ...inside,
      ]);

/** A raw socket of IPv4 has the header, one of IPv6 has not. */
const passes = (filter: Uint8Array, family: Family, packet: Uint8Array): boolean =>
  runFilter(filter, packet, 0, family === 'ipv4' ? 0 : 40) > 0;

it.each<[string, readonly string[], string, boolean]>([
  ['the first peer', IPV4, '198.51.100.10', true],
  ['the last peer', IPV4, '198.51.100.20', true],
  ['a caller', IPV4, STRANGER.ipv4, false],
  ['the first peer', IPV6, '2001:db8:100::10', true],
  ['the last peer', IPV6, '2001:db8:100::20', true],
  ['a neighbour of a peer, but for the last word', IPV6, '2001:db8:100::11', false],
  ['a neighbour of a peer, but for the first word', IPV6, '2001:db9:100::10', false],
  ['anybody, where there is no peer', [], '198.51.100.10', false],
])('%s of %j', (_, peers, from, expected) => {
  const family = familyOf(from) ?? 'ipv4';
  expect(passes(udpFilter(family, peers), family, over(from))).toBe(expected);
});

describe.each<[Family, readonly string[]]>([
  ['ipv4', IPV4],
  ['ipv6', IPV6],
])('a stranger over %s, who may be a peer behind a router that hides him', (family, peers) => {
  it.each<[string, string, boolean]>([
    ['an answer of STUN', '010100002112a442', true],
    ['a refusal of STUN', '011100002112a442', true],
    ['a request of STUN', '000100002112a442', false],
    ['an answer without the cookie', '0101000021120000', false],
    ['RTP', '8000123400000001', false],
    ['nothing', '', false],
  ])('UDP: %s', (_, hex, expected) => {
    const udp = udpPacket(3478, 9000, Buffer.from(hex, 'hex').toString('latin1'));
    udp.set(Buffer.from(hex, 'hex'), 8);
    expect(passes(udpFilter(family, peers), family, over(STRANGER[family], udp))).toBe(expected);
  });

  const [FIN, SYN, ACK] = [1, 2, 16];
  it.each<[string, { flags: number; bytes?: number; options?: number; to?: number }, boolean]>([
    ['who begins a connection', { flags: SYN, options: 20 }, true],
    ['who begins one to another port', { flags: SYN, to: 5062 }, false],
    ['who takes one', { flags: SYN | ACK }, false],
    ['who says a word', { flags: ACK, bytes: 1, options: 12 }, true],
    ['who says as much as a caller', { flags: ACK | FIN, bytes: 64 }, true],
    ['who says more', { flags: ACK, bytes: 65, options: 12 }, false],
    ['who says nothing', { flags: ACK, options: 12 }, false],
    ['who ends', { flags: FIN | ACK }, false],
    ['who says a word to the last port', { flags: ACK, bytes: 10, to: 5090 }, true],
  ])('TCP: %s', (_, { flags, bytes = 0, options = 0, to = 5060 }, expected) => {
    const header = [
      ...[0x12, 0x34, to >> 8, to & 255],
      ...new Array<number>(8).fill(0),
      ((20 + options) / 4) << 4,
      flags,
    ];
    const tcp = Uint8Array.from([...header, ...new Array<number>(6 + options + bytes).fill(1)]);
    const filter = tcpFilter(family, { peers, ports: [5060, 5061, 5090], most: 64 });
    expect(passes(filter, family, over(STRANGER[family], tcp, 6))).toBe(expected);
  });

  it('TCP: of a peer all passes', () => {
    const filter = tcpFilter(family, { peers, ports: [5060], most: 64 });
    expect(passes(filter, family, over(peers[0] ?? '', new Uint8Array(20), 6))).toBe(true);
  });
});

it('a socket that only sends hears nothing', () => expect(runFilter(DEAF, over('198.51.100.10'))).toBe(0));
