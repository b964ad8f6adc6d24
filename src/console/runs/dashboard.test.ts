import { describe, expect, test } from 'vitest';
import type { Report } from '../../report/index.ts';
import { DEFAULTS } from '../store/defaults.ts';
import { ipv6Of, natOf, tellsOf } from './dashboard.ts';

type Router = NonNullable<Report['router']>;
const ROUTER: Router = {
  ...{ gateway: '192.168.0.1', wanAddress: '203.0.113.44', by: 'upnp', nats: 'one-nat', reason: null },
  rule: 'wan-is-seen',
};
const report = (parts: Partial<Report>): Report =>
  ({
    bindAddress: '192.168.0.100',
    publicAddresses: ['203.0.113.44'],
    ports: [],
    ...parts,
  }) as Partial<Report> as Report;

describe('of NAT the dashboard says what was measured', () => {
  const without: Router = { ...ROUTER, nats: null, reason: 'silent' };
  test.each([
    ['no check yet', null, { kind: 'unknown', why: 'no-check' }],
    ['one', report({ router: ROUTER }), { kind: 'known', nats: 'one-nat' }],
    ['two', report({ router: { ...ROUTER, nats: 'double-nat' } }), { kind: 'known', nats: 'double-nat' }],
    ['a router that says nothing', report({ router: without }), { kind: 'unknown', why: 'silent' }],
    ['a router that was not asked', report({}), { kind: 'unknown', why: 'not-asked' }],
    ['none, by an address of the internet', report({ bindAddress: '203.0.113.44', router: without }), { kind: 'none' }],
    [
      'a server beside this machine, which proves nothing',
      report({ publicAddresses: ['192.168.0.100'], router: { ...without, reason: 'server-inside' } }),
      { kind: 'unknown', why: 'server-inside' },
    ],
  ] as const)('%s', (_, of, says) => {
    expect(natOf(of)).toEqual(says);
  });
});

describe('of IPv6 it says whether it is here, and whether it was checked', () => {
  const port = (family: 'ipv4' | 'ipv6') => ({ family }) as Report['ports'][number];
  test.each([
    [['192.168.0.100', 'fd00::1', '::1'], null, { isHere: false, wasChecked: null }],
    [['2001:db8::44'], report({ ports: [port('ipv4')] }), { isHere: true, wasChecked: false }],
    [['203.0.113.44', '2001:db8::44'], report({ ports: [port('ipv6')] }), { isHere: true, wasChecked: true }],
  ])('%j', (addresses, of, says) => {
    expect(ipv6Of(addresses, of)).toEqual(says);
  });
});

test('who is told, and nothing that is secret', () => {
  const webhook = { url: 'https://hooks.example.net/secret', secret: 'key' };
  const mail = {
    ...{ to: ['it@example.org'], from: 'pbx@example.org', host: 'mail.example.org', port: 465, user: null },
    ...({ security: 'tls', password: 'secret' } as const),
  };
  const { notifications } = DEFAULTS;
  expect(tellsOf(notifications)).toBeNull();
  expect(tellsOf({ ...notifications, on: 'always', mail, webhook })).toEqual({
    ...{ on: 'always', mail: ['it@example.org'], webhook: true },
  });
});
