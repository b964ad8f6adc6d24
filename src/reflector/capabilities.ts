import type { Endpoint } from '../base/index.ts';
import type { RoleName } from './roles.ts';

/**
 * Misbehaviour seen in the field, for the lab only. `ignores-change-request`: a success from the unchanged address.
 * `no-response-port`: the attribute is unknown here, as it is to servers from before RFC 5780.
 */
export type Fault = 'ignores-change-request' | 'no-response-port';

export interface Capabilities {
  /** The four transport addresses as advertised. Those of the alternate address mean nothing without `alternate`. */
  readonly endpoints: Readonly<Record<RoleName, Endpoint>>;
  /** All four roles are alive; otherwise there is no OTHER-ADDRESS, and CHANGE-REQUEST gets 420. */
  readonly alternate: boolean;
  readonly responsePort: boolean;
  /** RFC 3489 requests are answered. */
  readonly rfc3489: boolean;
  /** Packets per second that one asker may send. */
  readonly announcedRate: number;
  readonly fault: Fault | null;
  /** The key of the tokens, 32 random bytes that nobody else knows. */
  readonly tokenKey: Uint8Array;
}

export const servesResponsePort = ({ responsePort, fault }: Capabilities): boolean =>
  responsePort && fault !== 'no-response-port';
