import { describe, expect, test } from 'vitest';
import { formatRanges, type PortRange } from '../base/index.ts';
import { findProfile, PROFILES, type Protocol } from './index.ts';

const needed = (id: string, protocol: Protocol): string =>
  formatRanges((findProfile(id)?.ports ?? []).filter((port) => port.protocol === protocol && !port.optional));

test('ids and names are there once, and ids are easy to type', () => {
  const ids = PROFILES.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(new Set(PROFILES.map(({ name }) => name)).size).toBe(ids.length);
  expect(ids.filter((id) => !/^[a-z0-9-]+$/.test(id))).toEqual([]);
});

test('a profile is found by its id and by nothing else', () => {
  for (const profile of PROFILES) expect(findProfile(profile.id)).toBe(profile);
  expect(findProfile('3CX')).toBeNull();
  expect(findProfile('')).toBeNull();
});

test.each([
  ['3cx', '5060, 5090, 9000-10999', '5060, 5090'],
  ['asterisk', '5060, 10000-20000', ''],
  ['freepbx', '5060, 10000-20000', ''],
  ['vitalpbx', '5060, 10000-20000', ''],
  ['issabel', '5060, 10000-20000', ''],
  ['trixbox', '5060, 10000-20000', '5222'],
  ['freeswitch', '5060, 5080, 16384-32768', ''],
  ['fusionpbx', '5060, 5080, 16384-32768', ''],
  ['kamailio', '5060, 30000-39999', ''],
  ['yeastar', '5060, 10000-12000', ''],
  ['grandstream', '5060, 10000-20000', ''],
  ['starface', '5060, 10000-20000', ''],
  ['allworx', '5060, 2088, 16384-16393', ''],
  ['planet-ipx2500', '5060, 10001-10500', ''],
])('%s needs udp %s, tcp %s', (id, udp, tcp) => {
  expect(needed(id, 'udp')).toBe(udp);
  expect(needed(id, 'tcp')).toBe(tcp);
});

describe.each(PROFILES.map((profile) => [profile.id, profile] as const))('%s', (_, { ports }) => {
  test('has ranges that are ranges, and none twice for the same purpose', () => {
    const whole = ({ from, to }: PortRange) => Number.isInteger(from) && Number.isInteger(to);
    expect(ports.filter((port) => !whole(port) || port.from < 1 || port.to < port.from || port.to > 65_535)).toEqual(
      [],
    );
    const overlapping = ports.flatMap((a, i) =>
      ports.slice(i + 1).filter((b) => {
        const alike = a.protocol === b.protocol && a.purpose === b.purpose;
        return alike && a.from <= b.to && b.from <= a.to;
      }),
    );
    expect(overlapping).toEqual([]);
  });

  test('says for each line where it is from, and does not call common knowledge verified', () => {
    expect(ports.filter(({ source }) => source.length < 10)).toEqual([]);
    expect(ports.filter(({ source, verified }) => verified === source.startsWith('common knowledge'))).toEqual([]);
  });

  test('needs signalling and voice over UDP', () => {
    const purposes = ports
      .filter(({ protocol, optional }) => protocol === 'udp' && !optional)
      .map(({ purpose }) => purpose);
    expect(purposes).toContain('sip');
    expect(purposes).toContain('rtp');
  });
});
