import type { PortRange } from '../base/index.ts';

export type Protocol = 'udp' | 'tcp';

export type Purpose =
  | 'sip'
  /** SIP over TLS. */
  | 'sips'
  /** Voice and video. */
  | 'rtp'
  /** Fax (T.38 over UDPTL). */
  | 'fax'
  /** A product's own tunnel for its apps, branch offices and bridges. */
  | 'tunnel'
  /** Between Asterisk servers, signalling and voice. */
  | 'iax'
  /** SIP over secure WebSocket: phones in a browser. */
  | 'webrtc'
  /** Its web server: clients, provisioning of phones, meetings. */
  | 'web'
  /** A product's own protocol for its apps and phones, such as presence. */
  | 'apps'
  /** Between servers of the same product. */
  | 'linking';

export interface ProfilePort extends PortRange {
  readonly protocol: Protocol;
  readonly purpose: Purpose;
  /** All that is listed has to be reachable from the internet; what a product only connects to is not a forward. */
  readonly direction: 'in';
  /** Needed by those who use the feature, and not asked for otherwise. */
  readonly optional: boolean;
  /** Where the number is from. */
  readonly source: string;
  /** The source was read; otherwise it is common knowledge that may be wrong. */
  readonly verified: boolean;
}

/** One product, as it is when installed. Updates do change its ranges, so that every number can be overridden. */
export interface Profile {
  readonly id: string;
  readonly name: string;
  readonly ports: readonly ProfilePort[];
}
