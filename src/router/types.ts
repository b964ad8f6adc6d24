import type { Milliseconds } from '../base/index.ts';
import type { SocketFailure } from '../system/index.ts';

export type RouterProtocol = 'nat-pmp' | 'pcp' | 'upnp';

/** One fact seen while the router was asked for its own address. */
export type RouterObservation =
  /** So it says; 0.0.0.0: it has none at present. */
  | {
      readonly kind: 'router-address';
      readonly at: Milliseconds;
      readonly by: RouterProtocol;
      readonly address: string;
    }
  /** It answers, and does not tell an address. `code`: of the protocol, or of HTTP; null: it gave none. */
  | {
      readonly kind: 'router-refused';
      readonly at: Milliseconds;
      readonly by: RouterProtocol;
      readonly code: number | null;
    }
  /** What it says, or where it sends us, is not what it should be. */
  | { readonly kind: 'router-malformed'; readonly at: Milliseconds; readonly by: RouterProtocol }
  /** Every protocol was asked, and none of them answered. */
  | { readonly kind: 'router-silent'; readonly at: Milliseconds }
  | { readonly kind: 'router-failed'; readonly at: Milliseconds; readonly failure: SocketFailure }
  | { readonly kind: 'router-cancelled'; readonly at: Milliseconds };
