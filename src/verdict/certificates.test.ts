import { describe, expect, test } from 'vitest';
import type { Certificate } from '../system/index.ts';
import { CERTIFICATE_RULES, type CertificateFault, judgeCertificate } from './certificates.ts';

const NOW = new Date('2026-11-22T12:00:00.000Z');

const RIGHT: Certificate = {
  names: ['pbx.example.com'],
  isForName: true,
  issuer: "R11 (Let's Encrypt)",
  validFrom: '2026-11-01T12:00:00.000Z',
  validTo: '2027-01-30T12:00:00.000Z',
  key: { type: 'rsa', bits: 2048 },
  oldHash: null,
  chain: 'trusted',
  protocol: 'TLSv1.3',
};

const judge = (more: Partial<Certificate>) =>
  judgeCertificate(5061, { kind: 'shown', certificate: { ...RIGHT, ...more } }, 'pbx.example.com', NOW);

test.each<[string, Partial<Certificate>, CertificateFault[]]>([
  ['all is well', {}, []],
  ['no name was given', { isForName: null }, []],
  ['elliptic curve', { key: { type: 'ec', bits: null } }, []],
  ['TLS 1.2', { protocol: 'TLSv1.2' }, []],
  ['over for a second', { validTo: '2026-11-22T11:59:59.000Z' }, ['expired']],
  ['the last moment', { validTo: '2026-11-22T12:00:00.000Z' }, ['expires-soon']],
  ['begins in a second', { validFrom: '2026-11-22T12:00:01.000Z' }, ['not-yet-valid']],
  ['begins now', { validFrom: '2026-11-22T12:00:00.000Z' }, []],
  ['13 days left', { validTo: '2026-12-05T12:00:00.000Z', validFrom: '2026-09-06T12:00:00.000Z' }, ['expires-soon']],
  ['14 days left', { validTo: '2026-12-06T12:00:00.000Z', validFrom: '2026-09-07T12:00:00.000Z' }, []],
  // Certificates for six days exist; two days before its end there is nothing to complain of.
  ['a short life', { validTo: '2026-11-24T12:00:00.000Z', validFrom: '2026-11-18T12:00:00.000Z' }, []],
  [
    'a short life, over soon',
    { validTo: '2026-11-23T12:00:00.000Z', validFrom: '2026-11-17T12:00:00.000Z' },
    ['expires-soon'],
  ],
  ['another name', { isForName: false }, ['wrong-name']],
  ['of its own making', { chain: 'self-signed' }, ['self-signed']],
  ['of its own making by SHA-1', { chain: 'self-signed', oldHash: 'sha1' }, ['self-signed']],
  ['shown alone', { chain: 'incomplete' }, ['chain-incomplete']],
  ['unknown issuer', { chain: 'unknown-issuer' }, ['untrusted']],
  ['something above is over', { chain: 'broken' }, ['untrusted']],
  ['over, so that the chain is not known', { chain: 'unknown', validTo: '2026-11-01T12:00:00.000Z' }, ['expired']],
  ['a short key', { key: { type: 'rsa', bits: 1024 } }, ['weak']],
  ['SHA-1', { oldHash: 'sha1' }, ['weak']],
  ['TLS 1.0', { protocol: 'TLSv1' }, ['weak']],
  ['TLS 1.1', { protocol: 'TLSv1.1' }, ['weak']],
  [
    'several at once',
    { isForName: false, chain: 'self-signed', validTo: '2026-11-01T12:00:00.000Z' },
    ['expired', 'wrong-name', 'self-signed'],
  ],
])('%s', (_, more, faults) => {
  expect(judge(more).faults).toEqual(faults);
});

test('days are counted down', () => {
  expect(judge({}).daysLeft).toBe(69);
  expect(judge({ validTo: '2026-11-23T11:59:59.000Z' }).daysLeft).toBe(0);
  expect(judge({ validTo: '2026-11-22T11:59:59.000Z' }).daysLeft).toBe(-1);
});

test('what is weak is named', () => {
  const all = { key: { type: 'rsa', bits: 1024 }, oldHash: 'md5', protocol: 'TLSv1' } as const;
  expect(judge(all).weakness).toBe('RSA 1024, MD5, TLSv1');
  expect(judge({}).weakness).toBe('');
});

test('who shows none has no fault that is known', () => {
  const look = { kind: 'failed', why: 'silent', code: 'ETIMEDOUT' } as const;
  expect(judgeCertificate(5061, look, null, NOW)).toEqual({
    port: 5061,
    hostName: null,
    look,
    daysLeft: null,
    faults: [],
    weakness: '',
  });
});

describe('rules', () => {
  test('are there once for each fault, and say why', () => {
    const faults = CERTIFICATE_RULES.map(({ fault }) => fault);
    expect(new Set(faults).size).toBe(faults.length);
    expect(CERTIFICATE_RULES.filter(({ why }) => !/^[A-Z].*\.$/.test(why))).toEqual([]);
  });
});
