import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly out: string;
  readonly error: string;
}

/** A command that runs in the machine. */
export interface Started {
  readonly ended: Promise<Ended>;
  signal(name: 'SIGKILL' | 'SIGINT' | 'SIGTERM' | 'SIGHUP'): void;
}

export interface Machine {
  /** As root of the machine, who is nobody outside. */
  start(command: readonly string[], env?: Readonly<Record<string, string>>): Started;
  run(command: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ended>;
  /** A power cut: all that runs is gone at once. Then it boots from the same disk; /run is empty again. */
  cyclePower(): Promise<void>;
  /** Ends all that runs in it. */
  close(): Promise<void>;
}

export interface MachineOptions {
  /** Unit files, by name. */
  readonly units: Readonly<Record<string, string>>;
  /** This folder is /opt/lab in the machine, read-only. Anybody must be allowed to read it. */
  readonly share: string;
}

const HERE = dirname(fileURLToPath(import.meta.url));

/** Who may start and stop which unit, is its to say. */
const POLKIT = '/usr/bin/pkaction';

/** Why there can be none here; null: there can. */
export function noMachine(): string | null {
  if (process.platform !== 'linux') return 'systemd needs Linux';
  if (process.getuid?.() !== 0) return 'rootsafe.py has to be begun by root, whom it takes away all rights at once';
  const mounts = readFileSync('/proc/mounts', 'utf8');
  if (!/ cgroup2 rw/.test(mounts)) return 'there is no cgroup2 in which a systemd could run';
  const missing = ['/lib/systemd/systemd', '/usr/bin/dbus-daemon', '/usr/bin/python3', POLKIT].find(
    (path) => !isThere(path),
  );
  return missing === undefined ? null : `${missing} is not installed`;
}

function isThere(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Brings it up, within about a second. Only rootsafe.py is begun from here, and only it begins anything else. */
export async function openMachine({ units, share }: MachineOptions): Promise<Machine> {
  const command = [join(HERE, 'rootsafe.py'), process.execPath, join(HERE, 'agent.js')];
  const child = spawn('/usr/bin/python3', command, {
    stdio: ['pipe', 'pipe', 'inherit'],
    // Signals to the group of whoever tests do not reach it: it ends with its input, and takes its machine down.
    detached: true,
    env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', FWLAB_SHARE: share },
  });
  const { ask, signal, over } = lineTo(child);
  const up = await ask({ do: 'prepare', units }, 0);
  if (up.code !== 0) {
    child.stdin?.end();
    throw new Error(`systemd did not come up: ${up.out}${up.error}`);
  }
  let count = 0;
  const start: Machine['start'] = (words, env = {}) => {
    const id = ++count;
    return { ended: ask({ do: 'start', id, command: words, env }, id), signal: (name) => signal(id, name) };
  };
  return {
    start,
    run: (words, env) => start(words, env).ended,
    async cyclePower() {
      const id = ++count;
      const { code, out, error } = await ask({ do: 'cycle', id }, id);
      if (code !== 0) throw new Error(`systemd did not come up again: ${out}${error}`);
    },
    close() {
      child.stdin?.end();
      return over;
    },
  };
}

function lineTo(child: ChildProcess) {
  const waiting = new Map<number, (ended: Ended) => void>();
  const over = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const nothing: Ended = { code: null, signal: null, out: '', error: 'the machine is gone' };
  void over.then(() => {
    for (const settle of waiting.values()) settle(nothing);
  });
  if (child.stdout)
    createInterface({ input: child.stdout }).on('line', (line) => {
      const { id, ...ended } = JSON.parse(line) as Ended & { readonly id: number };
      waiting.get(id)?.(ended);
      waiting.delete(id);
    });
  const say = (message: object): void => void child.stdin?.write(`${JSON.stringify(message)}\n`);
  return {
    over,
    signal: (to: number, name: string) => say({ do: 'signal', to, name }),
    ask: (message: object, id: number): Promise<Ended> => {
      const ended = new Promise<Ended>((resolve) => waiting.set(id, resolve));
      say(message);
      return ended;
    },
  };
}
