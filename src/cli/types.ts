import { err, type Result } from '../base/index.ts';
import type { System } from '../system/index.ts';

/** Where the command talks to: standard output and error, and the person's wish to stop. */
export interface Terminal {
  readonly out: Stream;
  readonly error: Stream;
  /** Environment variables: the locale, and what speaks for or against colour. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Calls on every Ctrl-C, or on the wish of the system that the process ends; returns how to stop listening. */
  onInterrupt(listener: () => void): () => void;
  /**
   * Shows a question and gives the line that was typed; null: none was. `enough`: nobody waits for it any more.
   * null: there is no person. `isHidden`: what is typed is not shown.
   */
  readonly ask: ((question: string, enough: Promise<unknown>, isHidden?: boolean) => Promise<string | null>) | null;
  /** Ctrl-Z does nothing until this is undone: nobody is there who would go on. */
  withoutSuspending(): () => void;
}

export interface Stream {
  write(content: string | Uint8Array): void;
  readonly isTerminal: boolean;
  /** Width; null where there is none. */
  readonly columns: number | null;
}

export interface Context {
  readonly system: System;
  readonly terminal: Terminal;
  readonly language: Language;
  readonly version: string;
  /** The path of what runs us: a right is granted to it. */
  readonly program: string;
}

export type Language = 'en' | 'de';

/** What the process ends with. */
export const EXIT = {
  supported: 0,
  unsupported: 1,
  inconclusive: 2,
  usage: 64,
  internal: 70,
  cancelled: 130,
} as const;

/** What is wrong with the input: the key of a sentence, and what goes into it. */
export interface Mistake {
  readonly key: string;
  readonly facts: Readonly<Record<string, string | number>>;
}

export const wrong = (key: string, facts: Mistake['facts'] = {}): Result<never, Mistake> => err({ key, facts });
