import { expect, it } from 'vitest';
import { packetFilter } from './packet-filter.ts';
import { runFilter } from './test-filter.ts';
import { icmpPacket, ipPacket, udpPacket } from './test-packets.ts';

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
  ['UDP of a peer that is ourselves, on its way out', false, from('198.51.100.10'), OUTGOING],
  ['a later fragment', false, ipPacket(17, UDP, { from: '198.51.100.10', fragment: 5 })],
  ['a first fragment', true, ipPacket(17, UDP, { from: '198.51.100.10', fragment: 0x2000 })],
  ['unreachable', true, icmp(3)],
  ['time exceeded', true, icmp(11)],
  ['unreachable, with options', true, icmp(3, 12)],
  ['an echo request', false, icmp(8)],
  ['TCP', false, ipPacket(6, UDP, { from: '198.51.100.10' })],
])('%s: %s', (_, passes, packet, type = HOST) => {
  expect(runFilter(packetFilter(PEERS), packet, type) > 0).toBe(passes);
});

it('knows no peer, or many', () => {
  expect(runFilter(packetFilter([]), from('198.51.100.10'), HOST)).toBe(0);
  expect(runFilter(packetFilter([]), icmp(3), HOST)).toBeGreaterThan(0);
  const many = Array.from({ length: 30 }, (_, index) => `198.51.100.${index}`);
  expect(runFilter(packetFilter(many), from('198.51.100.29'), HOST)).toBeGreaterThan(0);
  expect(runFilter(packetFilter(many), from('198.51.100.30'), HOST)).toBe(0);
});
