import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

/*
 * For tests: X.509 certificates (RFC 5280) with every fault that is wanted, made without a program and without the
 * network. No library of ours or of Node's writes certificates; reading them is Node's.
 */

export interface Identity {
  readonly name: string;
  readonly key: KeyObject;
  readonly pem: string;
  /** Of the key, for a TLS server. */
  readonly keyPem: string;
}

export interface Wanted {
  readonly name: string;
  /** null: it signs itself. */
  readonly by?: Identity | null;
  readonly dns?: readonly string[];
  readonly ips?: readonly string[];
  /** Of days from now. */
  readonly days?: readonly [from: number, to: number];
  readonly isCa?: boolean;
  readonly key?: 'ec' | 'rsa-1024' | 'rsa-2048';
  readonly hash?: 'sha256' | 'sha1';
}

const DAY = 86_400_000;

export function makeCertificate(wanted: Wanted): Identity {
  const { name, by = null, dns = [], ips = [], days = [-1, 90], isCa = false, key = 'ec', hash = 'sha256' } = wanted;
  const pair = keyPair(key);
  const signer = by?.key ?? pair.privateKey;
  const algorithm = sequence(oid(ALGORITHMS[`${signer.asymmetricKeyType ?? ''} ${hash}`] ?? ''));
  const names = [
    ...dns.map((text) => tlv(0x82, Buffer.from(text))),
    ...ips.map((text) => tlv(0x87, Buffer.from(text.split('.').map(Number)))),
  ];
  const extensions = [
    ...(isCa ? [extension('2.5.29.19', sequence(tlv(0x01, Buffer.of(0xff))))] : []),
    ...(names.length > 0 ? [extension('2.5.29.17', sequence(...names))] : []),
  ];
  const toSign = sequence(
    tlv(0xa0, tlv(0x02, Buffer.of(2))),
    tlv(0x02, Buffer.concat([Buffer.of(1), randomBytes(8)])),
    algorithm,
    nameOf(by?.name ?? name),
    sequence(...days.map((day) => time(new Date(Date.now() + day * DAY)))),
    nameOf(name),
    pair.publicKey.export({ type: 'spki', format: 'der' }),
    ...(extensions.length > 0 ? [tlv(0xa3, sequence(...extensions))] : []),
  );
  const der = sequence(toSign, algorithm, bits(sign(hash, toSign, signer)));
  const keyPem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return { name, key: createPrivateKey(keyPem), keyPem, pem: pemOf(der) };
}

function keyPair(kind: NonNullable<Wanted['key']>): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
  if (kind === 'ec') return generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return generateKeyPairSync('rsa', { modulusLength: kind === 'rsa-1024' ? 1024 : 2048 });
}

const ALGORITHMS: Readonly<Record<string, string>> = {
  'ec sha256': '1.2.840.10045.4.3.2',
  'ec sha1': '1.2.840.10045.4.1',
  'rsa sha256': '1.2.840.113549.1.1.11',
  'rsa sha1': '1.2.840.113549.1.1.5',
};

function tlv(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.of(tag, length), content]);
  if (length < 0x100) return Buffer.concat([Buffer.of(tag, 0x81, length), content]);
  return Buffer.concat([Buffer.of(tag, 0x82, length >> 8, length & 0xff), content]);
}

const sequence = (...parts: readonly Buffer[]): Buffer => tlv(0x30, ...parts);
const bits = (content: Buffer): Buffer => tlv(0x03, Buffer.of(0), content);

function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  const groups = rest.flatMap((part) => {
    const digits = [part & 0x7f];
    for (let left = part >> 7; left > 0; left >>= 7) digits.unshift((left & 0x7f) | 0x80);
    return digits;
  });
  return tlv(0x06, Buffer.from([first * 40 + second, ...groups]));
}

const extension = (id: string, value: Buffer): Buffer => sequence(oid(id), tlv(0x04, value));

/** One common name. */
const nameOf = (text: string): Buffer => sequence(tlv(0x31, sequence(oid('2.5.4.3'), tlv(0x0c, Buffer.from(text)))));

/** GeneralizedTime; RFC 5280 wants UTCTime until 2049, which nobody insists on. */
const time = (date: Date): Buffer =>
  tlv(0x18, Buffer.from(`${date.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`));

const pemOf = (der: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${(der.toString('base64').match(/.{1,64}/g) ?? []).join('\n')}\n-----END CERTIFICATE-----\n`;
