import type { X509Certificate } from 'node:crypto';
import { isIpv4 } from '../../base/index.ts';
import type { Certificate, Chain } from '../contract.ts';

/** A certificate may have thousands of names. */
const MOST_NAMES = 100;

/** What there is to know of a certificate. `verified`: OpenSSL's word for what is wrong with the chain; null: nothing. */
export function readCertificate(
  certificate: X509Certificate,
  name: string | null,
  verified: string | null,
  protocol: string,
): Certificate {
  return {
    names: namesOf(certificate),
    isForName: name === null ? null : isFor(certificate, name),
    issuer: issuerOf(certificate),
    validFrom: new Date(certificate.validFrom).toISOString(),
    validTo: new Date(certificate.validTo).toISOString(),
    key: keyOf(certificate),
    oldHash: OLD_HASHES[signatureOid(certificate.raw)] ?? null,
    chain: chainOf(certificate, verified),
    protocol,
  };
}

const isFor = (certificate: X509Certificate, name: string): boolean =>
  (isIpv4(name) ? certificate.checkIP(name) : certificate.checkHost(name)) !== undefined;

/** As Node writes subjectAltName; a name that holds a comma is in quotes. */
const ALTERNATIVE = /(?:^|, )(?:DNS|IP Address):("(?:[^"\\]|\\.)*"|[^,]*)/g;

function namesOf({ subjectAltName, subject }: X509Certificate): string[] {
  const names = [...(subjectAltName ?? '').matchAll(ALTERNATIVE)].map(([, name = '']) => name);
  const common = fieldOf(subject, 'CN');
  return (names.length > 0 || common === null ? names : [common]).slice(0, MOST_NAMES);
}

/** Node gives one field a line: `CN=R11`. */
function fieldOf(name: string | undefined, field: string): string | null {
  const line = (name ?? '').split('\n').find((one) => one.startsWith(`${field}=`));
  return line?.slice(field.length + 1) ?? null;
}

/** `R11 (Let's Encrypt)`; common names alone often say nothing. */
function issuerOf({ issuer }: X509Certificate): string {
  const [name, organisation] = [fieldOf(issuer, 'CN'), fieldOf(issuer, 'O')];
  if (name === null || organisation === null) return name ?? organisation ?? issuer.replaceAll('\n', ', ');
  return name.includes(organisation) ? name : `${name} (${organisation})`;
}

/** Node throws for kinds of keys that it does not know. */
function keyOf(certificate: X509Certificate): Certificate['key'] {
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = certificate.publicKey;
    return { type: asymmetricKeyType ?? 'unknown', bits: asymmetricKeyDetails?.modulusLength ?? null };
  } catch {
    return { type: 'unknown', bits: null };
  }
}

/** By the content of the object identifiers, hexadecimal (RFC 3279 section 2.2). */
const OLD_HASHES: Readonly<Record<string, 'md5' | 'sha1'>> = {
  '2a864886f70d010104': 'md5',
  '2a864886f70d010105': 'sha1',
  // dsa-with-sha1, ecdsa-with-SHA1.
  '2a8648ce380403': 'sha1',
  '2a8648ce3d0401': 'sha1',
};

/** Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm SEQUENCE { OID ... }, ... } (RFC 5280 section 4.1). */
function signatureOid(der: Buffer): string {
  const toBeSigned = contentOf(der, 0);
  const algorithm = contentOf(der, contentOf(der, toBeSigned.from).to);
  const { from, to } = contentOf(der, algorithm.from);
  return der.toString('hex', from, to);
}

/** Where the content of the DER element at `at` lies. OpenSSL has read it before: it is well-formed. */
function contentOf(der: Buffer, at: number): { readonly from: number; readonly to: number } {
  const first = der[at + 1] ?? 0;
  if (first < 0x80) return { from: at + 2, to: at + 2 + first };
  const size = first & 0x7f;
  const from = at + 2 + size;
  return { from, to: from + der.readUIntBE(at + 2, size) };
}

const CHAINS: Readonly<Record<string, Chain>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'self-signed',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'incomplete',
  SELF_SIGNED_CERT_IN_CHAIN: 'unknown-issuer',
  UNABLE_TO_GET_ISSUER_CERT: 'unknown-issuer',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'unknown-issuer',
};

/** OpenSSL names the last thing that it found to be wrong, and it looks at the server's own times last. */
function chainOf(certificate: X509Certificate, verified: string | null): Chain {
  if (verified === null) return 'trusted';
  if (certificate.checkIssued(certificate)) return 'self-signed';
  const now = Date.now();
  const inTime = Date.parse(certificate.validFrom) <= now && now <= Date.parse(certificate.validTo);
  return inTime ? (CHAINS[verified] ?? 'broken') : 'unknown';
}
