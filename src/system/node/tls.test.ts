import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import type { Certificate } from '../contract.ts';
import { type Identity, makeCertificate, type Wanted } from './test-certificates.ts';
import { nodeTls } from './tls.ts';

const root = makeCertificate({ name: 'Test Root', isCa: true, days: [-100, 1000] });
const middle = makeCertificate({ name: 'Test Middle', by: root, isCa: true, days: [-100, 900] });
const folder = mkdtempSync(join(tmpdir(), 'fullcone-tls-'));
const bundle = join(folder, 'roots.pem');
writeFileSync(bundle, root.pem);

const tls = nodeTls({ SSL_CERT_FILE: bundle });

const servers: Server[] = [];
const sockets: Socket[] = [];

function listening(server: Server): Promise<number> {
  servers.push(server);
  server.on('connection', (socket) => sockets.push(socket));
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A server that shows this certificate, and those that it brings along. */
function serve(own: Identity, along: readonly Identity[], more: TlsOptions = {}): Promise<number> {
  const cert = [own, ...along].map(({ pem }) => pem).join('');
  const server = createTlsServer({ key: own.keyPem, cert, ciphers: 'DEFAULT@SECLEVEL=0', ...more });
  server.on('tlsClientError', () => undefined);
  return listening(server);
}

const at = (port: number) => ({ address: '127.0.0.1', port });
const own = (more: Partial<Wanted> = {}) =>
  makeCertificate({ name: 'PBX', by: middle, dns: ['pbx.example.com'], ...more });

async function shownBy(port: number, name: string | null = 'pbx.example.com'): Promise<Certificate> {
  const look = await tls.look(at(port), name);
  if (look.kind !== 'shown') throw new Error(JSON.stringify(look));
  return look.certificate;
}

describe('a certificate', () => {
  test('that is right is told in full', async () => {
    const port = await serve(own({ dns: ['pbx.example.com', '*.sip.example.com'], ips: ['203.0.113.44'] }), [middle]);
    const day = 86_400_000;
    const certificate = await shownBy(port);
    expect(certificate).toMatchObject({
      names: ['pbx.example.com', '*.sip.example.com', '203.0.113.44'],
      isForName: true,
      issuer: 'Test Middle',
      key: { type: 'ec', bits: null },
      oldHash: null,
      chain: 'trusted',
      protocol: 'TLSv1.3',
    });
    expect(certificate.validFrom).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/);
    expect((Date.parse(certificate.validTo) - Date.now()) / day).toBeCloseTo(90, 0);
    expect((Date.parse(certificate.validFrom) - Date.now()) / day).toBeCloseTo(-1, 0);
  });

  test.each<[string, Partial<Wanted>, readonly Identity[], Partial<Certificate>]>([
    ['straight from a root', { by: root }, [], { chain: 'trusted' }],
    ['shown alone', {}, [], { chain: 'incomplete' }],
    ['of its own making', { by: null }, [], { chain: 'self-signed', issuer: 'PBX' }],
    ['of its own making, and old', { by: null, days: [-90, -1] }, [], { chain: 'self-signed' }],
    ['over', { days: [-90, -1] }, [middle], { chain: 'unknown' }],
    ['to come', { days: [1, 90] }, [middle], { chain: 'unknown' }],
    ['of a short key', { key: 'rsa-1024' }, [middle], { chain: 'trusted', key: { type: 'rsa', bits: 1024 } }],
    ['of a long key', { key: 'rsa-2048' }, [middle], { chain: 'trusted', key: { type: 'rsa', bits: 2048 } }],
    ['signed by SHA-1', { hash: 'sha1' }, [middle], { chain: 'trusted', oldHash: 'sha1' }],
    ['for another name', { dns: ['other.example.com'] }, [middle], { isForName: false, names: ['other.example.com'] }],
    ['for all names of the domain', { dns: ['*.example.com'] }, [middle], { isForName: true }],
    ['for all names of a domain above', { dns: ['*.com'] }, [middle], { isForName: false }],
    ['of a common name alone', { dns: [], name: 'pbx.example.com' }, [middle], { names: ['pbx.example.com'] }],
  ])('%s', async (_, wanted, along, expected) => {
    expect(await shownBy(await serve(own(wanted), along))).toMatchObject(expected);
  });

  test('of an authority that this system does not know', async () => {
    const private1 = makeCertificate({ name: 'Private Root', isCa: true });
    const private2 = makeCertificate({ name: 'Private Middle', by: private1, isCa: true });
    const withRoot = await serve(own({ by: private1 }), [private1]);
    const withMiddle = await serve(own({ by: private2 }), [private2]);
    expect((await shownBy(withRoot)).chain).toBe('unknown-issuer');
    expect((await shownBy(withMiddle)).chain).toBe('unknown-issuer');
  });

  test('below one whose time is over', async () => {
    const old = makeCertificate({ name: 'Old Middle', by: root, isCa: true, days: [-100, -1] });
    expect((await shownBy(await serve(own({ by: old }), [old]))).chain).toBe('broken');
  });

  test('by whoever signed it with RSA and SHA-1', async () => {
    const issuer = makeCertificate({ name: 'RSA', by: root, isCa: true, key: 'rsa-2048' });
    expect((await shownBy(await serve(own({ by: issuer, hash: 'sha1' }), [issuer]))).oldHash).toBe('sha1');
    expect((await shownBy(await serve(own({ by: issuer }), [issuer]))).oldHash).toBeNull();
  });

  test.each([
    ['203.0.113.44', true],
    ['203.0.113.45', false],
    ['pbx.example.com', true],
    ['PBX.example.com', true],
    ['pbx.example.org', false],
    ['bücher.example', true],
  ])('is asked for by the name %s', async (name, isForName) => {
    const named = own({ dns: ['pbx.example.com', 'xn--bcher-kva.example'], ips: ['203.0.113.44'] });
    expect((await shownBy(await serve(named, [middle]), name)).isForName).toBe(isForName);
  });

  test('is not held against a name that nobody gave', async () => {
    expect((await shownBy(await serve(own(), [middle]), null)).isForName).toBeNull();
  });

  test('may depend on the name', async () => {
    const asked: string[] = [];
    const port = await serve(own(), [middle], {
      SNICallback(name, done) {
        asked.push(name);
        done(null);
      },
    });
    for (const name of ['pbx.example.com', 'bücher.example', '203.0.113.44', null]) await tls.look(at(port), name);
    expect(asked).toEqual(['pbx.example.com', 'xn--bcher-kva.example']);
  });

  test('of a server that knows old versions only is looked at all the same', async () => {
    const port = await serve(own({ key: 'rsa-2048' }), [middle], { minVersion: 'TLSv1', maxVersion: 'TLSv1' });
    expect(await shownBy(port)).toMatchObject({ protocol: 'TLSv1', chain: 'trusted' });
  });

  test('of a server that wants one of the client too', async () => {
    const port = await serve(own(), [middle], { requestCert: true, rejectUnauthorized: true });
    expect((await shownBy(port)).chain).toBe('trusted');
  });
});

test('without a list of the system, that of Node counts', async () => {
  const look = await nodeTls({ SSL_CERT_FILE: join(folder, 'missing.pem') }).look(
    at(await serve(own(), [middle])),
    null,
  );
  expect(look).toMatchObject({ kind: 'shown', certificate: { chain: 'unknown-issuer' } });
});

describe('no certificate', () => {
  test('where nobody listens', async () => {
    const port = await listening(createServer());
    await new Promise((resolve) => servers.pop()?.close(resolve));
    expect(await tls.look(at(port), null)).toEqual({ kind: 'nobody' });
  });

  test('of who says nothing; it takes no longer than 3 s, and one connection', async () => {
    const port = await listening(createServer());
    const began = performance.now();
    expect(await tls.look(at(port), null)).toEqual({ kind: 'failed', why: 'silent', code: 'ETIMEDOUT' });
    expect(performance.now() - began).toBeLessThan(3_800);
    expect(performance.now() - began).toBeGreaterThan(2_500);
    expect(sockets).toHaveLength(1);
  });

  test.each([
    ['a SIP server without TLS', 'SIP/2.0 400 Bad Request\r\n\r\n'],
    ['a web server without TLS', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['zeros', '\0'.repeat(64)],
  ])('of %s', async (_, text) => {
    const port = await listening(createServer((socket) => socket.on('error', () => undefined).end(text)));
    expect(await tls.look(at(port), null)).toMatchObject({ kind: 'failed', why: 'not-tls' });
  });

  test('of who resets, or ends', async () => {
    const resets = await listening(createServer((socket) => socket.resetAndDestroy()));
    const ends = await listening(createServer((socket) => socket.end()));
    expect(await tls.look(at(resets), null)).toMatchObject({ kind: 'failed', why: 'ended' });
    expect(await tls.look(at(ends), null)).toMatchObject({ kind: 'failed', why: 'ended' });
  });

  test('of who refuses the name', async () => {
    const port = await serve(own(), [middle], { SNICallback: (_name, done) => done(new Error('unknown')) });
    const look = await tls.look(at(port), 'pbx.example.com');
    expect(look).toMatchObject({ kind: 'failed' });
  });

  test('of who wants one of the client first, in TLS 1.2', async () => {
    const more: TlsOptions = { requestCert: true, rejectUnauthorized: true, maxVersion: 'TLSv1.2' };
    const look = await tls.look(at(await serve(own(), [middle], more)), null);
    expect(look).toMatchObject({ kind: 'failed', why: 'refused' });
  });
});
