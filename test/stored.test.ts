import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Ended, ensureBuilt, enter, type Place, SCHEMA } from './test-command.ts';

/* The built command, on what one check has written. */

let place: Place;
let check: Ended;

const file = (name: string): string => readFileSync(join(place.folder, name), 'utf8');

beforeAll(async () => {
  ensureBuilt();
  place = enter();
  const { here, primary } = place;
  const reflector = await place.reflector('--lab');
  const words = [
    'check',
    '--server',
    primary,
    '--bind-address',
    here,
    '--udp',
    '9000-9019',
    '--mode',
    'bind',
    '--no-wait',
  ];
  check = await place.run([...words, '--output', 'report.json', '--record', 'run.jsonl', '--no-router']);
  reflector.child.kill('SIGTERM');
  await reflector.ended;
}, 60_000);

afterAll(() => place.leave());

test('a check writes its report and its record', () => {
  expect([check.code, check.error]).toEqual([0, '']);
  const validate = new Ajv2020().compile(JSON.parse(readFileSync(SCHEMA, 'utf8')) as object);
  const report = JSON.parse(file('report.json')) as { ports: { tookMs?: number }[] };
  expect(validate(report)).toBe(true);
  expect(report.ports.every(({ tookMs = -1 }) => tookMs >= 0)).toBe(true);
  expect(file('run.jsonl')).toMatch(/^\{"schema":"fullcone\.run\/1"\}\n\{"n":1,"event":\{"kind":"started",.*\n/);
});

test('its record replays to the same report, to the letter', async () => {
  const { code, out } = await place.run(['report', 'run.jsonl', '--json']);
  expect([code, out]).toEqual([0, file('report.json')]);
});

test('its report is shown as it was', async () => {
  const { code, out } = await place.run(['report', 'report.json']);
  expect([code, out]).toEqual([0, check.out]);
});

test.each([
  ['html', '<!doctype html>'],
  ['pdf', '%PDF-'],
])('its report is written as %s by its name alone', async (format, begin) => {
  const { code, error } = await place.run(['report', 'report.json', '--output', `report.${format}`]);
  expect([code, error]).toEqual([0, '']);
  expect(file(`report.${format}`).slice(0, begin.length)).toBe(begin);
});

test.each(['junit', 'csv', 'json', 'text'])('redacted, as %s, it names no address of this machine', async (format) => {
  const { code, out } = await place.run(['report', 'report.json', '--redact', '--format', format]);
  expect([code, out.length > 100]).toEqual([0, true]);
  // Loopback addresses are the same everywhere, and stay.
  expect(out).toContain(
    format === 'csv' ? 'protocol,' : format === 'junit' ? 'fullcone.redacted' : /redacted/i.exec(out)?.[0],
  );
});

test('a report compared with its own record is the same', async () => {
  expect(await place.run(['compare', 'report.json', 'run.jsonl'])).toMatchObject({ code: 0, error: '' });
});

test.each([
  ['report.json', 'ends in the middle'],
  ['run.jsonl', 'ends in the middle'],
])('%s, cut off, is refused in one sentence', async (name, said) => {
  const cut = `cut-${name}`;
  writeFileSync(join(place.folder, cut), file(name));
  truncateSync(join(place.folder, cut), Math.floor(file(name).length / 2));
  const { code, out, error } = await place.run(['report', cut]);
  expect([code, out, error.split('\n').length, error.includes(said)]).toEqual([64, '', 2, true]);
});

test('a folder, and a file that is not there, are refused', async () => {
  for (const name of ['.', 'nowhere.json', '/dev/zero']) expect((await place.run(['report', name])).code).toBe(64);
});
