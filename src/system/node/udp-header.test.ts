import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseIp } from '../../base/index.ts';
import { sumOf, UDP_HEADER, writeUdp } from './udp-header.ts';

const FROM = parseIp('192.168.0.100') ?? new Uint8Array();
const TO = parseIp('198.51.100.10') ?? new Uint8Array();
const ADDRESSES = sumOf(TO, sumOf(FROM));
const to = { address: '198.51.100.10', port: 3478 };

test('a packet as Wireshark would accept it', () => {
  const into = new Uint8Array(64);
  const length = writeUdp(into, { from: 9000, to, bytes: new TextEncoder().encode('abc') }, ADDRESSES);
  expect(length).toBe(11);
  // By hand: 192.168.0.100, 198.51.100.10, 17, 11; 9000, 3478, 11; "ab", "c\0".
  const sum = 0xc0a8 + 0x0064 + 0xc633 + 0x640a + 17 + 11 + 9000 + 3478 + 11 + 0x6162 + 0x6300;
  const folded = (sum & 0xffff) + (sum >> 16);
  const checksum = ~folded & 0xffff;
  expect([...into.subarray(0, 11)]).toEqual([
    ...[0x23, 0x28, 0x0d, 0x96, 0, 11],
    ...[checksum >> 8, checksum & 0xff],
    ...[0x61, 0x62, 0x63],
  ]);
});

test('whatever it carries, it adds up, and never says that there is no checksum', () => {
  const into = new Uint8Array(2048).fill(0xaa);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 1500 }), fc.integer({ min: 1, max: 65_535 }), (bytes, from) => {
      const length = writeUdp(into, { from, to, bytes }, ADDRESSES);
      expect(length).toBe(UDP_HEADER + bytes.length);
      expect(sumOf(into.subarray(0, length), ADDRESSES + 17 + length)).toBe(0xffff);
      expect((into[6] ?? 0) + (into[7] ?? 0)).toBeGreaterThan(0);
    }),
  );
});

test('of IPv6 the system fills it in', () => {
  const into = new Uint8Array(16);
  writeUdp(into, { from: 5060, to, bytes: new Uint8Array() }, null);
  expect([...into.subarray(6, 8)]).toEqual([0, 0]);
});
