import { createSocket } from 'node:dgram';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Family } from '../../base/index.ts';
import { hostsFileAddresses } from './hosts-file.ts';
import { nodeNames } from './names.ts';

/** How the server at the other end behaves: answers with addresses, with a code of RFC 1035 section 4.1.1, or not. */
type Behaviour =
  | { addresses: readonly number[][] }
  | { services: readonly (readonly [priority: number, weight: number, port: number, host: string])[] }
  | { rcode: number }
  | 'silent';

async function dnsServer(behaviour: Behaviour): Promise<string> {
  const server = createSocket('udp4');
  server.on('message', (query, from) => {
    if (behaviour !== 'silent') server.send(answer(query, behaviour), from.port, from.address);
  });
  await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `127.0.0.1:${server.address().port}`;
}

function answer(query: Buffer, behaviour: Exclude<Behaviour, 'silent'>): Buffer {
  const addresses = 'addresses' in behaviour ? behaviour.addresses : [];
  const header = Buffer.from(query.subarray(0, 12));
  header.writeUInt16BE(0x8180 | ('rcode' in behaviour ? behaviour.rcode : 0), 2);
  header.writeUInt32BE(0, 8);
  const question = query.subarray(12, query.indexOf(0, 12) + 5);
  const [A, AAAA] = [1, 28];
  const record = (address: number[]) =>
    Buffer.from([0xc0, 12, 0, address.length === 4 ? A : AAAA, 0, 1, 0, 0, 0, 60, 0, address.length, ...address]);
  const wanted = addresses.filter(
    ({ length }) => (length === 4 ? A : AAAA) === question.readUInt16BE(question.length - 4),
  );
  const services = 'services' in behaviour ? behaviour.services.map(service) : [];
  header.writeUInt16BE(wanted.length + services.length, 6);
  return Buffer.concat([header, question, ...wanted.map(record), ...services]);
}

/** RFC 2782. */
function service([priority, weight, port, host]: readonly [number, number, number, string]): Buffer {
  const labels = host.split('.').flatMap((label) => [label.length, ...Buffer.from(label)]);
  const target = host === '.' ? [0] : [...labels, 0];
  const head = Buffer.from([0xc0, 12, 0, 33, 0, 1, 0, 0, 0, 60, 0, 6 + target.length]);
  const numbers = Buffer.alloc(6);
  [priority, weight, port].forEach((number, index) => void numbers.writeUInt16BE(number, 2 * index));
  return Buffer.concat([head, numbers, Buffer.from(target)]);
}

const resolve = async (name: string, servers: string[], hostsFile = '/nowhere', family: Family = 'ipv4') =>
  nodeNames({ servers, hostsFile, limit: 1_000 }).resolve(name, family);

test('gives the addresses in the order of the answer', async () => {
  const server = await dnsServer({
    addresses: [
      [198, 51, 100, 20],
      [198, 51, 100, 10],
    ],
  });
  expect(await resolve('stun.example.org', [server])).toEqual({
    kind: 'ok',
    value: ['198.51.100.20', '198.51.100.10'],
  });
});

test('of a name with both families gives those that are wanted', async () => {
  const six = [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10];
  const both = await dnsServer({ addresses: [[198, 51, 100, 10], six] });
  expect(await resolve('stun.example.org', [both])).toEqual({ kind: 'ok', value: ['198.51.100.10'] });
  const found = await resolve('stun.example.org', [both], '/nowhere', 'ipv6');
  expect(found).toEqual({ kind: 'ok', value: ['2001:db8::10'] });
  const four = await dnsServer({ addresses: [[198, 51, 100, 10]] });
  expect(await resolve('stun.example.org', [four], '/nowhere', 'ipv6')).toMatchObject({
    error: { kind: 'no-address' },
  });
});

test('of IPv6 too, what is known here is not asked for, and has one form', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fullcone-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const hosts = join(folder, 'hosts');
  await writeFile(hosts, '198.51.100.10 reflector\n2001:DB8:0::10 reflector\nfe80::1%eth0 near\n');
  const resolved = (name: string) => resolve(name, ['127.0.0.1:1'], hosts, 'ipv6');
  expect(await resolved('reflector')).toEqual({ kind: 'ok', value: ['2001:db8::10'] });
  expect(await resolved('localhost')).toEqual({ kind: 'ok', value: ['::1'] });
  expect(await resolved('near')).toMatchObject({ error: { kind: 'refused' } });
});

test.each([
  ['no such name', { rcode: 3 }, { kind: 'no-such-name', code: 'ENOTFOUND' }],
  ['a name without an IPv4 address', { rcode: 0 }, { kind: 'no-address', code: 'ENODATA' }],
  ['a server that refuses', { rcode: 5 }, { kind: 'refused', code: 'EREFUSED' }],
  ['a server that failed', { rcode: 2 }, { kind: 'other', code: 'ESERVFAIL' }],
  ['a silent server', 'silent', { kind: 'timeout', code: 'ETIMEOUT' }],
] as const)('tells %s from the rest', async (_, behaviour, error) => {
  expect(await resolve('stun.example.org', [await dnsServer(behaviour)])).toEqual({ kind: 'error', error });
});

test('tells a machine without a DNS server', async () => {
  const error = { kind: 'refused', code: 'ECONNREFUSED' };
  expect(await resolve('stun.example.org', ['127.0.0.1:1'])).toEqual({ kind: 'error', error });
});

test('silence of many servers ends at the limit', async () => {
  const servers = await Promise.all(Array.from({ length: 6 }, () => dnsServer('silent')));
  const start = performance.now();
  expect(await resolve('stun.example.org', servers)).toMatchObject({ error: { kind: 'timeout' } });
  expect(performance.now() - start).toBeLessThan(1_500);
});

test('asks nobody about addresses, localhost and the names of the hosts file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fullcone-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const hosts = join(folder, 'hosts');
  await writeFile(hosts, '198.51.100.10 reflector # the lab\n::1 reflector six\n');
  const resolved = (name: string) => resolve(name, ['127.0.0.1:1'], hosts);
  expect(await resolved('203.0.113.44')).toEqual({ kind: 'ok', value: ['203.0.113.44'] });
  expect(await resolved('LocalHost')).toEqual({ kind: 'ok', value: ['127.0.0.1'] });
  expect(await resolved('pbx.localhost.')).toEqual({ kind: 'ok', value: ['127.0.0.1'] });
  expect(await resolved('Reflector')).toEqual({ kind: 'ok', value: ['198.51.100.10'] });
  expect(await resolved('six')).toMatchObject({ error: { kind: 'refused' } });
});

test.each(['', ' ', 'a b', 'a\0b', '::1', '.'])('%j cannot be a name', async (name) => {
  expect(await resolve(name, ['127.0.0.1:1'])).toEqual({
    kind: 'error',
    error: { kind: 'no-such-name', code: 'EBADNAME' },
  });
});

test('a hosts file may have comments, tabs and several lines for one name', () => {
  const text = '# 192.0.2.9 a\r\n192.0.2.1\ta b\r\n192.0.2.2 A\n192.0.2.3\n\n192.0.2.4 aa #a\n';
  const anything = (): boolean => true;
  expect(hostsFileAddresses(text, 'a', anything)).toEqual(['192.0.2.1', '192.0.2.2']);
});

test.each<[about: string, behaviour: Behaviour, hosts: readonly string[]]>([
  [
    'in the order of their priority, the heaviest first',
    {
      services: [
        [20, 0, 3478, 'c.example'],
        [10, 1, 3479, 'b.example'],
        [10, 9, 3478, 'a.example'],
      ],
    },
    ['a.example:3478', 'b.example:3479', 'c.example:3478'],
  ],
  ['none, where the domain says that it has none', { services: [[0, 0, 0, '.']] }, []],
  ['none, where there is no such name', { rcode: 3 }, []],
  ['none, where the name has other records only', { addresses: [[198, 51, 100, 10]] }, []],
  ['none, where the server refuses', { rcode: 5 }, []],
])('the STUN servers of a domain: %s', async (_about, behaviour, hosts) => {
  const names = nodeNames({ servers: [await dnsServer(behaviour)], hostsFile: '/nowhere', limit: 1_000 });
  const services = await names.stunServices('example.com');
  expect(services.map(({ host, port }) => `${host}:${port}`)).toEqual(hosts);
});

test('the STUN servers of a domain are waited for no longer than two seconds', async () => {
  const names = nodeNames({ servers: [await dnsServer('silent')], hostsFile: '/nowhere', limit: 1_000 });
  const began = performance.now();
  expect(await names.stunServices('example.com')).toEqual([]);
  expect(performance.now() - began).toBeLessThan(4_000);
});
