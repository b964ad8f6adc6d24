import { expect, test } from 'vitest';
import { roundTripsIn } from './round-trips.ts';

const text = (...events: readonly object[]): string =>
  ['{"schema":"fullcone.run/1"}', ...events.map((event, index) => JSON.stringify({ n: index + 1, event }))].join('\n');
const planned = (leg: number, address: string) => ({
  kind: 'planned',
  leg,
  plan: { server: { name: 'reflector.example.net', primary: { address, port: 3478 } } },
});
const answered = (leg: number, role: string, took: number) => ({
  kind: 'observed',
  leg,
  observation: { kind: 'control-answered', role, sentAt: 100, at: 100 + took },
});

test('a server is as far away as the quickest of its control probes says, each server by itself', () => {
  const run = text(
    planned(0, '198.51.100.10'),
    ...[25, 900, 24].map((took) => answered(0, 'primary', took)),
    answered(0, 'alternate', 3),
    planned(1, '198.51.100.77'),
    answered(1, 'primary', 31.5),
  );
  expect([...roundTripsIn(run)]).toEqual([
    ['198.51.100.10', 24],
    ['198.51.100.77', 31.5],
  ]);
});

test('nothing is told of a server that answered none, and by a text that is no run', () => {
  expect([...roundTripsIn(text(planned(0, '198.51.100.10')))]).toEqual([]);
  expect([...roundTripsIn('{"n":1,"event":{"kind":"planned"')]).toEqual([]);
});
