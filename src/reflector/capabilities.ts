import { type Endpoint, scopeOf } from '../base/index.ts';
import type { RoleName } from './roles.ts';

/**
 * Misbehaviour seen in the field, for the lab only. `ignores-change-request`: a success from the unchanged address.
 * `no-response-port`: the attribute is unknown here, as it is to servers from before RFC 5780. `no-calls`: so is
 * FULLCONE-CALL, as it is to reflectors of our first days. `throttles`: it announces nothing and knows no tokens, so
 * that everybody gets what strangers get.
 */
export type Fault = 'ignores-change-request' | 'no-response-port' | 'no-calls' | 'throttles';

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
  /** In a laboratory: TCP ports of private, loopback and other addresses that are not of the internet are called, too. */
  readonly lab: boolean;
  /** The key of the tokens, 32 random bytes that nobody else knows. */
  readonly tokenKey: Uint8Array;
}

export const servesResponsePort = ({ responsePort, fault }: Capabilities): boolean =>
  responsePort && fault !== 'no-response-port';

/** A call comes from the other address, so there must be one. */
export const servesCalls = ({ alternate, fault }: Capabilities): boolean => alternate && fault !== 'no-calls';

/**
 * Whether TCP ports of that address may be called. An address that is not of the internet names other machines here
 * than there: behind it would be the reflector's own network.
 */
export const mayCall = (address: string, { lab }: Capabilities): boolean => lab || scopeOf(address) === 'public';
