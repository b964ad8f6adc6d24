import { parsePorts, portsOf } from '../../src/base/index.ts';
import type { Column, Expectation } from './types.ts';

/** The part of the JSON report that scenarios speak of. */
export interface ReportShape {
  readonly verdict: string;
  readonly reason: string | null;
  readonly servers: readonly { readonly state: string; readonly detail?: string | null }[];
  readonly ports: readonly {
    readonly protocol: string;
    readonly family: string;
    readonly port: number;
    readonly result: string;
    readonly cause: string | null;
  }[];
  readonly router?: { readonly nats: string | null; readonly reason: string | null };
  readonly services?: {
    readonly services: readonly {
      readonly service: string;
      readonly steps: readonly { readonly step: string; readonly atMs: number }[];
    }[];
    readonly failures: readonly { readonly what: string; readonly lines: readonly string[] }[];
  };
  readonly findings: readonly {
    readonly code: string;
    readonly severity: string;
    readonly facts: Readonly<Record<string, string | number>>;
  }[];
}

/** What a report says that the scenario does not: one line each. */
export function compare(expectation: Expectation, report: ReportShape, column: Column): string[] {
  const expect: Expectation = column === 'coturn' ? { ...expectation, ...expectation.coturn } : expectation;
  const differences: string[] = [];
  const differ = (what: string, wanted: unknown, got: unknown) => {
    if (wanted !== got) differences.push(`${what}: expected ${String(wanted)}, got ${String(got)}`);
  };
  differ('verdict', expect.verdict, report.verdict);
  differ('reason', expect.reason, report.reason);
  for (const [what, wanted, got] of aboutOthers(expect, report)) if (wanted !== undefined) differ(what, wanted, got);
  const wanted = wantedPorts(expect);
  const { length } = report.ports;
  const { fewerThan, family = 'ipv4' } = expect;
  if (fewerThan === undefined) differ('ports', wanted.size, length);
  else if (length >= fewerThan) differ('ports', `fewer than ${fewerThan}`, length);
  differ('family', family, familiesOf(report));
  for (const { protocol, port, result, cause } of report.ports) {
    const right = wanted.get(`${protocol}/${port}`) ?? [];
    if (!right.includes(says(result, cause))) differ(`${protocol}/${port}`, right.join(' or '), says(result, cause));
  }
  differ('findings', wantedFindings(expect, report), toldFindings(expect, report));
  for (const [what, right, got] of factsOf(expect, report)) differ(what, right, got);
  return differences;
}

/** What is said of server and router; what is undefined is not looked at. */
function aboutOthers(expect: Expectation, { servers: [first], router }: ReportShape): [string, unknown, unknown][] {
  return [
    ['server', expect.server ?? 'ok', first?.state],
    ['server: detail', expect.serverDetail, first?.detail ?? null],
    ['nats', expect.nats, router?.nats],
    ['router', expect.routerReason, router?.reason],
  ];
}

/** Of a port: what was expected of it, and what was said; null: the line is about something else. */
const ABOUT_PORT = /(?:udp|tcp)\/\d+: expected (.+), got (.+)$/;

/**
 * Whether such a line is about a port that works and was called wrong, or the other way round. What could not be found
 * out is no lie, and a cause that is more general than it could be is none either.
 */
export function isContradiction(difference: string): boolean {
  const [, wanted = '', got = ''] = ABOUT_PORT.exec(difference) ?? [];
  if (wanted === '' || got.startsWith('untested')) return false;
  return wanted.split(' or ').every((one) => (one === 'open') !== (got === 'open'));
}

/** Errors and warnings, in their order: the first is the one that the headline speaks of. */
function toldFindings({ mayFind = [] }: Expectation, { findings }: ReportShape): string {
  const told = findings.filter(({ severity, code }) => severity !== 'info' && !mayFind.includes(code));
  return [...new Set(told.map(({ code }) => code))].join(', ');
}

/** Notes may come and go with the time that things take; those that are expected must be there. */
function wantedFindings({ findings = [] }: Expectation, report: ReportShape): string {
  const notes = report.findings.filter(({ severity }) => severity === 'info').map(({ code }) => code);
  return findings.filter((code) => !notes.includes(code)).join(', ');
}

const familiesOf = ({ ports }: ReportShape): string => [...new Set(ports.map(({ family }) => family))].join();

function factsOf({ facts = {} }: Expectation, { findings }: ReportShape): [string, string | number, unknown][] {
  return Object.entries(facts).flatMap(([code, wanted]) => {
    const found = findings.find((finding) => finding.code === code);
    return Object.entries(wanted).map(([name, right]): [string, string | number, unknown] => [
      `${code}: ${name}`,
      right,
      found?.facts[name],
    ]);
  });
}

const says = (result: string, cause: string | null): string => (cause ? `${result}/${cause}` : result);

const wantedPorts = ({ ports, tcp = {} }: Expectation): Map<string, readonly string[]> =>
  new Map([...labelled('udp', ports), ...labelled('tcp', tcp)]);

function labelled(protocol: string, ports: Expectation['ports']): (readonly [string, readonly string[]])[] {
  return Object.entries(ports).flatMap(([text, wanted]) => {
    const ranges = parsePorts(text);
    if (ranges.kind === 'error') throw new Error(`a scenario names the ports "${text}"`);
    const right = [wanted].flat().map(({ result, cause }) => says(result, cause));
    return portsOf(ranges.value).map((port) => [`${protocol}/${port}`, right] as const);
  });
}
