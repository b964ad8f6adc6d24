import { readFile } from 'node:fs/promises';

/** Where systems keep the certificates that they trust, in one file: Debian, Red Hat, SUSE, Alpine and the BSDs. */
const BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/**
 * Whom this system trusts, not Node: the administrator's own authority may be among them. `SSL_CERT_FILE` goes before
 * all, as everywhere with OpenSSL.
 */
export async function trusted(
  named: string | undefined,
  { rootCertificates }: Pick<typeof import('node:tls'), 'rootCertificates'>,
): Promise<readonly string[]> {
  for (const path of named === undefined ? BUNDLES : [named]) {
    const text = await readFile(path, 'utf8').catch(() => '');
    if (text.includes('-----BEGIN CERTIFICATE-----')) return [text];
  }
  return rootCertificates;
}
