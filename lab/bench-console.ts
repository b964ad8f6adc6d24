import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { ensureBuilt, enter, type Place } from '../test/test-command.ts';
import { type Asker, asker, type Ended, serveConsole, setUpConsole } from '../test/test-console-command.ts';

/*
 * A run of the console beside a run of the command, one after the other, on loopback, before the same reflector: the
 * command from the start of its process to its end, start and all; the console from the click to the end that the page is
 * told, somebody looking on.
 */

const PORTS = '5060,9000-10999';
const LIMIT = 1.1;

interface Pair {
  readonly command: number;
  readonly console: number;
  /** The latest that a word of progress came, in milliseconds, beside the quickest one. */
  readonly lag: number;
}

export async function benchConsole(runs: number): Promise<void> {
  ensureBuilt();
  const place = enter();
  try {
    await place.reflector();
    const serving = await serveConsole(place);
    const token = await setUpConsole(serving);
    const ask = asker(serving.url, token);
    console.log('2,001 ports open, loopback; medians in seconds'.padEnd(50), 'command  console  ratio  limit  lag ms');
    for (const rate of [null, 'max'] as const) {
      const settings = (await ask('GET', 'settings')).body;
      const network = { ...settings.network, servers: [place.primary], bindAddress: place.here };
      await ask('PUT', 'settings/network', network);
      await ask('PUT', 'settings/pbx', { ...settings.pbx, udp: PORTS, mode: 'bind', rate });
      const pairs: Pair[] = [];
      // The first of each is to warm up.
      for (let run = 0; run <= runs; run++) {
        const command = await byCommand(place, rate);
        const { ms, lag } = await byConsole(serving.url, token, ask);
        if (run > 0) pairs.push({ command, console: ms, lag });
      }
      show(rate ?? 'default', pairs);
    }
    if (process.platform === 'linux') await showIdle(serving.running.child.pid ?? 0);
    serving.running.child.kill('SIGTERM');
    await serving.running.ended;
  } finally {
    place.leave();
  }
}

function show(rate: string, pairs: readonly Pair[]): void {
  const command = median(pairs.map((pair) => pair.command));
  const console_ = median(pairs.map((pair) => pair.console));
  const lag = Math.max(...pairs.map((pair) => pair.lag));
  const cells = [
    (command / 1000).toFixed(2),
    (console_ / 1000).toFixed(2),
    (console_ / command).toFixed(2),
    `${LIMIT}`,
  ];
  console.log(`--rate ${rate}`.padEnd(50), ...cells.map((cell) => cell.padStart(7)), lag.toFixed(0).padStart(7));
}

/** V8 gives back what it has no need of within a minute or so. */
const [SETTLES, WATCHED] = [120_000, 60_000];

/** After those runs, with nobody who looks. */
async function showIdle(pid: number): Promise<void> {
  const ticks = (): number => {
    const [user = 0, system = 0] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ').slice(13, 15).map(Number);
    return user + system;
  };
  await pause(SETTLES);
  const before = ticks();
  await pause(WATCHED);
  // A tick is a hundredth of a second.
  const share = ((ticks() - before) * 10) / WATCHED;
  const kilobytes = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  console.log(
    `idle, three minutes after: ${(kilobytes / 1024).toFixed(0)} MiB resident (limit 120), ${(100 * share).toFixed(2)} % of a core`,
  );
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

async function byCommand(place: Place, rate: 'max' | null): Promise<number> {
  const words = [
    'check',
    '--server',
    place.primary,
    '--bind-address',
    place.here,
    '--udp',
    PORTS,
    '--no-wait',
    '--json',
  ];
  const began = performance.now();
  const ended: Ended = await place.run([...words, '--mode', 'bind', ...(rate === null ? [] : ['--rate', rate])]);
  if (ended.code !== 0) throw new Error(ended.error);
  return performance.now() - began;
}

async function byConsole(
  url: string,
  token: string,
  ask: Asker,
): Promise<{ readonly ms: number; readonly lag: number }> {
  const began = performance.now();
  const { body } = await ask('POST', 'runs', { scope: { kind: 'all' }, noWait: true });
  const events = await fetch(`${url}api/v1/runs/${body.id}/events`, { headers: { authorization: `Bearer ${token}` } });
  const late: number[] = [];
  const decoder = new TextDecoder();
  let text = '';
  for await (const part of events.body ?? []) {
    text += decoder.decode(part, { stream: true });
    const all = text.split('\n\n');
    text = all.pop() ?? '';
    for (const event of all) {
      const elapsed = /"elapsedMs":(\d+)/.exec(event)?.[1];
      if (elapsed !== undefined) late.push(performance.now() - began - Number(elapsed));
      if (!event.includes('event: end')) continue;
      if (!event.includes('"verdict":"supported"')) throw new Error(event);
      return { ms: performance.now() - began, lag: Math.max(...late) - Math.min(...late) };
    }
  }
  throw new Error('the run had no end');
}
