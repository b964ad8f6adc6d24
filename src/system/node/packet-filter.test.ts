import { expect, it } from 'vitest';
import { packetFilter } from './packet-filter.ts';
import { icmpPacket, ipPacket, udpPacket } from './test-packets.ts';

const [HOST, OTHER_HOST, OUTGOING] = [0, 3, 4];
const PEERS = ['198.51.100.10', '198.51.100.20'];

/** The kernel's machine, as far as the program needs it; linux/filter.h. How many bytes of the packet are let through. */
function run(program: Uint8Array, packet: Uint8Array, type: number): number {
  const view = new DataView(program.buffer);
  const data = new DataView(packet.buffer, packet.byteOffset, packet.length);
  let [a, x] = [0, 0];
  for (let at = 0, steps = 0; steps < 100; steps++) {
    const [code, yes, no, k] = [
      view.getUint16(8 * at, true),
      view.getUint8(8 * at + 2),
      view.getUint8(8 * at + 3),
      view.getUint32(8 * at + 4, true),
    ];
    at++;
    if (code === 0x06) return k;
    if (code === 0x20) a = k === 0xfffff004 ? type : data.getUint32(k);
    else if (code === 0x28) a = data.getUint16(k);
    else if (code === 0x30) a = data.getUint8(k);
    else if (code === 0x50) a = data.getUint8(x + k);
    else if (code === 0xb1) x = 4 * (data.getUint8(k) & 0xf);
    else if (code === 0x15) at += a === k ? yes : no;
    else if (code === 0x45) at += (a & k) !== 0 ? yes : no;
    else throw new Error(`instruction ${code.toString(16)}`);
  }
  throw new Error('the kernel would refuse it: it does not end');
}

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
  expect(run(packetFilter(PEERS), packet, type) > 0).toBe(passes);
});

it('knows no peer, or many', () => {
  expect(run(packetFilter([]), from('198.51.100.10'), HOST)).toBe(0);
  expect(run(packetFilter([]), icmp(3), HOST)).toBeGreaterThan(0);
  const many = Array.from({ length: 30 }, (_, index) => `198.51.100.${index}`);
  expect(run(packetFilter(many), from('198.51.100.29'), HOST)).toBeGreaterThan(0);
  expect(run(packetFilter(many), from('198.51.100.30'), HOST)).toBe(0);
});
