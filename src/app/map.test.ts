import { expect, test } from 'vitest';
import { createModel } from '../../lab/model/index.ts';
import { GATEWAY, LOCAL } from '../router/test-router.ts';
import { findMapRouter, type MapEvent, type MapRequest, startMap } from './index.ts';
import { hasRestarted, mapNotesOf } from './map-notes.ts';
import { type Machine, machineAt } from './test-map.ts';

/* The hallway around the mappers: which protocol, what is noted, what is deleted, and how it is kept. */

const REQUEST: MapRequest = {
  task: 'make',
  udp: [{ from: 9000, to: 9001 }],
  tcp: [],
  lifetime: 600,
  by: 'auto',
  keep: false,
};
const TARGET = { gateway: GATEWAY, local: LOCAL };

const map = ({ model, system }: Machine, request: Partial<MapRequest> = {}, target = TARGET) =>
  model.run(startMap(system, target, { ...REQUEST, ...request }, 'test').finished);

test.each([
  [['pcp', 'nat-pmp', 'upnp'], 'pcp'],
  [['nat-pmp', 'upnp'], 'nat-pmp'],
  [['upnp'], 'upnp'],
] as const)('a router that speaks %j is asked by %s', async (speaks, by) => {
  const machine = machineAt({ speaks });
  const report = await map(machine);
  expect(report).toMatchObject({ by, reason: null, mappings: [{ outcome: 'made', count: 2 }], noted: true });
  expect(report.own).toMatchObject([{ by, udp: [{ from: 9000, to: 9001 }] }]);
  expect(await map(machine, { task: 'delete', udp: [] })).toMatchObject({
    mappings: [{ outcome: 'deleted' }],
    own: [],
  });
  expect(machine.router.held.size).toBe(0);
});

test('a silent one: nothing is noted', async () => {
  expect(await map(machineAt({ speaks: [] }))).toMatchObject({ by: null, reason: 'silent', own: [], mappings: [] });
});

test('without an end: by UPnP, though it speaks the others', async () => {
  const machine = machineAt();
  expect(await map(machine, { lifetime: 0 })).toMatchObject({ by: 'upnp', lifetimeSeconds: 0 });
  expect(machine.router.log.every((line) => line.startsWith('add'))).toBe(true);
});

test('PCP does not tell who has a port; UPnP does', async () => {
  const machine = machineAt();
  machine.router.held.set('udp 9001', { client: '192.168.0.50', clientPort: 9001, description: 'his', lease: 0 });
  const report = await map(machine);
  expect(report).toMatchObject({ by: 'pcp', mappings: [{ outcome: 'made' }, { outcome: 'conflict' }] });
  expect(report.mappings[1]?.owner).toMatchObject({ client: '192.168.0.50', description: 'his' });
  expect(report.own).toMatchObject([{ udp: [{ from: 9000, to: 9000 }] }]);
});

test.each([
  [LOCAL, 9000, 'present'],
  [LOCAL, 9001, 'conflict'],
  ['192.168.0.50', 9000, 'conflict'],
])('PCP refuses what %s:%i has; UPnP tells: %s', async (client, clientPort, outcome) => {
  for (const lies of [{}, { code: 2 }]) {
    const machine = machineAt(lies);
    machine.router.held.set('udp 9000', { client, clientPort, description: 'pbx', lease: 0 });
    expect(await map(machine, { udp: [{ from: 9000, to: 9000 }] })).toMatchObject({
      by: 'pcp',
      mappings: [{ outcome }],
      own: [],
    });
    expect(machine.router.held.size).toBe(1);
  }
});

test('the nonce is kept from run to run: what was made can be renewed, and deleted', async () => {
  const machine = machineAt();
  await map(machine);
  expect(await map(machine, { udp: [{ from: 9001, to: 9002 }] })).toMatchObject({
    mappings: [{ outcome: 'made', count: 2 }],
  });
  const deleted = await map(machine, { task: 'delete', udp: [{ from: 9002, to: 9100 }] });
  expect(deleted).toMatchObject({
    mappings: [{ outcome: 'deleted', count: 1 }],
    own: [{ udp: [{ from: 9000, to: 9001 }] }],
  });
  expect([...machine.router.held.keys()]).toEqual(['udp 9000', 'udp 9001']);
});

test('it is noted before it is asked for: a killed run leaves a note', async () => {
  const { system, router, model } = machineAt();
  const seen: (readonly string[])[] = [];
  const hear = router.hear.bind(router);
  router.hear = (bytes, port) => {
    void system.files.readState('mappings.json').then((text) => seen.push([text ?? '']));
    return hear(bytes, port);
  };
  await model.run(startMap(system, TARGET, REQUEST, 'test').finished);
  expect(seen[0]?.[0]).toContain('"udp":"9000-9001"');
});

test('what is over is not deleted again, and another router is another matter', async () => {
  const machine = machineAt();
  await map(machine);
  expect(await map(machine, { task: 'delete', udp: [] }, { ...TARGET, gateway: '192.168.0.2' })).toMatchObject({
    reason: 'nothing-noted',
  });
  await machine.model.advance(601_000);
  expect(await map(machine, { task: 'delete', udp: [] })).toMatchObject({ reason: 'nothing-noted' });
});

test('a note that anybody wrote does no harm', async () => {
  for (const text of [
    '',
    '{',
    '[1,null,{}]',
    '[{"gateway":"192.168.0.1","local":"192.168.0.100","by":"pcp","nonce":"x"}]',
    '[{"gateway":"192.168.0.1","local":"192.168.0.100","by":"upnp","nonce":"000102030405060708090a0b","udp":"x","until":"y"}]',
  ]) {
    const machine = machineAt();
    await machine.system.files.writeState('mappings.json', text);
    expect(await map(machine)).toMatchObject({ reason: null, own: [{ udp: [{ from: 9000, to: 9001 }] }] });
  }
});

test('notes that cannot be written are told', async () => {
  const machine = machineAt();
  const files = { ...machine.system.files, writeState: () => Promise.resolve(false) };
  expect(await map({ ...machine, system: { ...machine.system, files } })).toMatchObject({ noted: false });
});

test('a router that has restarted since the last time', async () => {
  const machine = machineAt();
  await map(machine);
  await machine.model.advance(60_000);
  machine.router.epoch = -55;
  expect(await map(machine)).toMatchObject({ restarted: true });
  await machine.model.advance(30_000);
  expect(await map(machine)).toMatchObject({ restarted: false });
});

test.each([
  ['goes on', 100, 160, 60, false],
  ['goes on, a second off', 100, 161, 60, false],
  ['went back', 100, 5, 60, true],
  ['stands still', 100, 100, 60, true],
  ['runs away', 100, 300, 60, true],
])('time of the router %s', (_, before, now, passed, expected) => {
  expect(hasRestarted({ seconds: before, at: 0 }, { seconds: now, at: passed * 1_000 })).toBe(expected);
});

test('a private address of the router is told', async () => {
  expect(await map(machineAt({ address: '100.64.0.7' }))).toMatchObject({
    externalAddress: '100.64.0.7',
    behindNat: true,
  });
  expect(await map(machineAt())).toMatchObject({ externalAddress: '203.0.113.44', behindNat: false });
});

test('another port that could not be given back is told, and stays noted', async () => {
  const report = await map(machineAt({ speaks: ['nat-pmp'], gives: 40_000, keeps: 2 }), {
    udp: [{ from: 9000, to: 9000 }],
  });
  expect(report).toMatchObject({
    mappings: [{ outcome: 'conflict', leftOpen: [40_000] }],
    own: [{ udp: [{ from: 9000, to: 9000 }] }],
  });
});

test.each(['pcp', 'nat-pmp', 'upnp'] as const)(
  'kept by %s: renewed at half of the lifetime, and gone in the end',
  async (by) => {
    const { model, system, router } = machineAt();
    const events: MapEvent[] = [];
    const running = startMap(system, TARGET, { ...REQUEST, by, keep: true }, 'test', (event) => events.push(event));
    await model.advance(1_000_000);
    const kinds = events.map(({ kind }) => kind).filter((kind) => kind !== 'progress');
    expect(kinds).toEqual(['keeping', 'renewed', 'renewed', 'renewed']);
    expect(router.held.size).toBe(2);
    running.cancel();
    expect(await model.run(running.finished)).toMatchObject({
      task: 'delete',
      mappings: [{ outcome: 'deleted', count: 2 }],
      cancelled: false,
      own: [],
    });
    expect(router.held.size).toBe(0);
  },
);

test('kept: a restart is noticed within a minute or so', async () => {
  const { model, system, router } = machineAt();
  const running = startMap(system, TARGET, { ...REQUEST, lifetime: 86_400, keep: true }, 'test');
  await model.advance(300_000);
  const asked = router.log.length;
  await model.advance(300_000);
  expect(router.log.length).toBe(asked);
  router.held.clear();
  router.epoch = 0;
  await model.advance(70_000);
  expect(router.held.size).toBe(2);
  running.cancel();
  await model.run(running.finished);
});

test('cancelled while they are made, what is kept is taken back', async () => {
  const { model, system, router } = machineAt();
  const request = { ...REQUEST, udp: [{ from: 9000, to: 9999 }], keep: true };
  let made = 0;
  const running = startMap(system, TARGET, request, 'test', () => ++made === 100 && running.cancel());
  await model.run(running.finished);
  expect([made > 100, router.held.size]).toEqual([true, 0]);
});

test('the router is the gateway to the internet, and only in a local network', async () => {
  const { system } = machineAt();
  expect(await findMapRouter(system, '0.0.0.0')).toEqual({ kind: 'known', gateway: GATEWAY, local: LOCAL });
  const { host } = createModel({ router: null, server: { kind: 'down' } }, { seed: 1 }).pbx;
  expect(await findMapRouter({ host }, '0.0.0.0')).toEqual({ kind: 'unknown', why: 'no-lan' });
});

test('only so many notes, each router once', async () => {
  const { system } = machineAt();
  for (let last = 1; last <= 60; last++) {
    const notes = await mapNotesOf({ gateway: `10.0.0.${last}`, local: '10.0.0.100' }, system);
    await notes.write({ ...notes.of('pcp'), udp: [{ from: 1, to: 1 }] });
  }
  const text = (await system.files.readState('mappings.json')) ?? '';
  expect(JSON.parse(text)).toHaveLength(50);
});
