import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { formatEndpoint, formatIp, type Milliseconds } from '../../src/base/index.ts';

/** rootless: in a user namespace of its own, which any user may have; root: with the caller's own rights. */
export type How = 'rootless' | 'root';

export interface Exit {
  /** null: ended by a signal. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: Milliseconds;
}

export interface Process {
  /** Of the command itself, as this machine counts; null before it has begun and after its end. */
  pid(): number | null;
  /** What it has written so far, both outputs. */
  output(): string;
  signal(signal: NodeJS.Signals): void;
  readonly done: Promise<Exit>;
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly input?: string;
  /** Runs as long as the cell, and is no reason for this process to go on. */
  readonly background?: boolean;
}

/** The namespaces of one lab. They, and all that runs in them, end with this process, however it ends. */
export interface Cell {
  /** Starts a command in the namespace at this path, inside the cell. */
  start(netns: string, command: readonly string[], options?: StartOptions): Process;
  /** Ends everything in the cell and returns when it has ended. */
  end(): Promise<void>;
}

const FLAGS: Record<How, { readonly unshare: readonly string[]; readonly nsenter: readonly string[] }> = {
  rootless: { unshare: ['-U', '-r'], nsenter: ['-U', '--preserve-credentials'] },
  root: { unshare: [], nsenter: [] },
};

/** A script that takes longer to build the network than this hangs. */
const BUILD_LIMIT: Milliseconds = 20_000;
const END_LIMIT: Milliseconds = 2_000;
const OUTPUT_LIMIT: Milliseconds = 500;

/**
 * Runs the script as the first process of fresh process, network and mount namespaces. Its standard input is a pipe
 * from here: when this process dies, even by SIGKILL, the script reads the end of it and ends, and with the first
 * process of a process namespace the kernel kills all others. Nothing is left because nothing outside was made.
 */
export async function openCell(how: How, script: string, env: NodeJS.ProcessEnv): Promise<Cell> {
  const unshare = [...FLAGS[how].unshare, '-n', '-m', '-p', '--fork', '--kill-child=KILL', '--propagation', 'private'];
  // A session of its own: Ctrl-C at the terminal is for the test runner, which then closes its labs.
  const child = spawn('unshare', [...unshare, 'bash', '-c', script], { detached: true, env });
  const first = watch(child);
  try {
    await until(first, () => /^ready \d+$/m.test(first.output()), BUILD_LIMIT, 'the network was not built');
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  forget(child);
  return cell(how, child, first, Number(/^ready (\d+)$/m.exec(first.output())?.[1]), env);
}

function cell(how: How, child: ChildProcess, first: Process, pid: number, env: NodeJS.ProcessEnv): Cell {
  const running = new Set<Promise<Exit>>();
  return {
    start(netns, command, options = {}) {
      const enter = [...FLAGS[how].nsenter, '-t', `${pid}`, '-m', '-p', `--net=/proc/${pid}/root${netns}`];
      // Entering a mount namespace leaves the working directory; a relative path to the command must still hold.
      const args = [...enter, '--', 'env', '-C', process.cwd(), '--', ...command];
      const nsenter = spawn('nsenter', args, { detached: true, env: { ...env, ...options.env } });
      const started = watch(nsenter, options.input ?? '');
      if (options.background) forget(nsenter);
      running.add(started.done);
      void started.done.finally(() => running.delete(started.done)).catch(() => undefined);
      return started;
    },
    async end() {
      child.stdin?.end();
      const late = setTimeout(() => child.kill('SIGKILL'), END_LIMIT);
      await Promise.allSettled([first.done, ...running]);
      clearTimeout(late);
    },
  };
}

/** A lab that nobody closes must not keep this process alive. */
function forget(child: ChildProcess): void {
  child.unref();
  for (const stream of [child.stdin, child.stdout, child.stderr])
    if (stream && 'unref' in stream && typeof stream.unref === 'function') stream.unref();
}

function watch(child: ChildProcess, input?: string): Process {
  const began = performance.now();
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  const all: Buffer[] = [];
  child.stdout?.on('data', (bytes: Buffer) => void [out, all].map((list) => list.push(bytes)));
  child.stderr?.on('data', (bytes: Buffer) => void [err, all].map((list) => list.push(bytes)));
  // A command that ends before it has read its input is judged by its exit code.
  child.stdin?.on('error', () => undefined);
  if (input !== undefined) child.stdin?.end(input);
  const done = new Promise<Exit>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (status) => {
      const ms = performance.now() - began;
      const tell = () => resolve({ status, stdout: text(out), stderr: text(err), ms });
      // A grandchild may hold the outputs open for as long as it likes; what has come by then is read first.
      const late = setTimeout(() => setImmediate(tell), OUTPUT_LIMIT);
      child.on('close', () => {
        clearTimeout(late);
        tell();
      });
    });
  });
  const pid = () => (child.exitCode === null && child.signalCode === null ? commandOf(child.pid) : null);
  return {
    pid,
    output: () => text(all),
    signal: (signal) => {
      const target = pid();
      if (target !== null) process.kill(target, signal);
    },
    done,
  };
}

const text = (parts: readonly Buffer[]): string => Buffer.concat(parts).toString('utf8');

/** nsenter stays outside of the process namespace and passes no signal on; its only child is the command. */
function commandOf(nsenter: number | undefined): number | null {
  try {
    const children = readFileSync(`/proc/${nsenter}/task/${nsenter}/children`, 'utf8').trim();
    return children === '' ? null : Number(children.split(' ')[0]);
  } catch {
    return null;
  }
}

/** Waits until the process has come so far; throws with its output when it ends first or takes too long. */
export async function until(started: Process, come: () => boolean, limit: Milliseconds, what: string): Promise<void> {
  const began = performance.now();
  const ended = started.done.then(
    ({ status }) => `ended with ${status}`,
    (error: unknown) => String(error),
  );
  while (!come()) {
    const end = await Promise.race([ended, pause(2)]);
    const isLate = performance.now() - began > limit;
    // Where this process itself got no time, what was said is still to be read.
    if (isLate) await new Promise((resolve) => setImmediate(resolve));
    if (come()) return;
    const why = end ?? (isLate ? `not within ${limit} ms` : null);
    if (why !== null) throw new Error(`${what}: ${why}\n${started.output()}`);
  }
}

const pause = (ms: Milliseconds): Promise<null> => new Promise((resolve) => setTimeout(resolve, ms, null));

/** The UDP sockets that are bound in the network namespace of a process, as `address:port`. */
export function boundUdp(pid: number | null): ReadonlySet<string> {
  if (pid === null) return new Set();
  try {
    const rows = ['udp', 'udp6'].flatMap((table) =>
      readFileSync(`/proc/${pid}/net/${table}`, 'utf8').trim().split('\n').slice(1),
    );
    return new Set(rows.map((row) => readable(row.trim().split(/\s+/)[1] ?? '')));
  } catch {
    return new Set();
  }
}

/** `0A6433C6:0D96` -> `198.51.100.10:3478`: the kernel prints the address as little-endian numbers of 32 bits. */
function readable(local: string): string {
  const [address = '', port = ''] = local.split(':');
  const words = address.match(/.{8}/g) ?? [];
  const bytes = Buffer.concat(words.map((word) => Buffer.from(word, 'hex').reverse()));
  return formatEndpoint({ address: formatIp(bytes, 0), port: Number.parseInt(port, 16) });
}
