import { expect, test } from 'vitest';
import { discover } from '../pbx/index.ts';
import { machineWith } from '../pbx/test-machine.ts';
import { discoveredIn, portsToCheck } from './ports.ts';

const LISTEN = [
  '10.0.0.10:5060',
  '[2001:db8::100]:5061',
  'eth0:5062',
  '127.0.0.1:5063',
  '[::1]:5064',
  'lo:5065',
  '*:5066',
];
const CFG = LISTEN.map((at) => `listen=udp:${at}`).join('\n');

test.each([
  ['ipv4', [5060, 5062, 5066]],
  ['ipv6', [5061, 5062, 5066]],
] as const)(
  'of what was found, a check over %s asks for what somebody outside could reach',
  async (family, expected) => {
    const [product] = await discover(machineWith({ '/etc/kamailio/kamailio.cfg': CFG }));
    if (!product) throw new Error('nothing was found');
    expect(portsToCheck(product, family).map(({ from }) => from)).toEqual(expected);
    expect(discoveredIn(product, family).ports.map(({ ports }) => ports)).toEqual(
      expected.map((port) => `udp/${port}`),
    );
  },
);
