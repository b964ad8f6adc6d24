import type { Protocol } from '../base/index.ts';
import { addressAt } from './bytes.ts';
import { type MapAnswer, type MapDialect, NO_ANSWER, u16, u16At, u32, u32At } from './map-dialect.ts';
import type { MapOutcome, Mapping } from './mapping.ts';
import { externalAddressRequest } from './nat-pmp.ts';

const VERSION = 0;
const ANSWER = 0x80;
const OPCODES = { udp: 1, tcp: 2 } as const;
const UNSUPPORTED_VERSION = 1;

/** RFC 6886. It names the port that it would rather have, and must look at what it got. */
export const NAT_PMP: MapDialect = {
  by: 'nat-pmp',
  probe: externalAddressRequest(),
  request,
  read,
  outcomeOf,
};

/** Section 3.3; to delete, public port and lifetime are 0 (section 3.4). Never the private port 0, which means all. */
function request({ protocol, port }: Mapping, seconds: number): Uint8Array {
  const wanted = seconds === 0 ? 0 : port;
  return Uint8Array.of(VERSION, OPCODES[protocol], 0, 0, ...u16(port), ...u16(wanted), ...u32(seconds));
}

function read(bytes: Uint8Array): MapAnswer {
  if (bytes.length < 8) return NO_ANSWER;
  const [version, opcode = 0] = bytes;
  const code = u16At(bytes, 2);
  // One that knows PCP alone answers by that (RFC 6887 appendix A).
  if (version !== VERSION) return opcode >= ANSWER ? { kind: 'not-spoken' } : NO_ANSWER;
  const epoch = u32At(bytes, 4);
  if (code === UNSUPPORTED_VERSION) return { kind: 'not-spoken' };
  // Without an address of its own it answers, too.
  if (opcode === ANSWER)
    return { kind: 'alive', epoch, address: code === 0 && bytes.length >= 12 ? addressAt(bytes, 8) : null };
  const protocol = protocolOf(opcode);
  if (protocol === null) return NO_ANSWER;
  const mapping = bytes.length < 10 ? null : { protocol, port: u16At(bytes, 8) };
  if (code !== 0) return { kind: 'refused', mapping, code, epoch };
  if (mapping === null || bytes.length < 16) return NO_ANSWER;
  const [externalPort, lifetime] = [u16At(bytes, 10), u32At(bytes, 12)];
  return { kind: 'mapped', mapping, externalPort, lifetime, epoch, address: null };
}

const protocolOf = (opcode: number): Protocol | null =>
  opcode === ANSWER + OPCODES.udp ? 'udp' : opcode === ANSWER + OPCODES.tcp ? 'tcp' : null;

/** Section 3.5. */
function outcomeOf(code: number): MapOutcome | 'unsupported' {
  if (code === 2) return { kind: 'denied', code };
  if (code === 3) return { kind: 'no-address', code };
  if (code === 4) return { kind: 'no-resources', code };
  return code === 5 ? 'unsupported' : { kind: 'failed', code };
}
