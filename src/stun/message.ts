export type MessageClass = 'request' | 'indication' | 'success' | 'error';

/** One attribute as it is on the wire, not understood yet. */
export interface RawAttribute {
  readonly type: number;
  readonly value: Uint8Array;
  /** As received; absent: zeros. Kept because a sender may put anything there (RFC 5389 section 15). */
  readonly padding?: Uint8Array;
}

export interface Message {
  readonly class: MessageClass;
  /** 12 bits. */
  readonly method: number;
  /** 12 bytes after the magic cookie (RFC 8489 section 5); 16 bytes: an RFC 3489 message, without the cookie. */
  readonly transactionId: Uint8Array;
  readonly attributes: readonly RawAttribute[];
}

/** RFC 8489 section 18.2. */
export const BINDING = 0x001;
/** RFC 3489 section 11.1; reserved since. It is named here because old messages are told by their type. */
export const SHARED_SECRET = 0x002;

/** RFC 8489 section 5. */
export const MAGIC_COOKIE = 0x2112a442;
export const HEADER_LENGTH = 20;

/** In the order of the two class bits C1 C0 (RFC 8489 section 5). */
const CLASSES = ['request', 'indication', 'success', 'error'] as const satisfies readonly MessageClass[];

/**
 * The class bits sit between the method bits (RFC 8489 section 5, figure 3), so that the types of
 * RFC 3489 keep their values: M11-M7 C1 M6-M4 C0 M3-M0.
 */
export const classOf = (type: number): MessageClass => CLASSES[((type >> 7) & 2) | ((type >> 4) & 1)] ?? 'request';

export const methodOf = (type: number): number => ((type >> 2) & 0xf80) | ((type >> 1) & 0x70) | (type & 0xf);

export function typeOf(messageClass: MessageClass, method: number): number {
  const bits = CLASSES.indexOf(messageClass);
  return ((method & 0xf80) << 2) | ((bits & 2) << 7) | ((method & 0x70) << 1) | ((bits & 1) << 4) | (method & 0xf);
}

/**
 * Without a cookie little else tells STUN from noise, so only the six types of RFC 3489 section 11.1
 * count: Binding and Shared Secret, neither as an indication.
 */
export const isOldType = (messageClass: MessageClass, method: number): boolean =>
  (method === BINDING || method === SHARED_SECRET) && messageClass !== 'indication';
