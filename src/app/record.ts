import { err, faultIn, ok, parseJson, type Result } from '../base/index.ts';
import type { Report, ReportProblem, ReportProof } from '../report/index.ts';
import { readReport, renderJson } from '../report/index.ts';
import { conclude, packetsOf } from './conclude.ts';
import type { RunEvent } from './events.ts';
import { EVENTS, HOLDER, isHolding, OBSERVED } from './run-shape.ts';

/** One line says of which schema it is, and then each event has one, with its number: what is missing, or moved, shows. */
const SCHEMA = 'fullcone.run/1';

/** Bytes: about a check of 16,385 ports of which none lets anything in, ten times. */
export const LARGEST_RUN = 256 * 1024 * 1024;

/** What JSON has no word for. */
type Encoded = { readonly $number: string } | { readonly $bigint: string } | { readonly $bytes: string };

/** A run as text, one event a line (JSON Lines): it replays to the same report. */
export function writeRun(events: readonly RunEvent[]): string {
  const lines = [{ schema: SCHEMA }, ...events.map((event, index) => ({ n: index + 1, event }))];
  return lines.map((line) => `${JSON.stringify(line, (_, value: unknown) => encoded(value))}\n`).join('');
}

function encoded(value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) return { $number: String(value) } satisfies Encoded;
  if (typeof value === 'bigint') return { $bigint: String(value) } satisfies Encoded;
  if (!(value instanceof Uint8Array)) return value;
  return { $bytes: Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join('') } satisfies Encoded;
}

const NUMBERS = new Map([
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
  ['NaN', Number.NaN],
]);

function decoded(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decoded);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [first] = entries;
  if (entries.length === 1 && first && typeof first[1] === 'string') {
    const [name, text] = [first[0], first[1]];
    if (name === '$number' && NUMBERS.has(text)) return NUMBERS.get(text);
    if (name === '$bigint' && /^-?\d{1,100}$/.test(text)) return BigInt(text);
    if (name === '$bytes' && /^([\da-f]{2})*$/.test(text))
      return Uint8Array.from(text.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
  }
  return Object.fromEntries(entries.map(([name, part]) => [name, decoded(part)]));
}

/** Why a text is no run that could be replayed. Lines count from 1. */
export type RunProblem =
  | Extract<ReportProblem, { kind: 'truncated' | 'too-large' }>
  /** Another schema of runs, or a newer one. */
  | { readonly kind: 'other-run'; readonly schema: string }
  | { readonly kind: 'broken-line'; readonly line: number }
  | { readonly kind: 'out-of-order'; readonly line: number }
  | { readonly kind: 'unknown-event'; readonly line: number; readonly event: string }
  | { readonly kind: 'event-not-as-agreed'; readonly line: number; readonly at: string }
  /** Each line is right, and no run ends in them. */
  | { readonly kind: 'no-run' };

/** Whether a text is meant to be a stored run, right or not. */
export const isStoredRun = (text: string): boolean => /^\ufeff?\s*\{\s*"schema"\s*:\s*"fullcone\.run\//.test(text);

/** The report of a run that was written by `writeRun`, as it was. Whatever is in the text, nothing throws. */
export async function replayRun(text: string): Promise<Result<Report, RunProblem>> {
  if (text.length > LARGEST_RUN) return err({ kind: 'too-large' });
  const events = readRun(text);
  if (events.kind === 'error') return events;
  const report = concluded(events.value);
  // Events that were written by hand may add up to something that no run says.
  const read = report && (await readReport(renderJson(report)));
  return read?.kind === 'ok' ? read : err({ kind: 'no-run' });
}

/** What the types promise has been looked at; what only a real run can know of itself, has not. */
function concluded(events: readonly RunEvent[]): Report | null {
  try {
    return conclude(events);
  } catch {
    return null;
  }
}

/** The packets of one port of a run that is kept as text, such as `udp/9500`; null: it was not asked, or that is no run. */
export function packetsIn(text: string, port: string): ReportProof | null {
  const events = readRun(text);
  if (events.kind === 'error') return null;
  try {
    return packetsOf(events.value, port);
  } catch {
    return null;
  }
}

export function readRun(text: string): Result<RunEvent[], RunProblem> {
  const lines = text.replace(/^\ufeff/, '').split('\n');
  const isWhole = lines.at(-1) === '';
  if (isWhole) lines.pop();
  const [head = '', ...rest] = lines;
  const schema = /^\s*\{\s*"schema"\s*:\s*"([^"]*)"/.exec(head)?.[1] ?? '';
  if (schema !== SCHEMA) return err({ kind: 'other-run', schema });
  const order = new Order();
  const events: RunEvent[] = [];
  for (const [index, line] of rest.entries()) {
    const at = index + 2;
    const isLast = index === rest.length - 1;
    const read = readLine(line, index + 1, at);
    if (read.kind === 'error') return isLast && !isWhole ? err({ kind: 'truncated' }) : read;
    if (!order.allows(read.value)) return err({ kind: 'out-of-order', line: at });
    events.push(read.value);
  }
  return order.isOver && isWhole ? ok(events) : err({ kind: 'truncated' });
}

function readLine(text: string, n: number, line: number): Result<RunEvent, RunProblem> {
  const parsed = parseJson(text);
  const value = parsed.kind === 'ok' ? decoded(parsed.value) : null;
  if (typeof value !== 'object' || value === null || !('n' in value) || !('event' in value))
    return err({ kind: 'broken-line', line });
  if (value.n !== n) return err({ kind: 'out-of-order', line });
  const { event } = value;
  const kind = kindOf(event);
  const shape = EVENTS.get(kind);
  if (!shape) return err({ kind: 'unknown-event', line, event: kind });
  const wrong = faultIn(event, shape);
  if (wrong !== null) return err({ kind: 'event-not-as-agreed', line, at: wrong });
  return readInside(event as RunEvent, line);
}

/** Empty where there is none: no kind is. */
const kindOf = (value: unknown): string =>
  typeof value === 'object' && value !== null && 'kind' in value && typeof value.kind === 'string' ? value.kind : '';

/** What an event holds of many kinds. */
function readInside(event: RunEvent, line: number): Result<RunEvent, RunProblem> {
  const notAsAgreed = (at: string) => err({ kind: 'event-not-as-agreed', line, at } as const);
  if ('observation' in event) {
    const kind = kindOf(event.observation);
    const shape = OBSERVED[event.kind]?.get(kind);
    if (!shape) return err({ kind: 'unknown-event', line, event: kind });
    const wrong = faultIn(event.observation, shape, 'observation');
    return wrong === null ? ok(event) : notAsAgreed(wrong);
  }
  if (event.kind === 'holders') {
    const wrong = event.holders.findIndex(
      (one: unknown) => !isHolding(one) || typeof one[0] !== 'string' || faultIn(one[1], HOLDER) !== null,
    );
    return wrong < 0 ? ok(event) : notAsAgreed(`holders[${wrong}]`);
  }
  return ok(event);
}

/** A run begins once, ends once, and nothing is seen of what was not planned before. */
class Order {
  readonly #legs = new Set<number>();
  readonly #calls = new Set<number>();
  #isBegun = false;
  isOver = false;

  allows(event: RunEvent): boolean {
    const isFirst = !this.#isBegun;
    this.#isBegun = true;
    if (this.isOver || isFirst !== (event.kind === 'started')) return false;
    switch (event.kind) {
      case 'planned':
        return this.#isNext(this.#legs, event.leg);
      case 'calls-planned':
        return this.#isNext(this.#calls, event.leg);
      case 'observed':
      case 'extended':
        return this.#legs.has(event.leg);
      case 'call':
        return this.#calls.has(event.leg);
      case 'ended':
        this.isOver = true;
        return true;
      default:
        return true;
    }
  }

  /** Legs count from 0. */
  #isNext(legs: Set<number>, leg: number): boolean {
    return legs.size === leg && legs.add(leg).size > leg;
  }
}
