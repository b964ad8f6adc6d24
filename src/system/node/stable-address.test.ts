import { describe, expect, test } from 'vitest';
import { stableAddress } from './stable-address.ts';

const GLOBAL = '00';
const [PERMANENT, PLAIN, TEMPORARY, DEPRECATED, TENTATIVE, FAILED] = ['80', '00', '01', '20', '40', '88'];

/** One line of /proc/net/if_inet6: `20010db8000100000000000000000100 04 40 00 80     eth0`. */
const row = (host: string, flags: string, device = '02', prefix = '20010db800010000') =>
  `${prefix}${host.padStart(16, '0')} ${device} 40 ${GLOBAL} ${flags}     eth0`;

const table = (...rows: readonly string[]) => [...rows, ''].join('\n');

const OURS = '2001:db8:1::100';
const TEMP = '2001:db8:1::bad';
const LATER = '20010db800020000';

describe('in the place of a temporary address', () => {
  test.each([
    ['the stable one', table(row('bad', TEMPORARY), row('100', PLAIN)), OURS],
    ['the one that was configured', table(row('7', PLAIN), row('bad', TEMPORARY), row('100', PERMANENT)), OURS],
    ['the first of several', table(row('100', PLAIN), row('bad', TEMPORARY), row('7', PLAIN)), OURS],
    ['not a deprecated one', table(row('7', DEPRECATED), row('bad', TEMPORARY), row('100', PLAIN)), OURS],
    ['not a tentative one', table(row('7', TENTATIVE), row('bad', TEMPORARY), row('100', PLAIN)), OURS],
    ['not one that somebody else has', table(row('7', FAILED), row('bad', TEMPORARY), row('100', PLAIN)), OURS],
    ['not another temporary one', table(row('7', TEMPORARY), row('bad', TEMPORARY)), TEMP],
    ['not one of another interface', table(row('7', PERMANENT, '03'), row('bad', TEMPORARY)), TEMP],
    ['not one of another prefix', table(row('7', PERMANENT, '02', LATER), row('bad', TEMPORARY)), TEMP],
    ['itself, where it is alone', table(row('bad', TEMPORARY)), TEMP],
  ])('%s', (_, text, address) => {
    expect(stableAddress(TEMP, text)).toBe(address);
  });
});

test('what is not temporary, or not known, stays', () => {
  const text = table(row('100', PERMANENT), row('7', PLAIN), row('9', DEPRECATED));
  for (const address of ['2001:db8:1::7', '2001:db8:1::9', '2001:db8:1::bad', '::1', '2001:db8:1::100'])
    expect(stableAddress(address, text)).toBe(address);
  expect(stableAddress(TEMP, '')).toBe(TEMP);
  expect(stableAddress(TEMP, 'no such table\n\n')).toBe(TEMP);
});
