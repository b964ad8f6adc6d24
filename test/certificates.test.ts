import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { makeCertificate } from '../src/system/node/test-certificates.ts';
import { ensureBuilt, enter, type Place, SCHEMA } from './test-command.ts';

/* The built command beside a PBX that listens at its TLS port. */

beforeAll(ensureBuilt);

const root = makeCertificate({ name: 'Test Root', isCa: true });
const fine = makeCertificate({ name: 'PBX', by: root, dns: ['pbx.example.com'] });
const old = makeCertificate({ name: 'PBX', by: root, dns: ['pbx.example.com'], days: [-90, -1] });

async function placeWith(shown: typeof fine): Promise<Place> {
  const place = enter();
  const server = createServer({ key: shown.keyPem, cert: shown.pem });
  onTestFinished(() => {
    server.close();
    place.leave();
  });
  writeFileSync(join(place.folder, 'roots.pem'), root.pem);
  await new Promise<void>((resolve) => server.listen(5061, place.here, resolve));
  await place.reflector('--lab');
  return place;
}

function check(place: Place, ...words: string[]) {
  const ports = ['--udp', '9000', '--tcp', '5061', '--bind-address', place.here];
  const env = { SSL_CERT_FILE: join(place.folder, 'roots.pem') };
  return place.run(['check', '--mode', 'bind', '--server', place.primary, ...ports, '--no-wait', ...words], { env });
}

test('a certificate that is right is told, and changes no code', async () => {
  const place = await placeWith(fine);
  const { code, out } = await check(place, '--host-name', 'pbx.example.com');
  expect(out).toMatch(
    /Certificates\n {2}TCP 5061: pbx\.example\.com, from Test Root, until 20\d\d-\d\d-\d\d: valid for/,
  );
  expect(code).toBe(2);
});

test('one that is over, for another name, is a warning in each form of the report', async () => {
  const place = await placeWith(old);
  const { out } = await check(place, '--host-name', 'phones.example.com', '--json');
  const report: unknown = JSON.parse(out);
  const validate = new Ajv2020().compile(JSON.parse(readFileSync(SCHEMA, 'utf8')) as object);
  expect([validate(report), validate.errors]).toEqual([true, null]);
  expect(report).toMatchObject({
    reason: 'ports-in-use',
    certificates: [{ port: 5061, faults: ['expired', 'wrong-name'], certificate: { issuer: 'Test Root' } }],
  });
  const text = await check(place, '--host-name', 'phones.example.com', '--lang', 'de');
  expect(text.out).toContain('Warnung  TCP 5061, certificate-expired');
  expect(text.out.replace(/\s+/g, ' ')).toContain('nicht für phones.example.com');
});

test('of a port at which nobody listens, or that is not asked for, nothing is said', async () => {
  const place = await placeWith(fine);
  const env = { SSL_CERT_FILE: join(place.folder, 'roots.pem') };
  const words = ['check', '--server', place.primary, '--udp', '9000', '--bind-address', place.here, '--no-wait'];
  const free = await place.run([...words, '--tcp', '8443'], { env });
  const unasked = await place.run(words, { env });
  expect(free.out).not.toContain('ertificate');
  expect(unasked.out).not.toContain('ertificate');
  expect([free.code, unasked.code]).toEqual([0, 0]);
});
