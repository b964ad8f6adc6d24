import { formatIp, parseIp } from '../../../src/base/index.ts';
import type { Packet } from '../packet.ts';
import type { Router } from './router.ts';

/** A router of IPv4 whose inside speaks IPv6 (RFC 6146): what goes to 64:ff9b::/96 leaves as IPv4 (RFC 6052). */
export const nat64 = (router: Router): Router => ({
  ...router,
  outbound(packet, now) {
    const address = fromIpv6(packet.to.address);
    return address === null ? 'blocked' : router.outbound({ ...packet, to: { ...packet.to, address } }, now);
  },
  inbound(packet, now) {
    const inside = router.inbound(packet, now);
    return typeof inside === 'string' ? inside : fromIpv4(inside);
  },
});

const PREFIX = Uint8Array.of(0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0);

function fromIpv6(address: string): string | null {
  const bytes = parseIp(address);
  const isWrapped = bytes?.length === 16 && PREFIX.every((byte, index) => bytes[index] === byte);
  return bytes && isWrapped ? formatIp(bytes, PREFIX.length) : null;
}

function fromIpv4(packet: Packet): Packet {
  const bytes = Uint8Array.from([...PREFIX, ...(parseIp(packet.from.address) ?? [])]);
  return { ...packet, from: { ...packet.from, address: formatIp(bytes, 0) } };
}
