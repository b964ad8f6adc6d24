import { err, type Milliseconds, ok, type Result } from '../../../base/index.ts';
import type { Service, ServiceFailure } from '../../services.ts';
import { lastOf, type Ran, type RunCommand } from './command.ts';
import type { Controller } from './controller.ts';

const PATIENCE: Milliseconds = 10_000;
const ASK_EVERY: Milliseconds = 100;

/** Error codes of Windows (winerror.h); sc.exe translates the words around them, never the number. */
const ERRORS = { denied: 5, dependentsRun: 1051, alreadyRuns: 1056, missing: 1060, notStarted: 1062 } as const;

export interface WindowsService {
  readonly name: string;
  /** 1 stopped, 2 starting, 3 stopping, 4 running, 5 to 7 pausing or paused (SERVICE_STATUS). */
  readonly state: number;
  /** 0 while it does not run. */
  readonly pid: number;
}

/**
 * The values of a block in the order in which sc.exe prints them. Their names it translates (`ESTADO`, in Spanish and
 * Portuguese), the order never; a line without a name belongs to the one before.
 */
function valuesIn(lines: readonly string[]): string[][] {
  const values: string[][] = [];
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon === -1 || !/^\s/.test(line)) continue;
    const [name, value] = [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
    if (name !== '') values.push([value]);
    else values.at(-1)?.push(value);
  }
  return values;
}

/** `sc.exe queryex`, of one or of all; a block for each: its name, then type, state, two exit codes, checkpoint, hint, pid. */
export function readServices(text: string): WindowsService[] {
  return text.split(/\n\s*\n/).flatMap((block) => {
    const lines = block.split('\n').filter((line) => line.trim() !== '');
    const name = /^\S[^:]*:(.*)$/.exec(lines[0] ?? '')?.[1]?.trim();
    const [, state, , , , , pid] = valuesIn(lines);
    const number = /^(\d+)\b/.exec(state?.[0] ?? '')?.[1];
    if (!name || number === undefined) return [];
    return [{ name, state: Number(number), pid: Number(/^\d+$/.exec(pid?.[0] ?? '')?.[0] ?? 0) }];
  });
}

/** `[SC] OpenService FAILED 1060:`, `[SC] OpenService FEHLER 1060:`; null: there is none. */
export function errorIn(text: string): number | null {
  const code = /^\[SC\][^\n]*?(\d+)\s*:/m.exec(text)?.[1];
  return code === undefined ? null : Number(code);
}

/** The services of a process: those that share a svchost.exe have the same. */
export const servicesOfProcess = (all: readonly WindowsService[], pid: number): readonly string[] =>
  pid === 0 ? [] : all.filter((service) => service.pid === pid).map(({ name }) => name);

/** Of `sc.exe qc`: what has to run before it. It is the eighth value, behind the name that is shown. */
export function readDependencies(text: string): string[] {
  const after = valuesIn(text.split('\n'))[7] ?? [];
  return after.filter((name) => name !== '' && !name.startsWith('+'));
}

const STATES: Readonly<Record<number, Service['state']>> = { 1: 'stopped', 4: 'running' };

/** What sc.exe takes for a service's short name, and nothing that could be an option of it. */
export const isServiceName = (name: string): boolean => /^[^\\/\s"=\p{C}]{1,256}$/u.test(name);

const pause = (time: Milliseconds): Promise<void> => new Promise((resolve) => setTimeout(resolve, time));

/** Services of Windows by sc.exe, which says what it has begun, not what has come of it. */
export function windowsServices(run: RunCommand): Controller {
  const sc = (...words: readonly string[]) => run(['sc.exe', ...words], PATIENCE);

  async function query(name: string): Promise<WindowsService | null> {
    if (!isServiceName(name)) return null;
    return readServices(textOf(await sc('queryex', name)))[0] ?? null;
  }

  async function becomes(name: string, state: number, patience: Milliseconds): Promise<boolean> {
    const until = performance.now() + patience;
    for (;;) {
      if ((await query(name))?.state === state) return true;
      if (performance.now() >= until) return false;
      await pause(ASK_EVERY);
    }
  }

  async function bring(
    verb: 'stop' | 'start',
    name: string,
    patience: Milliseconds,
  ): Promise<Result<null, ServiceFailure>> {
    if (!isServiceName(name)) return err({ kind: 'missing', lines: [] });
    const ran = await sc(verb, name);
    const error = errorIn(textOf(ran));
    const isThere = error === (verb === 'stop' ? ERRORS.notStarted : ERRORS.alreadyRuns);
    if (error !== null && !isThere) return err({ kind: KINDS[error] ?? 'failed', lines: lastOf(textOf(ran)) });
    if (ran.kind !== 'ended') return err({ kind: 'failed', lines: lastOf(textOf(ran)) });
    const done = await becomes(name, verb === 'stop' ? 1 : 4, patience);
    return done ? ok(null) : err({ kind: 'timed-out', lines: lastOf(textOf(await sc('queryex', name))) });
  }

  return {
    mayStartWhileStopping: false,
    lastLines: async (name) => (isServiceName(name) ? lastOf(textOf(await sc('queryex', name))) : []),
    async look(names) {
      const found: Service[] = [];
      for (const name of names) {
        const service = await query(name);
        if (!service) {
          found.push({ name, state: 'missing', takesAlong: [], after: [] });
          continue;
        }
        const dependents = readServices(textOf(await sc('enumdepend', name))).map((other) => other.name);
        const after = readDependencies(textOf(await sc('qc', name)));
        found.push({ name, state: STATES[service.state] ?? 'changing', takesAlong: dependents, after });
      }
      return ok(found);
    },
    stop: (name, patience) => bring('stop', name, patience),
    async start(names, patience) {
      let result: Result<null, ServiceFailure> = ok(null);
      for (const name of names) {
        const started = await bring('start', name, patience);
        if (started.kind === 'error') result = started;
      }
      return result;
    },
  };
}

const KINDS: Readonly<Record<number, ServiceFailure['kind']>> = {
  [ERRORS.denied]: 'permission',
  [ERRORS.missing]: 'missing',
};

/** Carriage returns are nobody's business. */
export const textOf = (ran: Ran): string =>
  ran.kind === 'not-started' ? ran.code : `${ran.out}\n${ran.error}`.replaceAll('\r', '');
