import { describe, expect, test } from 'vitest';
import { createModel } from '../../lab/model/index.ts';
import type { Family } from '../base/index.ts';
import type { System } from '../system/index.ts';
import { bindAddressFor, chooseFamily, hasFamily, makeResolve } from './family.ts';
import { startCheck } from './index.ts';
import { REQUEST, serverOf } from './test-lab.ts';

/** What a name has, by family. */
type Zone = Readonly<Record<string, Readonly<Partial<Record<Family, readonly string[]>>>>>;

const ZONE: Zone = {
  both: { ipv4: ['198.51.100.10'], ipv6: ['2001:db8:100::10'] },
  four: { ipv4: ['198.51.100.10'] },
  six: { ipv6: ['2001:db8:100::10'] },
};

/** A machine with routes in these families, and which names it was asked for. */
function machine(routes: readonly Family[]) {
  const asked: string[] = [];
  const { pbx } = createModel({ router: null, ipv6: null, families: routes, server: { kind: 'full' } }, { seed: 1 });
  const resolve: System['names']['resolve'] = (name, family) => {
    asked.push(`${name} ${family}`);
    const value = ZONE[name]?.[family];
    const error = { kind: ZONE[name] ? ('no-address' as const) : ('no-such-name' as const), code: 'E' };
    return Promise.resolve(value ? { kind: 'ok', value } : { kind: 'error', error });
  };
  return { system: { ...pbx, names: { ...pbx.names, resolve } }, asked };
}

const serversOf = (names: string) => names.split(' ').map((host) => ({ name: host, host, port: 3478 }));

describe('the family of a run that names none', () => {
  test.each<[routes: string, names: string, family: Family]>([
    ['ipv4 ipv6', 'both', 'ipv4'],
    ['ipv4 ipv6', 'four', 'ipv4'],
    ['ipv4 ipv6', 'six', 'ipv6'],
    ['ipv4 ipv6', 'six four', 'ipv4'],
    ['ipv4 ipv6', '2001:db8:100::10', 'ipv6'],
    ['ipv4', 'both', 'ipv4'],
    ['ipv4', 'six', 'ipv6'],
    ['ipv6', 'both', 'ipv6'],
    ['ipv6', 'four', 'ipv4'],
    ['ipv6', 'four six', 'ipv6'],
    ['ipv6', '198.51.100.10', 'ipv4'],
    ['', 'both', 'ipv4'],
    ['', 'six', 'ipv6'],
    ['ipv4 ipv6', 'nowhere', 'ipv4'],
    ['ipv6', 'nowhere', 'ipv4'],
  ])('on a machine with "%s", for %s: %s', async (routes, names, family) => {
    const { system } = machine(routes.split(' ').filter((one) => one !== '') as Family[]);
    expect(await chooseFamily(serversOf(names), { system, resolve: makeResolve(system) })).toBe(family);
  });

  test('asks for AAAA only where A leads nowhere, and for nothing twice', async () => {
    const { system, asked } = machine(['ipv4', 'ipv6']);
    const resolve = makeResolve(system);
    await chooseFamily(serversOf('both four both'), { system, resolve });
    await resolve('both', 'ipv4');
    expect(asked).toEqual(['both ipv4', 'four ipv4']);
    await chooseFamily(serversOf('six'), { system, resolve });
    expect(asked.slice(2)).toEqual(['six ipv4', 'six ipv6']);
  });

  test('and an address is no name', async () => {
    const { system, asked } = machine([]);
    const resolve = makeResolve(system);
    expect(await resolve('2001:db8::1', 'ipv6')).toEqual({ kind: 'ok', value: ['2001:db8::1'] });
    expect(await resolve('2001:db8::1', 'ipv4')).toMatchObject({ error: { kind: 'no-address' } });
    expect(asked).toEqual([]);
  });
});

test.each<[own: string, family: Family, has: boolean]>([
  ['127.0.0.1 ::1 192.168.0.100', 'ipv4', true],
  ['127.0.0.1 ::1 192.168.0.100', 'ipv6', false],
  ['127.0.0.1 ::1 2001:db8::1', 'ipv4', false],
  ['127.0.0.1 ::1 fd00::1', 'ipv6', true],
  ['127.0.0.1 ::1', 'ipv6', true],
  ['127.0.0.1 ::1', 'ipv4', true],
])('a machine with %s: %s, %s', (own, family, has) => {
  expect(hasFamily(own.split(' '), family)).toBe(has);
});

test.each([
  ['198.51.100.10', '0.0.0.0', '0.0.0.0'],
  ['198.51.100.10', '203.0.113.44', '203.0.113.44'],
  ['2001:db8:100::10', '::', '2001:db8:2::44'],
  // The request of a run that named no family.
  ['2001:db8:100::10', '0.0.0.0', '2001:db8:2::44'],
  ['2001:db8:100::10', '2001:db8:2::45', '2001:db8:2::45'],
])('asks %s from %s: %s', async (server, wanted, from) => {
  const { system } = machine(['ipv4', 'ipv6']);
  expect(await bindAddressFor(server, wanted, system)).toBe(from);
});

test('where no way leads there, the system is left to say so', async () => {
  const { system } = machine(['ipv4']);
  expect(await bindAddressFor('2001:db8:100::10', '::', system)).toBe('::');
});

test('a run that is cancelled while a name is resolved ends at once', async () => {
  const { system } = machine(['ipv4', 'ipv6']);
  const names: System['names'] = {
    stunServices: () => new Promise(() => undefined),
    resolve: () => new Promise(() => undefined),
  };
  const run = startCheck({ ...system, names }, { ...REQUEST, servers: [serverOf('both')] }, 'test');
  run.cancel();
  const { report, events } = await run.finished;
  expect(report.verdict).toBe('cancelled');
  expect(events.map(({ kind }) => kind)).toEqual(['started', 'ended']);
});
