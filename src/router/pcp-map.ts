import { formatIp, isIpv4, type Protocol, wrappedIpv4 } from '../base/index.ts';
import { type MapAnswer, type MapDialect, NO_ANSWER, u16, u16At, u32, u32At } from './map-dialect.ts';
import type { Mapping } from './mapping.ts';
import { announceRequest } from './pcp.ts';

const VERSION = 2;
const [ANNOUNCE, MAP] = [0, 1];
const ANSWER = 0x80;
/** Header (RFC 6887 section 7.1) and what MAP adds (section 11.1). */
const [HEADER, MAP_BYTES] = [24, 36];
/** Of IANA. */
const PROTOCOLS = { udp: 17, tcp: 6 } as const;
/** ::ffff:0.0.0.0: whichever public address (section 11.1). */
const ANY_IPV4 = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0];
/** PREFER_FAILURE: no other public port than the one that is named (section 13.2). */
const PREFER_FAILURE = [2, 0, 0, 0];

export const NONCE_BYTES = 12;

/**
 * RFC 6887. `local`: our own address. `nonce`: by these 12 bytes the router knows a mapping as ours; who has them not
 * can neither renew nor delete it.
 */
export const pcp = (local: string, nonce: Uint8Array): MapDialect => ({
  by: 'pcp',
  probe: announceRequest(local),
  request: (mapping, seconds, firm) => request(local, nonce, mapping, seconds, firm),
  read: (bytes) => read(bytes, nonce),
  outcomeOf,
});

function request(
  local: string,
  nonce: Uint8Array,
  { protocol, port }: Mapping,
  seconds: number,
  firm: boolean,
): Uint8Array {
  const header = [VERSION, MAP, 0, 0, ...u32(seconds), ...ANY_IPV4.slice(0, 12), ...local.split('.').map(Number)];
  const body = [...nonce, PROTOCOLS[protocol], 0, 0, 0, ...u16(port), ...u16(port), ...ANY_IPV4];
  return Uint8Array.from([...header, ...body, ...(firm && seconds > 0 ? PREFER_FAILURE : [])]);
}

function read(bytes: Uint8Array, nonce: Uint8Array): MapAnswer {
  const [version = 0, opcode = 0, , code = 0] = bytes;
  // One that knows NAT-PMP alone answers by that, in 8 bytes (section 9).
  if (version === 0 && opcode >= ANSWER && bytes.length >= 8) return { kind: 'not-spoken' };
  if (bytes.length < HEADER || opcode < ANSWER) return NO_ANSWER;
  if (version !== VERSION || code === UNSUPPORTED_VERSION) return { kind: 'not-spoken' };
  const epoch = u32At(bytes, 8);
  if (opcode === ANSWER + ANNOUNCE) return { kind: 'alive', epoch, address: null };
  if (opcode !== ANSWER + MAP || bytes.length < HEADER + MAP_BYTES) return NO_ANSWER;
  if (!nonce.every((byte, index) => bytes[HEADER + index] === byte)) return NO_ANSWER;
  const protocol = protocolOf(bytes[36] ?? 0);
  if (protocol === null) return NO_ANSWER;
  const mapping = { protocol, port: u16At(bytes, 40) };
  if (code !== 0) return { kind: 'refused', mapping, code, epoch };
  const address = wrappedIpv4(formatIp(bytes.subarray(44, 60), 0));
  return {
    ...{ kind: 'mapped', mapping, epoch, externalPort: u16At(bytes, 42), lifetime: u32At(bytes, 4) },
    address: address !== null && isIpv4(address) && address !== '0.0.0.0' ? address : null,
  };
}

const protocolOf = (number: number): Protocol | null =>
  number === PROTOCOLS.udp ? 'udp' : number === PROTOCOLS.tcp ? 'tcp' : null;

const UNSUPPORTED_VERSION = 1;

/** Section 7.4. */
function outcomeOf(code: number): ReturnType<MapDialect['outcomeOf']> {
  switch (code) {
    case 2:
      return { kind: 'denied', code };
    case 4:
      return 'unsupported';
    // The option that asks for firmness is not known, or not wanted so.
    case 5:
    case 6:
      return 'not-firm';
    case 7:
      return { kind: 'no-address', code };
    case 8:
    case 10:
      return { kind: 'no-resources', code };
    case 11:
      return { kind: 'conflict', owner: null, left: null };
    default:
      return { kind: 'failed', code };
  }
}
