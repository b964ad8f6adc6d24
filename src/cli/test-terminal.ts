import { createModel, type Model, type ModelOptions } from '../../lab/model/index.ts';
import type { NetworkSpec } from '../../lab/scenarios/index.ts';
import type { System } from '../system/index.ts';
import { languageOf, runCommandLine } from './command-line.ts';
import type { Terminal } from './types.ts';

/* For tests: the command line in front of a terminal, and on a machine, that are not there. */

export interface FakeTerminal extends Terminal {
  /** What was written, all in all. */
  text(stream: 'out' | 'error'): string;
  interrupt(): void;
  /** How many wait for Ctrl-C. */
  listening(): number;
}

interface TerminalOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** Of standard error, and of standard output too; null: a pipe. */
  readonly columns?: number | null;
  /** What a person types when he is asked; undefined: there is none. */
  readonly answer?: string | null;
}

export function fakeTerminal({ environment = {}, columns = null, answer }: TerminalOptions = {}): FakeTerminal {
  const written = { out: '', error: '' };
  const listeners = new Set<() => void>();
  const stream = (name: 'out' | 'error') => ({
    write: (content: string | Uint8Array) => {
      written[name] += typeof content === 'string' ? content : Buffer.from(content).toString('utf8');
    },
    isTerminal: columns !== null,
    columns,
  });
  return {
    out: stream('out'),
    error: stream('error'),
    environment,
    ask: answer === undefined ? null : () => Promise.resolve(answer),
    withoutSuspending: () => () => undefined,
    onInterrupt(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    text: (name) => written[name],
    interrupt: () => {
      for (const listener of [...listeners]) listener();
    },
    listening: () => listeners.size,
  };
}

/** A machine on which no socket may be opened, and nothing be written. */
export function untouchable(system: System): System {
  return {
    ...system,
    udp: {
      ...system.udp,
      open: () => {
        throw new Error('a socket was opened');
      },
    },
  };
}

/** A machine of the model, alone in the world. */
export const aloneModel = (network: Partial<NetworkSpec> = {}, options: Partial<ModelOptions> = {}): Model =>
  createModel({ router: null, server: { kind: 'down' }, ...network }, { seed: 1, ...options });

/** As `main.ts` does it. */
export const runWords = (words: readonly string[], system: System, terminal: Terminal): Promise<number> =>
  runCommandLine(words, {
    ...{ system, terminal, language: languageOf(words, terminal.environment) },
    version: '1.2.3',
    program: '/usr/bin/node',
  });
