import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { RunSummary } from '../src/console/api/index.ts';
import { ensureBuilt, enter, type Place, until } from './test-command.ts';
import { type Asker, asker, consoleWords, type Serving, serveConsole, setUpConsole } from './test-console-command.ts';

/*
 * For tests: the built console, and a phone system that it stops and starts by runit. The console is killed by SIGKILL,
 * and what is there afterwards is compared with what it had told before.
 */

/** Why there can be none here; null: there can. */
export function noKilledConsole(): string | null {
  const isThere = spawnSync('sv', ['--version']).error === undefined && spawnSync('runsvdir', []).error === undefined;
  return isThere ? null : 'runit is not installed';
}

export interface KilledConsole {
  /**
   * Begins a run, kills the console after so many milliseconds or when the phone system is stopped, waits for the phone system, and begins the console anew.
   * `during`: of the run, or of the very start of the console.
   */
  kill(after: number | 'stopped', during: 'run' | 'start'): Promise<Killed>;
  close(): Promise<void>;
}

export interface Killed {
  /** Of the run: what it was when the console was killed, as far as anybody had been told. */
  readonly state: 'none' | 'running' | 'finished';
  readonly wasDown: boolean;
  /** Since the kill, until the phone system held its port again. */
  readonly backMs: number;
  /** What is not as it has to be, one line each. */
  readonly wrong: readonly string[];
}

const PORT = 7600;
const SERVICE = (address: string) =>
  `require('node:dgram').createSocket('udp4').bind({ address: '${address}', port: ${PORT}, exclusive: true });`;

/** `rate`: packets per second; the slower, the longer is the phone system stopped. */
export async function openKilledConsole(rate: number): Promise<KilledConsole> {
  ensureBuilt();
  const place = enter();
  const pbx = await startPbx(place);
  await place.reflector();
  let now = await serveConsole(place, ...servicesOf(place));
  let ask = asker(now.url, await setUp(now, place, rate));

  /** null: it was dead before it answered. */
  const begun = async (): Promise<number | null> => {
    const wish = { scope: { kind: 'all' }, mode: 'exclusive', mayStopServices: true, noWait: true };
    const answer = await ask('POST', 'runs', wish).catch(() => null);
    if (answer !== null && answer.status !== 201)
      throw new Error(`no run: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer?.body.id ?? null;
  };

  return {
    async kill(after, during) {
      const known = await everything(ask);
      if (during === 'start') {
        now.running.child.kill('SIGKILL');
        await now.running.ended;
        now = { ...now, running: place.start(consoleWords(place, ...servicesOf(place))) };
      }
      const moment = after === 'stopped' ? until(() => !pbx.isUp()) : pause(after);
      let wasDown = false;
      const killing = moment.then(() => {
        wasDown = !pbx.isUp();
        now.running.child.kill('SIGKILL');
      });
      const id = during === 'run' ? await begun() : null;
      const told = id === null ? null : await stateAtDeath(ask, id);
      await killing;
      await now.running.ended;
      const diedAt = performance.now();
      await until(pbx.isUp);
      const backMs = performance.now() - diedAt;
      // Its keeper looks on for a while; the next run is for itself.
      await until(() => pbx.keepers() === 0);
      now = await serveConsole(place, ...servicesOf(place));
      ask = asker(now.url, readFileSync(join(place.folder, 'token'), 'utf8'));
      const left = await everything(ask);
      const wrong = [
        ...wrongWith(known, left),
        ...(told === 'finished' && left.get(id ?? 0)?.state !== 'finished' ? [`run ${id} was finished`] : []),
        ...(id !== null && !left.has(id) ? [`run ${id} is gone`] : []),
        ...(pbx.isUp() ? [] : ['the phone system is down']),
      ];
      return { state: told ?? 'none', wasDown, backMs, wrong };
    },
    async close() {
      now.running.child.kill('SIGTERM');
      await now.running.ended;
      await pbx.close();
      place.leave();
    },
  };
}

/** Of each run, what must stay as it is: those that are finished with their reports, and none that runs. */
function wrongWith(before: Everything, after: Everything): string[] {
  const lost = [...before].flatMap(([id, run]) => {
    const there = after.get(id);
    return JSON.stringify(there) === JSON.stringify(run) ? [] : [`run ${id} was ${run.state}, is ${there?.state}`];
  });
  return [
    ...lost,
    ...[...after].flatMap(([id, { state, report }]) => [
      ...(state === 'running' ? [`run ${id} runs`] : []),
      ...((state === 'finished') === (report !== null) ? [] : [`run ${id} is ${state}, and its report is not`]),
    ]),
  ];
}

type Everything = ReadonlyMap<number, RunSummary & { readonly report: unknown }>;
async function everything(ask: Asker): Promise<Everything> {
  const { items } = (await ask('GET', 'runs?limit=200')).body as { items: readonly { id: number }[] };
  const runs = await Promise.all(items.map(async ({ id }) => [id, (await ask('GET', `runs/${id}`)).body] as const));
  return new Map(runs);
}

/** Asked again and again until nobody answers any more. */
async function stateAtDeath(ask: Asker, id: number): Promise<'running' | 'finished'> {
  for (let last: 'running' | 'finished' = 'running'; ; await pause(5)) {
    const answer = await ask('GET', `runs/${id}`).catch(() => null);
    if (answer === null) return last;
    last = answer.body.state;
  }
}

const servicesOf = ({ folder }: Place): string[] => ['--services', join(folder, 'services.json')];

/** Its settings, and a token that is good for all of its lives. */
async function setUp(serving: Serving, { folder, here, primary }: Place, rate: number): Promise<string> {
  const token = await setUpConsole(serving);
  writeFileSync(join(folder, 'token'), token);
  const ask = asker(serving.url, token);
  const { network, pbx } = (await ask('GET', 'settings')).body;
  await ask('PUT', 'settings/network', { ...network, servers: [primary], bindAddress: here });
  await ask('PUT', 'settings/pbx', { ...pbx, udp: `${PORT}`, rate });
  return token;
}

async function startPbx(place: Place) {
  const { folder, here } = place;
  const service = join(folder, 'services', 'pbx');
  mkdirSync(service, { recursive: true });
  writeFileSync(join(service, 'run'), `#!/bin/sh\nexec ${process.execPath} -e "${SERVICE(here)}"\n`);
  chmodSync(join(service, 'run'), 0o755);
  const commands = {
    stop: ['sv', '-w', '5', 'down', service],
    start: ['sv', '-w', '5', 'up', service],
    status: ['sh', '-c', `sv status ${service} | grep -q ^run:`],
  };
  writeFileSync(join(folder, 'services.json'), JSON.stringify({ services: [{ name: 'pbx', ...commands }] }));
  const supervisor = place.startProgram(['runsvdir', '-P', join(folder, 'services')]);
  const isUp = () => place.portsAt(here).includes(PORT);
  await until(isUp);
  return {
    isUp,
    keepers: () => place.left().filter((line) => line.startsWith('process')).length - STANDING,
    async close() {
      spawnSync('sv', ['-w', '5', 'exit', service]);
      // HUP: its services end with it.
      supervisor.child.kill('SIGHUP');
      await supervisor.ended;
    },
  };
}

/** The reflector, runsvdir, runsv, and the service. */
const STANDING = 4;
