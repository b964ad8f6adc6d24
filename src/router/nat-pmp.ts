import { addressAt } from './bytes.ts';

/** Where NAT-PMP and PCP are served (RFC 6886 section 3.1, RFC 6887 section 19.1). */
export const NAT_PMP_PORT = 5351;

const VERSION = 0;
const EXTERNAL_ADDRESS = 0;
/** Set in the opcode of every answer. */
const ANSWER = 0x80;
const UNSUPPORTED_VERSION = 1;

/** What is your external address? It changes nothing in the router (RFC 6886 section 3.2). */
export const externalAddressRequest = (): Uint8Array => Uint8Array.of(VERSION, EXTERNAL_ADDRESS);

export type NatPmpAnswer =
  | { readonly kind: 'address'; readonly address: string }
  /** Result code (RFC 6886 section 3.5). */
  | { readonly kind: 'refused'; readonly code: number }
  /** An answer to something else, or none at all. */
  | { readonly kind: 'nothing' };

const NOTHING: NatPmpAnswer = { kind: 'nothing' };

/** Never throws. */
export function readNatPmp(bytes: Uint8Array): NatPmpAnswer {
  if (bytes.length < 8 || bytes[0] !== VERSION || bytes[1] !== ANSWER + EXTERNAL_ADDRESS) return NOTHING;
  const code = ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0);
  // Who knows no PCP says so by the same opcode: our ANNOUNCE was meant.
  if (code === UNSUPPORTED_VERSION) return NOTHING;
  if (code !== 0) return { kind: 'refused', code };
  return bytes.length < 12 ? NOTHING : { kind: 'address', address: addressAt(bytes, 8) };
}
