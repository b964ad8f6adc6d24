import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ensureBuilt, enter, type Place, type Running, until } from './test-command.ts';

/* Exclusive mode by commands of the user's own, where there is no systemd: runit is a real supervisor for any user. */

const hasRunit = spawnSync('sv', ['--version']).error === undefined && spawnSync('runsvdir', []).error === undefined;

/** Says that it was started, and holds a port: whoever sees the port can read of the start. */
const HOLDER = (address: string, port: number) =>
  `require('node:fs').appendFileSync('up.log', 'up\\n');
    require('node:dgram').createSocket('udp4').bind({ address: '${address}', port: ${port}, exclusive: true });`;

describe.skipIf(!hasRunit)('exclusive mode with runit', () => {
  const PORT = 7600;
  let place: Place;
  let supervisor: Running;
  let service: string;
  let file: string;

  const sv = (...words: readonly string[]) => spawnSync('sv', words, { encoding: 'utf8' });
  const isUp = () => place.portsAt(place.here).includes(PORT);
  const words = (...more: readonly string[]) => [
    ...['check', '--server', place.primary, '--bind-address', place.here, '--udp', `${PORT}-${PORT + 2}`],
    ...['--no-wait', '--mode', 'exclusive', '--services', file, '--json', ...more],
  ];
  const describeService = (changes: object = {}) =>
    JSON.stringify({
      services: [
        {
          name: 'pbx',
          stop: ['sv', '-w', '5', 'down', service],
          start: ['sv', '-w', '5', 'up', service],
          status: ['sh', '-c', `sv status ${service} | grep -q ^run:`],
          ...changes,
        },
      ],
    });

  beforeAll(async () => {
    ensureBuilt();
    place = enter();
    await place.reflector();
    service = join(place.folder, 'services', 'pbx');
    file = join(place.folder, 'services.json');
    mkdirSync(service, { recursive: true });
    const script = `#!/bin/sh\nexec ${process.execPath} -e "${HOLDER(place.here, PORT)}"\n`;
    writeFileSync(join(service, 'run'), script);
    chmodSync(join(service, 'run'), 0o755);
    writeFileSync(file, describeService());
    supervisor = place.startProgram(['runsvdir', '-P', join(place.folder, 'services')]);
    await until(isUp);
  });

  afterAll(async () => {
    sv('-w', '5', 'exit', service);
    // HUP: its services end with it.
    supervisor?.child.kill('SIGHUP');
    await supervisor?.ended;
    place.leave();
  });

  const times = () => readFileSync(join(service, 'up.log'), 'utf8').trim().split('\n').length;

  test('stops it, asks, and starts it again', async () => {
    const before = times();
    const { code, out, error } = await place.run(words('--yes'));
    const report = JSON.parse(out);
    expect([code, report.verdict, error]).toEqual([0, 'supported', expect.stringContaining(`pbx: UDP ${PORT}`)]);
    expect(report.services.services).toMatchObject([{ service: 'pbx', downMs: expect.any(Number) }]);
    expect([isUp(), times() - before]).toEqual([true, 1]);
  });

  test.each([
    ['never ends', 'echo $$ > LEFT; exec sleep 60'],
    ['leaves something behind that keeps its output', 'sleep 60 & echo $! > LEFT'],
  ])('does not wait for a start that %s, nor end it', async (_, rest) => {
    const left = join(place.folder, 'left');
    const logs = () => readdirSync(tmpdir()).filter((name) => /^fullcone-start-.*\.log$/.test(name));
    const before = logs();
    const start = ['sh', '-c', `sv -w 5 up ${service}; ${rest.replace('LEFT', left)}`];
    writeFileSync(file, describeService({ start }));
    const { code, out } = await place.run(words('--yes'));
    writeFileSync(file, describeService());
    process.kill(Number(readFileSync(left, 'utf8').trim()));
    for (const name of logs()) if (!before.includes(name)) rmSync(join(tmpdir(), name));
    // Longer than a service's own start, and far shorter than the patience with one.
    expect([code, isUp(), JSON.parse(out).services.services[0].downMs < 20_000]).toEqual([0, true, true]);
  });

  test('killed in the middle, it is back within 10 s, and was started once', async () => {
    const before = times();
    const run = place.start(words('--yes', '--rate', '5'));
    await until(() => !isUp());
    await pause(200);
    run.child.kill('SIGKILL');
    const began = performance.now();
    await until(() => isUp() && times() > before);
    expect(performance.now() - began).toBeLessThan(10_000);
    // The keeper looks on for a while.
    await until(() => place.left().filter((line) => line.startsWith('process')).length <= 4);
    expect(times() - before).toBe(1);
  });

  test.each([
    ['one that is not there', { status: ['no-such-program'] }, 2, 'is not there'],
    [
      'one that does not run, though its port is held',
      { udp: `${7600}`, status: ['sh', '-c', 'echo no such unit; exit 4'] },
      2,
      'does not run, by its own status command (no such unit)',
    ],
    ['one that will not stop', { stop: ['sh', '-c', 'echo held by a license; exit 5'] }, 2, 'held by a license'],
    ['one that does not start', { start: ['sh', '-c', 'echo no license; exit 6'] }, 2, 'no license'],
    ['a command for a shell', { stop: 'sv down pbx' }, 64, 'services[0].stop'],
  ])('%s is told at once', async (_, changes, expected, said) => {
    writeFileSync(file, describeService(changes));
    const { code, error } = await place.run(words('--yes'));
    writeFileSync(file, describeService());
    expect([code, error]).toEqual([expected, expect.stringContaining(said)]);
    sv('-w', '5', 'up', service);
    await until(isUp);
  });

  test('without a yes, and nobody to ask, nothing is touched', async () => {
    const before = times();
    const { code, error } = await place.run(words());
    expect([code, error]).toEqual([64, expect.stringContaining('--yes')]);
    expect([isUp(), times()]).toEqual([true, before]);
  });
});
