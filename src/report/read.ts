import {
  err,
  faultIn,
  type JsonProblem,
  type JsonSchema,
  ok,
  type PortRange,
  parseJson,
  type Result,
} from '../base/index.ts';
import type { Report } from './contract.ts';

/** Characters. A report of all 65,535 ports has about 20 million. */
const LARGEST_REPORT = 64 * 1024 * 1024;

/** Why a text is no report that could be shown. */
export type ReportProblem =
  | JsonProblem
  | { readonly kind: 'too-large' }
  /** JSON of something else. */
  | { readonly kind: 'no-schema' }
  /** It names another schema; `schema`: whatever it is called there. */
  | { readonly kind: 'other-schema'; readonly schema: string }
  /** Of reports like these, and younger than this program. */
  | { readonly kind: 'newer'; readonly schema: string }
  /** `at`: where it is not as the schema says, such as `ports[3].result`. */
  | { readonly kind: 'not-as-agreed'; readonly at: string }
  /** What stands there cannot be true together with the rest. */
  | { readonly kind: 'contradictory'; readonly at: string };

/** The report in a text that anybody may have written. Whatever is in it, nothing throws. */
export async function readReport(text: string): Promise<Result<Report, ReportProblem>> {
  if (text.length > LARGEST_REPORT) return err({ kind: 'too-large' });
  const parsed = parseJson(text);
  if (parsed.kind === 'error') return parsed;
  const { value } = parsed;
  const other = otherSchema(value);
  if (other) return err(other);
  // In the shipped command this is plain data (scripts/build.js); from the sources it takes zod, which loads slowly.
  const { reportJsonSchema } = await import('./schema.ts');
  const fault = faultIn(value, reportJsonSchema as JsonSchema);
  if (fault !== null) return err({ kind: 'not-as-agreed', at: fault });
  const report = value as Report;
  const at = contradictionIn(report);
  return at === null ? ok(report) : err({ kind: 'contradictory', at });
}

function otherSchema(value: unknown): ReportProblem | null {
  const schema = typeof value === 'object' && value !== null && 'schema' in value ? value.schema : undefined;
  if (typeof schema !== 'string') return { kind: 'no-schema' };
  if (schema === 'fullcone.report/1') return null;
  return /^fullcone\.report\/([2-9]|[1-9]\d+)$/.test(schema)
    ? { kind: 'newer', schema }
    : { kind: 'other-schema', schema };
}

/** Where two things are said that exclude each other; null: nowhere. */
function contradictionIn(report: Report): string | null {
  const { startedAt, loss, ports, findings, sample } = report;
  if (Number.isNaN(Date.parse(startedAt))) return 'startedAt';
  if (loss && loss.answered > loss.sent) return 'loss';
  const about = [...findings, ...(sample?.inferred ?? [])];
  return twiceIn(ports) ?? verdictAgainst(report) ?? firstOf(about, ({ ports: labels }) => labelAgainst(labels));
}

function firstOf<T>(all: readonly T[], find: (one: T) => string | null): string | null {
  for (const one of all) {
    const found = find(one);
    if (found !== null) return found;
  }
  return null;
}

function twiceIn(ports: Report['ports']): string | null {
  const seen = new Set<string>();
  for (const [index, { protocol, port }] of ports.entries()) {
    if (seen.size === seen.add(`${protocol}/${port}`).size) return `ports[${index}]`;
  }
  return null;
}

const PROVEN: ReadonlySet<string> = new Set(['closed', 'translated', 'no-answer']);

/** Nothing but open ports is supported; and without a port of which the fault is proven nothing is unsupported. */
function verdictAgainst({ verdict, reason, ports }: Report): string | null {
  const isAllOpen = ports.length > 0 && ports.every(({ result }) => result === 'open');
  if (verdict === 'supported') return isAllOpen && reason === null ? null : 'verdict';
  return verdict === 'unsupported' && !ports.some(({ result }) => PROVEN.has(result)) ? 'verdict' : null;
}

/** `udp/9000-8999`, `udp/70000`; or one with a port that stood there before. */
function labelAgainst(labels: readonly string[]): string | null {
  const ranges = labels.map((label) => ({ label, protocol: label.slice(0, 3), ...rangeOf(label) }));
  const wrong = ranges.find(({ from, to }) => from > to || to > 65_535);
  if (wrong) return wrong.label;
  const ascending = ranges.toSorted((a, b) => a.protocol.localeCompare(b.protocol) || a.from - b.from);
  const again = ascending.find(({ protocol, from }, index) => {
    const before = ascending[index - 1];
    return before?.protocol === protocol && from <= before.to;
  });
  return again?.label ?? null;
}

function rangeOf(label: string): PortRange {
  const [from = 0, to = from] = label.slice(4).split('-').map(Number);
  return { from, to };
}
