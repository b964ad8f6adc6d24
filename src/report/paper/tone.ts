import type { Severity } from '../../advice/index.ts';
import type { PortResult, Verdict } from '../../verdict/index.ts';

/** Colour and shape of a state; each shape can be told from the others without colour. */
export type Tone = 'ok' | 'bad' | 'warn' | 'idle';

export const TONE_OF_VERDICT: Readonly<Record<Verdict, Tone>> = {
  supported: 'ok',
  unsupported: 'bad',
  inconclusive: 'warn',
  cancelled: 'idle',
};

export const TONE_OF_RESULT: Readonly<Record<PortResult, Tone>> = {
  open: 'ok',
  closed: 'bad',
  translated: 'bad',
  'no-answer': 'bad',
  'in-use': 'warn',
  malformed: 'warn',
  untested: 'idle',
};

export const TONE_OF_SEVERITY: Readonly<Record<Severity, Tone>> = { error: 'bad', warning: 'warn', info: 'idle' };
