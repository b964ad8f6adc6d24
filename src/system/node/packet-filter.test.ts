import { describe, expect, it } from 'vitest';
import { packetFilter } from './packet-filter.ts';
import { runFilter } from './test-filter.ts';
import { extension, icmpPacket, ip6Packet, ipPacket, udpPacket } from './test-packets.ts';

const [HOST, OTHER_HOST, OUTGOING] = [0, 3, 4];
const PEERS = ['198.51.100.10', '198.51.100.20'];

const UDP = udpPacket(3478, 9000, 'hello');
const from = (address: string, options = 0) => ipPacket(17, UDP, { from: address, options });
const icmp = (type: number, options = 0) => ipPacket(1, icmpPacket(type, 0, UDP), { options });

it.each<[string, boolean, Uint8Array, number?]>([
  ['UDP of the first peer', true, from('198.51.100.10')],
  ['UDP of the last peer', true, from('198.51.100.20')],
  ['UDP of a peer with options', true, from('198.51.100.20', 8)],
  ['UDP of somebody else', false, from('198.51.100.11')],
  ['UDP of a peer that we overhear', false, from('198.51.100.10'), OTHER_HOST],
  ['UDP of a peer that is passed on to another machine', true, from('198.51.100.10'), OUTGOING],
  ['a later fragment', false, ipPacket(17, UDP, { from: '198.51.100.10', fragment: 5 })],
  ['a first fragment', true, ipPacket(17, UDP, { from: '198.51.100.10', fragment: 0x2000 })],
  ['what this machine says itself', false, from('192.168.0.100'), OUTGOING],
  ['IPv6', false, ip6Packet(17, UDP, { from: '198.51.100.10' })],
  ['unreachable', true, icmp(3)],
  ['time exceeded', true, icmp(11)],
  ['unreachable, with options', true, icmp(3, 12)],
  ['an echo request', false, icmp(8)],
  ['TCP', false, ipPacket(6, UDP, { from: '198.51.100.10' })],
])('%s: %s', (_, passes, packet, type = HOST) => {
  expect(runFilter(packetFilter('ipv4', PEERS), packet, type) > 0).toBe(passes);
});

it('knows no peer, or many', () => {
  expect(runFilter(packetFilter('ipv4', []), from('198.51.100.10'), HOST)).toBe(0);
  expect(runFilter(packetFilter('ipv4', []), icmp(3), HOST)).toBeGreaterThan(0);
  const many = Array.from({ length: 30 }, (_, index) => `198.51.100.${index}`);
  expect(runFilter(packetFilter('ipv4', many), from('198.51.100.29'), HOST)).toBeGreaterThan(0);
  expect(runFilter(packetFilter('ipv4', many), from('198.51.100.30'), HOST)).toBe(0);
});

describe('of IPv6', () => {
  const PEERS6 = ['2001:db8:100::10', '2001:db8:100::20'];
  const [PEER, OTHER] = ['2001:db8:100::20', '2001:db8:100::21'];
  const udp6 = (address: string, ...extensions: [number, Uint8Array][]) =>
    ip6Packet(17, UDP, { from: address, extensions });
  const icmp6 = (type: number, ...extensions: [number, Uint8Array][]) =>
    ip6Packet(58, icmpPacket(type, 0, UDP), { from: OTHER, extensions });

  it.each<[string, boolean, Uint8Array, number?]>([
    ['UDP of the first peer', true, udp6('2001:db8:100::10')],
    ['UDP of the last peer', true, udp6(PEER)],
    ['UDP of somebody else', false, udp6(OTHER)],
    ['UDP of one whose address begins like a peer', false, udp6('2001:db8:100:0:1::20')],
    ['UDP of one whose address ends like a peer', false, udp6('2001:db9:100::20')],
    ['UDP of a peer that we overhear', false, udp6(PEER), OTHER_HOST],
    ['UDP of a peer that is passed on to another machine', true, udp6(PEER), OUTGOING],
    ['what this machine says itself', false, udp6('2001:db8:1::100'), OUTGOING],
    ['IPv4', false, ipPacket(17, UDP, { from: '198.51.100.10' })],
    ['unreachable', true, icmp6(1)],
    ['time exceeded', true, icmp6(3)],
    ['too big', false, icmp6(2)],
    ['an echo request', false, icmp6(128)],
    ['a neighbour', false, icmp6(135)],
    ['options for all hops', true, udp6(PEER, [0, extension()])],
    ['options for the destination', true, udp6(PEER, [60, extension()])],
    ['a routing header', true, icmp6(1, [43, extension()])],
    ['the only fragment', true, udp6(PEER, [44, Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0])])],
    ['a first fragment', false, udp6(PEER, [44, Uint8Array.from([0, 0, 0, 1, 0, 0, 0, 0])])],
    ['a later fragment', false, udp6(PEER, [44, Uint8Array.from([0, 0, 0, 8, 0, 0, 0, 0])])],
    ['TCP', false, ip6Packet(6, UDP, { from: PEER })],
    ['what ends with its header', false, ip6Packet(59, UDP, { from: PEER })],
  ])('%s: %s', (_, passes, packet, type = HOST) => {
    expect(runFilter(packetFilter('ipv6', PEERS6), packet, type) > 0).toBe(passes);
  });

  it('knows no peer, or many', () => {
    expect(runFilter(packetFilter('ipv6', []), udp6(PEER), HOST)).toBe(0);
    expect(runFilter(packetFilter('ipv6', []), icmp6(1), HOST)).toBeGreaterThan(0);
    const many = Array.from({ length: 8 }, (_, index) => `2001:db8:100::${index + 1}`);
    expect(runFilter(packetFilter('ipv6', many), udp6('2001:db8:100::8'), HOST)).toBeGreaterThan(0);
    expect(runFilter(packetFilter('ipv6', many), udp6('2001:db8:100::1'), HOST)).toBeGreaterThan(0);
    expect(runFilter(packetFilter('ipv6', many), udp6('2001:db8:100::9'), HOST)).toBe(0);
  });
});
