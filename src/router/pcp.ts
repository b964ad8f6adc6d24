const VERSION = 2;
const ANNOUNCE = 0;
const ANSWER = 0x80;
const HEADER = 24;

/**
 * Are you there? (RFC 6887 sections 7.1 and 14.1). The one request of PCP that changes nothing; its answer has no
 * address (docs/decisions/0011). `local`: our own IPv4 address, which the server compares with the packet's.
 */
export function announceRequest(local: string): Uint8Array {
  const bytes = new Uint8Array(HEADER);
  bytes.set([VERSION, ANNOUNCE]);
  // ::ffff:a.b.c.d (section 5).
  bytes.set([0xff, 0xff, ...local.split('.').map(Number)], 18);
  return bytes;
}

/**
 * Whether a PCP server says this, whatever it says. One that knows no NAT-PMP answers our NAT-PMP request by its own
 * version, and with an error (RFC 6887 section 9 and appendix A). Never throws.
 */
export const isPcpAnswer = (bytes: Uint8Array): boolean =>
  bytes.length >= HEADER && bytes.length % 4 === 0 && (bytes[0] ?? 0) >= 1 && bytes[1] === ANSWER + ANNOUNCE;
