import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/*
 * For tests: the built command as real processes on the loopback network. All of 127.0.0.0/8 is this machine, so
 * each test has three addresses of its own there, and meets nobody else's sockets.
 */

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
export const FULLCONE = join(ROOT, 'dist', 'fullcone.js');
export const SCHEMA = join(ROOT, 'dist', 'report.schema.json');

/** What the build is made of. */
const SOURCES = ['src', 'scripts', 'package.json', 'package-lock.json'];

/** The latest change below a path; a file that is gone changes its folder. */
function changedAt(path: string): number {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return readdirSync(path).reduce((latest, name) => Math.max(latest, changedAt(join(path, name))), stat.mtimeMs);
}

const builtAt = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** `npm test` builds first; whoever runs one file by itself gets what the sources say, too. */
export function ensureBuilt(): void {
  const sources = Math.max(...SOURCES.map((path) => changedAt(join(ROOT, path))));
  if (Math.min(builtAt(FULLCONE), builtAt(SCHEMA)) >= sources) return;
  const { status, stderr } = spawnSync(process.execPath, ['scripts/build.js'], { cwd: ROOT, encoding: 'utf8' });
  if (status !== 0) throw new Error(`the build failed: ${stderr}`);
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly error: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** What it has printed so far. */
  readonly out: () => string;
}

/** Everything that one test needs on this machine, and nobody else has. */
export interface Place {
  /** Of the checker. */
  readonly here: string;
  readonly primary: string;
  readonly alternate: string;
  /** A folder for files; it is removed in the end. */
  readonly folder: string;
  run(words: readonly string[], options?: RunOptions): Promise<Ended>;
  start(words: readonly string[], options?: RunOptions): Running;
  /** Another program, with the environment of this place. */
  startProgram(command: readonly string[], options?: RunOptions): Running;
  /** A reflector that is ready. */
  reflector(...words: readonly string[]): Promise<Running>;
  /** Processes that this place has begun and that still live, and sockets at its addresses. */
  left(): string[];
  /** UDP ports that somebody holds at this address. */
  portsAt(address: string): number[];
  leave(): void;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly node?: readonly string[];
  readonly spawn?: SpawnOptions;
}

let places = 0;

export function enter(): Place {
  const folder = mkdtempSync(join(tmpdir(), 'fullcone-cli-'));
  const mark = randomUUID();
  places++;
  const [a, b, c] = [16 + (process.pid % 200), places % 256, Math.floor(process.pid / 200) % 256];
  const address = (last: number) => `127.${a}.${b}.${(c + last) % 254}`;
  const [here, primary, alternate] = [address(1), address(2), address(3)];
  const env = { PATH: process.env['PATH'] ?? '', HOME: folder, XDG_STATE_HOME: folder, LANG: 'C', MARK: mark };
  const children = new Set<ChildProcess>();

  function startProgram([program = '', ...args]: readonly string[], options: RunOptions = {}): Running {
    const child = spawn(program, args, { env: { ...env, ...options.env }, cwd: folder, ...options.spawn });
    children.add(child);
    const text = { out: '', error: '' };
    child.stdout?.setEncoding('utf8').on('data', (part: string) => (text.out += part));
    child.stderr?.setEncoding('utf8').on('data', (part: string) => (text.error += part));
    const ended = new Promise<Ended>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => resolve({ code, signal, ...text }));
    });
    return { child, ended, out: () => text.out };
  }

  const start: Place['start'] = (words, options) =>
    startProgram([process.execPath, ...(options?.node ?? []), FULLCONE, ...words], options);

  const portsAt = (at: string) =>
    socketsInUse()
      .filter((socket) => socket.address === at)
      .map(({ port }) => port)
      .sort((one, other) => one - other);

  return {
    here,
    primary,
    alternate,
    folder,
    startProgram,
    start,
    run: (words, options) => start(words, options).ended,
    async reflector(...words) {
      const running = start(['reflector', '--primary', primary, '--alternate', alternate, ...words]);
      const over = running.ended.then(({ error }) => {
        throw new Error(`the reflector ended: ${error}`);
      });
      await Promise.race([until(() => running.out().includes('ready')), over]);
      over.catch(() => undefined);
      return running;
    },
    left: () => [
      ...processesWith(mark).map((pid) => `process ${pid}`),
      ...[here, primary, alternate].flatMap((at) => portsAt(at).map((port) => `socket ${at}:${port}`)),
    ],
    portsAt,
    leave() {
      for (const child of children) child.kill('SIGKILL');
      // What a failed test has left of programs that began others.
      for (const pid of processesWith(mark)) end(Number(pid));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Looks again and again; the test's own time limit ends it. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** IPv4 UDP sockets of this machine: the second column of /proc/net/udp, in the machine's own byte order. */
function socketsInUse(): { readonly address: string; readonly port: number }[] {
  const lines = readFileSync('/proc/net/udp', 'utf8').trim().split('\n').slice(1);
  return lines.map((line) => {
    const [address = '', port = ''] = (line.trim().split(/\s+/)[1] ?? '').split(':');
    const bytes = Buffer.from(address, 'hex').reverse();
    return { address: [...bytes].join('.'), port: Number.parseInt(port, 16) };
  });
}

function processesWith(mark: string): string[] {
  return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && environmentOf(pid).includes(mark));
}

function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    // It has just ended, or is not ours.
    return '';
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/** `command` in a network that has nothing but a loopback interface: every port is free there. */
export const inEmptyNetwork = (command: readonly string[]): string[] => [
  'unshare',
  '--map-root-user',
  '--net',
  '--mount',
  'sh',
  '-c',
  'ip link set lo up && exec "$@"',
  'sh',
  ...command,
];

/** Why there can be no empty network here; null: there can. */
export function noEmptyNetwork(): string | null {
  const [program = '', ...args] = inEmptyNetwork(['true']);
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  return status === 0 ? null : `no network of its own: ${error?.message ?? stderr.trim()}`;
}
