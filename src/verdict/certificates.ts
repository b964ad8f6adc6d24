import type { Certificate, TlsLook } from '../system/index.ts';

/** What is wrong with a certificate, or with how it is shown. It makes no port open or closed. */
export type CertificateFault =
  | 'expired'
  | 'not-yet-valid'
  | 'wrong-name'
  | 'self-signed'
  | 'chain-incomplete'
  | 'untrusted'
  | 'weak'
  | 'expires-soon';

export type ShownOrFailed = Exclude<TlsLook, { kind: 'nobody' }>;

/** What a TLS port of the PBX shows to those who connect. */
export interface CertificateVerdict {
  /** TCP. */
  readonly port: number;
  /** By which the phones know the PBX; null: not known. */
  readonly hostName: string | null;
  readonly look: ShownOrFailed;
  /** Whole days, rounded down; negative: over. null: no certificate was shown. */
  readonly daysLeft: number | null;
  readonly faults: readonly CertificateFault[];
  /** `RSA 1024, SHA-1, TLSv1`: what makes it weak; empty: nothing. */
  readonly weakness: string;
}

/** All rules that apply count, each for itself. */
interface CertificateRule {
  readonly fault: CertificateFault;
  readonly applies: (certificate: Certificate, now: Date) => boolean;
  /** Why those who connect may refuse it. */
  readonly why: string;
}

const DAY = 86_400_000;

const SOON = 14 * DAY;

export const CERTIFICATE_RULES: readonly CertificateRule[] = [
  {
    fault: 'expired',
    applies: (certificate, now) => timeLeft(certificate, now) < 0,
    why: 'Its notAfter has passed (RFC 5280 section 4.1.2.5).',
  },
  {
    fault: 'not-yet-valid',
    applies: ({ validFrom }, now) => Date.parse(validFrom) > now.getTime(),
    why: 'Its notBefore is still to come; or the clock of this machine is wrong.',
  },
  {
    fault: 'wrong-name',
    applies: ({ isForName }) => isForName === false,
    why: 'None of its names is that by which the phones connect (RFC 9525 section 6; RFC 5922 section 7 for SIP).',
  },
  {
    fault: 'self-signed',
    applies: ({ chain }) => chain === 'self-signed',
    why: 'Nobody but the PBX itself vouches for it.',
  },
  {
    fault: 'chain-incomplete',
    applies: ({ chain }) => chain === 'incomplete',
    why: 'It is shown alone, and whoever issued it is no root of this system: the certificates between are to be sent along (RFC 8446 section 4.4.2).',
  },
  {
    fault: 'untrusted',
    applies: ({ chain }) => chain === 'unknown-issuer' || chain === 'broken',
    why: 'The certificates that are shown lead to no root of this system; or one of those above has expired.',
  },
  {
    fault: 'weak',
    applies: (certificate) => weaknesses(certificate).length > 0,
    why: 'Phones of today refuse short keys, SHA-1 and MD5, and versions before TLS 1.2 (RFC 8996, RFC 9155).',
  },
  {
    fault: 'expires-soon',
    applies: (certificate, now) => {
      const left = timeLeft(certificate, now);
      return left >= 0 && left < Math.min(SOON, lifetime(certificate) / 4);
    },
    why: 'What is renewed by itself is renewed when a third of its time is left: this was not.',
  },
];

/** Of the look at one port, at the time of the run. Where nobody listens there is nothing to judge. */
export function judgeCertificate(
  port: number,
  look: ShownOrFailed,
  hostName: string | null,
  now: Date,
): CertificateVerdict {
  if (look.kind === 'failed') return { port, hostName, look, daysLeft: null, faults: [], weakness: '' };
  const { certificate } = look;
  return {
    port,
    hostName,
    look,
    daysLeft: Math.floor(timeLeft(certificate, now) / DAY),
    faults: CERTIFICATE_RULES.filter(({ applies }) => applies(certificate, now)).map(({ fault }) => fault),
    weakness: weaknesses(certificate).join(', '),
  };
}

const timeLeft = ({ validTo }: Certificate, now: Date): number => Date.parse(validTo) - now.getTime();
const lifetime = ({ validFrom, validTo }: Certificate): number => Date.parse(validTo) - Date.parse(validFrom);

/** NIST SP 800-131A: 112 bits of security. Elliptic curves that small nobody uses. */
const SHORTEST_KEY = 2048;

const OLD_VERSIONS = new Set(['SSLv3', 'TLSv1', 'TLSv1.1']);

function weaknesses({ key, oldHash, chain, protocol }: Certificate): string[] {
  return [
    ...(key.bits !== null && key.bits < SHORTEST_KEY ? [`${key.type.toUpperCase()} ${key.bits}`] : []),
    // Nobody reads the signature of what has signed itself.
    ...(oldHash !== null && chain !== 'self-signed' ? [oldHash === 'md5' ? 'MD5' : 'SHA-1'] : []),
    ...(OLD_VERSIONS.has(protocol) ? [protocol] : []),
  ];
}
