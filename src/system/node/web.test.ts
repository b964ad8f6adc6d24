import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeCertificate, type Wanted } from './test-certificates.ts';
import { nodeWeb } from './web.ts';

/* Over TLS; what else may go wrong, test/three-cx.test.ts shows. */

const AUTHORITY = makeCertificate({ name: 'Test Root', isCa: true });

async function serverWith(wanted: Partial<Wanted>): Promise<{ readonly url: string; readonly trust: string }> {
  const identity = makeCertificate({ name: '127.0.0.1', ips: ['127.0.0.1'], by: AUTHORITY, ...wanted });
  const server: Server = createServer({ key: identity.keyPem, cert: identity.pem }, (request, response) => {
    response.end(`${request.method} ${request.url} ${request.headers['x-question'] ?? ''}`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const folder = mkdtempSync(join(tmpdir(), 'fullcone-web-'));
  const trust = join(folder, 'roots.pem');
  writeFileSync(trust, AUTHORITY.pem);
  onTestFinished(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });
  return { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, trust };
}

test('a server that the system trusts is asked', async () => {
  const { url, trust } = await serverWith({});
  const web = nodeWeb({ SSL_CERT_FILE: trust });
  const asked = await web.request({ url: `${url}/a?b`, headers: { 'x-question': 'c' } });
  expect(asked).toEqual({ kind: 'ok', value: { status: 200, text: 'GET /a?b c' } });
  expect(await web.request({ url, form: { d: 'e' } })).toMatchObject({ value: { text: 'POST / ' } });
});

test.each<[string, Partial<Wanted>, string]>([
  ['of another name', { ips: ['127.0.0.2'] }, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ['that has expired', { days: [-90, -1] }, 'CERT_HAS_EXPIRED'],
  ['that vouches for itself', { by: null }, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
])('one with a certificate %s hears nothing', async (_, wanted, code) => {
  const { url, trust } = await serverWith(wanted);
  expect(await nodeWeb({ SSL_CERT_FILE: trust }).request({ url })).toEqual({ kind: 'error', error: code });
});

test('one that only this test trusts hears nothing without it', async () => {
  const { url } = await serverWith({});
  expect(await nodeWeb({}).request({ url })).toMatchObject({ kind: 'error' });
});

test('a name that cannot be, and an address that is none', async () => {
  const web = nodeWeb({});
  expect(await web.request({ url: 'https://nobody.invalid/' })).toMatchObject({ kind: 'error' });
  expect(await web.request({ url: 'https://[::g]/' })).toEqual({ kind: 'error', error: 'ERR_INVALID_URL' });
});
