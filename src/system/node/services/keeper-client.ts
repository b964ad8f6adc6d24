import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { err, type Milliseconds, ok, type Result } from '../../../base/index.ts';
import type { Keeper, ServiceFailure } from '../../services.ts';
import { lastOf } from './command.ts';
import type { ControllerSpec } from './controller.ts';
import { controllerOf } from './controllers.ts';
import { type FromKeeper, parseLine, readLines, type ToKeeper } from './keeper-protocol.ts';

/** A process that does not say within this time that it is there is none. */
const ARMING: Milliseconds = 10_000;
/** Beside the patience that it was told: it asks for the last lines of a log, too. */
const MARGIN: Milliseconds = 15_000;
const FAREWELL: Milliseconds = 3_000;
/** What it says of its end may be read after the end of its output. */
const LAST_WORDS: Milliseconds = 1_000;

const LOST: ServiceFailure = { kind: 'keeper-lost', lines: [] };

type Kind = 'systemd' | 'process';

/** Program and arguments by which it is begun. `self` begins this very program. */
export const keeperCommand = (kind: Kind, self: readonly string[], id: string): readonly string[] => [
  ...(kind === 'systemd'
    ? [
        ...['systemd-run', '--no-ask-password', '--quiet', '--collect', '--pipe', '--service-type=exec'],
        ...[`--unit=fullcone-keeper-${id}`, '--description=starts what fullcone has stopped', '--'],
      ]
    : []),
  ...self,
  'restore',
];

/** Begins a keeper, and waits until it is ready. */
export function startKeeper(
  kind: Kind,
  self: readonly string[],
  controller: ControllerSpec,
  stopped: readonly string[],
): Promise<Result<Keeper, ServiceFailure>> {
  const [program = '', ...args] = keeperCommand(kind, self, randomBytes(6).toString('hex'));
  // Its own session: neither Ctrl-C nor the end of the terminal reaches it.
  const child = spawn(program, args, { detached: true, stdio: ['pipe', 'pipe', 'pipe'], windowsHide: true });
  return new Connection(kind, child).arm({ do: 'keep', controller, stopped });
}

/** The checker's end of the line to its keeper. */
class Connection {
  readonly #kind: Kind;
  readonly #child: ChildProcess;
  readonly #pending = new Map<number, (result: Result<null, ServiceFailure>) => void>();
  readonly #listeners: (() => void)[] = [];
  #isOver = false;
  #isEnding = false;
  #count = 0;
  #said = '';
  #ready: (isReady: boolean) => void = () => undefined;
  #closed: () => void = () => undefined;

  constructor(kind: Kind, child: ChildProcess) {
    this.#kind = kind;
    this.#child = child;
    child.on('error', (error) => {
      this.#said += error.message;
      this.#lose();
    });
    child.stdin?.on('error', () => this.#lose());
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#said = (this.#said + text).slice(-4096);
    });
    if (child.stdout)
      readLines(
        child.stdout,
        (line) => this.#hear(parseLine<FromKeeper>(line)),
        () => void this.#heardOut().then(() => this.#lose()),
      );
  }

  #heardOut(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, LAST_WORDS);
      this.#child.once('close', () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  async arm(task: ToKeeper): Promise<Result<Keeper, ServiceFailure>> {
    const ready = new Promise<boolean>((resolve) => {
      this.#ready = resolve;
    });
    const timer = setTimeout(() => this.#ready(false), ARMING);
    this.#say(task);
    const isReady = await ready;
    clearTimeout(timer);
    if (isReady) return ok(this.#keeper());
    this.#lose();
    return err({ kind: 'no-keeper', lines: lastOf(this.#said) });
  }

  #keeper(): Keeper {
    const carryOut = (what: 'stop' | 'start') => (service: string, patience: Milliseconds) =>
      this.#ask(what, service, patience);
    return {
      kind: this.#kind,
      stop: carryOut('stop'),
      start: carryOut('start'),
      onLost: (listener) => {
        if (this.#isOver) listener();
        else this.#listeners.push(listener);
      },
      end: () => this.#end(),
    };
  }

  #ask(what: 'stop' | 'start', service: string, patience: Milliseconds): Promise<Result<null, ServiceFailure>> {
    if (this.#isOver) return Promise.resolve(err(LOST));
    const id = ++this.#count;
    return new Promise((resolve) => {
      // One that answers no more keeps nothing.
      const timer = setTimeout(() => this.#lose(), patience + MARGIN);
      this.#pending.set(id, (result) => {
        clearTimeout(timer);
        resolve(result);
      });
      this.#say({ do: what, id, service, patience });
    });
  }

  #say(message: ToKeeper): void {
    this.#child.stdin?.write(`${JSON.stringify(message)}\n`);
  }

  #hear(message: FromKeeper | null): void {
    if (!message) return;
    if (message.kind === 'ready') return this.#ready(true);
    this.#pending.get(message.id)?.(message.result);
    this.#pending.delete(message.id);
  }

  /** Its input ends: if it lives after all, it restores. */
  #lose(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#closed();
    this.#ready(false);
    for (const answer of this.#pending.values()) answer(err(LOST));
    this.#pending.clear();
    this.#child.stdin?.destroy();
    this.#child.stdout?.destroy();
    this.#child.stderr?.destroy();
    this.#child.unref();
    if (!this.#isEnding) for (const listener of this.#listeners) listener();
  }

  async #end(): Promise<void> {
    if (this.#isOver) return;
    this.#isEnding = true;
    const closed = new Promise<void>((resolve) => {
      this.#closed = resolve;
    });
    const timer = setTimeout(() => this.#lose(), FAREWELL);
    this.#say({ do: 'end' });
    await closed;
    clearTimeout(timer);
  }
}

/** In this very process: nothing is kept when it ends. */
export function keepHere(spec: ControllerSpec): Keeper {
  const controller = controllerOf(spec);
  return {
    kind: 'none',
    stop: (service, patience) => controller.stop(service, patience),
    start: (service, patience) => controller.start([service], patience),
    onLost: () => undefined,
    end: () => Promise.resolve(),
  };
}
