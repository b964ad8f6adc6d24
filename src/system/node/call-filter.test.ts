import { expect, it } from 'vitest';
import { callFilter } from './call-filter.ts';
import { runFilter } from './test-filter.ts';
import { extension, ip6Packet, ipPacket, tcpPacket } from './test-packets.ts';

const [SYN, SYN_ACK, ACK, RESET] = [0x02, 0x12, 0x10, 0x04];
const tcp = (flags: number) => tcpPacket(4711, 5060, flags);
const PEER = { from: '198.51.100.20' };
const PEER6 = { from: '2001:db8:100::20' };

it.each<[string, boolean, Uint8Array]>([
  ['a call', true, ipPacket(6, tcp(SYN), PEER)],
  ['one with options', true, ipPacket(6, tcp(SYN), { ...PEER, options: 12 })],
  ['our answer', true, ipPacket(6, tcp(SYN_ACK), { from: '192.168.0.100', to: '198.51.100.20' })],
  ['one that is seen as the router', true, ipPacket(6, tcp(SYN), { from: '192.168.0.1' })],
  ['what follows', false, ipPacket(6, tcp(ACK), PEER)],
  ['a reset', false, ipPacket(6, tcp(RESET), PEER)],
  ['UDP', false, ipPacket(17, tcp(SYN), PEER)],
  ['a later fragment', false, ipPacket(6, tcp(SYN), { ...PEER, fragment: 5 })],
  ['IPv6', false, ip6Packet(6, tcp(SYN), PEER6)],
])('of IPv4, %s: %s', (_, passes, packet) => {
  expect(runFilter(callFilter('ipv4'), packet) > 0).toBe(passes);
});

it.each<[string, boolean, Uint8Array]>([
  ['a call', true, ip6Packet(6, tcp(SYN), PEER6)],
  ['our answer', true, ip6Packet(6, tcp(SYN_ACK), { from: '2001:db8:1::100', to: '2001:db8:100::10' })],
  ['what follows', false, ip6Packet(6, tcp(ACK), PEER6)],
  ['UDP', false, ip6Packet(17, tcp(SYN), PEER6)],
  ['one behind options', false, ip6Packet(6, tcp(SYN), { ...PEER6, extensions: [[60, extension()]] })],
  ['IPv4', false, ipPacket(6, tcp(SYN), PEER)],
])('of IPv6, %s: %s', (_, passes, packet) => {
  expect(runFilter(callFilter('ipv6'), packet) > 0).toBe(passes);
});
