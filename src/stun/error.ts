import { err, ok } from '../base/index.ts';
import { type Attribute, orThrow } from './attribute.ts';
import { putU16, u16, view } from './bytes.ts';
import { decodeLenient, encodeText, LONGEST_READ, LONGEST_SENT } from './text.ts';

export interface ErrorCode {
  /** 300 to 699. */
  readonly code: number;
  readonly reason: string;
}

/** RFC 8489 section 14.8: 21 bits of nothing, the hundreds in 3 bits, the rest, the reason. */
export const ERROR_CODE: Attribute<ErrorCode> = {
  type: 0x0009,
  name: 'ERROR-CODE',
  rfc: 'RFC 8489 14.8',
  encode({ code, reason }) {
    const text = encodeText(reason);
    if (!Number.isInteger(code) || code < 300 || code > 699) throw new RangeError(`not an error code: ${code}`);
    if (text.length > LONGEST_SENT) throw new RangeError(`a reason of ${text.length} bytes`);
    const value = new Uint8Array(4 + text.length);
    value[2] = Math.floor(code / 100);
    value[3] = code % 100;
    value.set(text, 4);
    return value;
  },
  decode(value) {
    if (value.length < 4 || value.length > 4 + LONGEST_READ) return err(`ERROR-CODE of ${value.length} bytes`);
    const [hundreds, rest] = [(value[2] ?? 0) & 7, value[3] ?? 0];
    if (hundreds < 3 || hundreds > 6 || rest > 99) return err(`error class ${hundreds}, number ${rest}`);
    // The reason is for people; one that is badly written does not make the code less true.
    return ok({ code: hundreds * 100 + rest, reason: decodeLenient(view(value, 4, value.length - 4)) });
  },
};

/** RFC 8489 section 14.13. RFC 3489 section 11.2.10 repeats one type where their number is odd. */
export const UNKNOWN_ATTRIBUTES: Attribute<readonly number[]> = {
  type: 0x000a,
  name: 'UNKNOWN-ATTRIBUTES',
  rfc: 'RFC 8489 14.13',
  encode(types) {
    const value = new Uint8Array(2 * types.length);
    for (const [i, type] of types.entries()) {
      putU16(value, 2 * i, orThrow(type === (type & 0xffff) ? null : `not an attribute type: ${type}`, type));
    }
    return value;
  },
  decode(value) {
    if (value.length & 1) return err(`UNKNOWN-ATTRIBUTES of ${value.length} bytes`);
    return ok(Array.from({ length: value.length / 2 }, (_, i) => u16(value, 2 * i)));
  },
};

/** RFC 8489 section 14.8, with the reasons of the registry of IANA. */
export const TRY_ALTERNATE: ErrorCode = { code: 300, reason: 'Try Alternate' };
export const BAD_REQUEST: ErrorCode = { code: 400, reason: 'Bad Request' };
export const UNAUTHENTICATED: ErrorCode = { code: 401, reason: 'Unauthenticated' };
export const UNKNOWN_ATTRIBUTE: ErrorCode = { code: 420, reason: 'Unknown Attribute' };
export const STALE_NONCE: ErrorCode = { code: 438, reason: 'Stale Nonce' };
export const SERVER_ERROR: ErrorCode = { code: 500, reason: 'Server Error' };
