import { adviseText, type Language } from '../../advice/index.ts';
import { formatRanges, toRanges } from '../../base/index.ts';
import type { PortResult } from '../../verdict/index.ts';
import { renderCertificates } from '../certificates.ts';
import { clean } from '../clean.ts';
import type { Report, ReportFinding, ReportPort } from '../contract.ts';
import { cleanFinding } from '../finding.ts';
import { aboutRun, sentenceOf } from '../head.ts';
import { sizeOf } from '../labels.ts';
import { routerLine } from '../nat.ts';
import { type Page, pageOf } from '../page.ts';
import type { Phrases } from '../phrases.ts';
import { renderServices } from '../services.ts';
import { type Ladder, ladderOf } from './ladder.ts';
import { mapOf, type PortMap } from './map.ts';
import { type PathPicture, pathOf } from './path.ts';
import { TONE_OF_RESULT, TONE_OF_SEVERITY, TONE_OF_VERDICT, type Tone } from './tone.ts';
import { type Words, wordsOf } from './words.ts';

/** All that is on the pages, in one language, harmless as plain text; HTML and PDF differ in how they set it. */
export interface View {
  readonly language: Language;
  readonly words: Words;
  readonly phrases: Phrases;
  readonly tone: Tone;
  readonly verdict: string;
  readonly sentence: string;
  readonly about: readonly string[];
  readonly findings: readonly ViewFinding[];
  readonly path: PathPicture;
  readonly map: PortMap;
  /** Results that occur, with their amounts. */
  readonly legend: readonly { readonly result: PortResult; readonly word: string; readonly amount: string }[];
  readonly ranges: readonly ViewRange[];
  readonly moreRanges: number;
  readonly facts: readonly { readonly name: string; readonly lines: readonly string[] }[];
  readonly servers: readonly (readonly [name: string, address: string, other: string, state: string])[];
  readonly foot: string;
}

export interface ViewFinding {
  readonly code: string;
  readonly tone: Tone;
  readonly severity: string;
  readonly title: string;
  readonly meaning: string;
  readonly steps: readonly string[];
  /** `UDP 9500-10999`; empty: it is about no port. */
  readonly where: string;
  readonly amount: string;
  readonly ladder: Ladder | null;
}

export interface ViewRange {
  readonly protocol: string;
  readonly range: string;
  readonly count: string;
  readonly tone: Tone;
  readonly result: string;
  readonly cause: string;
  readonly seen: string;
}

/** Of a table that people read; all ports are in the search, and in the JSON report. */
const MOST_RANGES = 200;

/** Of a finding; a thousand pieces help nobody. */
const MOST_PIECES = 12;

export function viewOf(report: Report, language: Language): View {
  const words = wordsOf(language);
  const page: Page = pageOf(language, { columns: 0, colour: false, verbose: false });
  const wide: Page = { ...page, width: Number.MAX_SAFE_INTEGER };
  const groups = groupsOf(report.ports);
  return {
    ...{ language, words, phrases: page.phrases, tone: TONE_OF_VERDICT[report.verdict] },
    verdict: page.phrases.say(`verdict.${report.verdict}`),
    sentence: sentenceOf(report, page),
    about: aboutRun(report, page.phrases),
    findings: findingsOf(report, language, words),
    path: pathOf(report, words),
    map: mapOf(report.ports),
    legend: legendOf(report, page.phrases),
    ranges: groups.slice(0, MOST_RANGES).flatMap((group) => rangeOf(group, words, page.phrases)),
    moreRanges: Math.max(0, groups.length - MOST_RANGES),
    facts: factsOf(report, wide, words),
    servers: serversOf(report, words),
    foot: words.say('foot', {
      program: `fullcone ${clean(report.version ?? '')}`.trim(),
      date: clean(report.startedAt.slice(0, 16).replace('T', ' ')),
    }),
  };
}

function findingsOf(report: Report, language: Language, words: Words): ViewFinding[] {
  const publicAddress = report.publicAddresses[0] ?? words.say('path.unknown');
  return report.findings.map((found) => {
    const finding = cleanFinding(found);
    const { title, meaning, steps } = adviseText(finding, language);
    const { code, severity, ports, proof } = finding;
    const barrier = code === 'host-firewall' ? 'pbx' : 'router';
    return {
      ...{ code, title, meaning, steps, tone: TONE_OF_SEVERITY[severity], severity: words.say(`severity.${severity}`) },
      where: whereOf(finding),
      amount: ports.length > 0 ? words.count('findings.ports', sizeOf(ports)) : '',
      ladder: proof ? ladderOf(proof, barrier, publicAddress, words) : null,
    };
  });
}

/** `UDP 9000, 9002-9004, TCP 5060`. */
function whereOf({ ports }: ReportFinding): string {
  const pieces = ports.slice(0, MOST_PIECES).map((label, index) => {
    const protocol = protocolOf(label);
    const number = label.replace(/^\w+\//, '');
    return protocol === protocolOf(ports[index - 1] ?? '') ? number : `${protocol} ${number}`;
  });
  return `${pieces.join(', ')}${ports.length > MOST_PIECES ? ', …' : ''}`;
}

const protocolOf = (label: string): string => label.replace(/\/.*$/, '').toUpperCase();

const RESULTS = Object.keys(TONE_OF_RESULT) as PortResult[];

function legendOf({ ports }: Report, phrases: Phrases): View['legend'] {
  return RESULTS.flatMap((result) => {
    const count = ports.filter((port) => port.result === result).length;
    return count > 0 ? [{ result, word: phrases.say(`result.${result}`), amount: phrases.amount(count) }] : [];
  });
}

/** Ports side by side of which the same is to be said. */
function groupsOf(ports: readonly ReportPort[]): ReportPort[][] {
  const groups: ReportPort[][] = [];
  for (const port of ports) {
    const group = groups.at(-1);
    const last = group?.at(-1);
    if (group && last && isAlike(last, port)) group.push(port);
    else groups.push([port]);
  }
  return groups;
}

function rangeOf(group: readonly ReportPort[], words: Words, phrases: Phrases): ViewRange[] {
  const [first] = group;
  if (!first) return [];
  return [
    {
      protocol: first.protocol.toUpperCase(),
      range: formatRanges(toRanges(group.map(({ port }) => port))),
      count: words.amount(group.length),
      tone: TONE_OF_RESULT[first.result],
      result: phrases.say(`result.${first.result}`),
      cause: first.cause ?? '',
      seen: seenOf(group),
    },
  ];
}

const isAlike = (a: ReportPort, b: ReportPort): boolean =>
  a.protocol === b.protocol &&
  a.port + 1 === b.port &&
  a.result === b.result &&
  a.cause === b.cause &&
  holderOf(a) === holderOf(b);

const holderOf = ({ process }: ReportPort): string =>
  [process?.name, process?.pid, process?.unit].filter((part) => part != null).join(' ');

/** The public address, where all of them have it; who holds them, where somebody does. */
function seenOf(group: readonly ReportPort[]): string {
  const [first] = group;
  const holder = first ? holderOf(first) : '';
  if (holder !== '') return clean(holder);
  if (group.length === 1) return clean(first?.mapped ?? first?.by ?? '');
  const addresses = new Set(group.map(({ mapped }) => mapped?.replace(/:\d+$/, '') ?? ''));
  return addresses.size === 1 ? clean([...addresses].join('')) : '';
}

function factsOf(report: Report, wide: Page, words: Words): View['facts'] {
  const trimmed = (lines: readonly string[]) => lines.slice(1).map((line) => line.trim());
  const inferred = report.sample?.inferred ?? [];
  const rows: readonly (readonly [name: string, lines: readonly string[]])[] = [
    ['nat', natLines(report, words)],
    ['router', report.router ? [routerLine(report.router, wide.phrases)] : []],
    ['sample', inferred.slice(0, MOST_PIECES).map((one) => inferredLine(one, wide.phrases, words))],
    ['services', trimmed(renderServices(report, wide))],
    ['certificates', trimmed(renderCertificates(report, wide))],
  ];
  return rows.flatMap(([name, lines]) => (lines.length > 0 ? [{ name: words.say(`run.${name}`), lines }] : []));
}

const inferredLine = (
  { ports, result }: NonNullable<Report['sample']>['inferred'][number],
  phrases: Phrases,
  words: Words,
): string =>
  words.say('run.inferred', {
    ports: ports.slice(0, MOST_PIECES).map(clean).join(', '),
    result: phrases.say(`result.${result}`),
  });

/** How many ports kept their numbers, as the server saw them. */
function natLines({ ports }: Report, words: Words): string[] {
  const seen = ports.filter(({ protocol, mapped }) => protocol === 'udp' && mapped !== null);
  const kept = seen.filter(({ mapped, port }) => mapped?.endsWith(`:${port}`)).length;
  return [
    ...(kept > 0 ? [words.count('ports.kept', kept)] : []),
    ...(seen.length > kept ? [words.count('ports.moved', seen.length - kept)] : []),
  ];
}

const serversOf = ({ servers }: Report, words: Words): View['servers'] =>
  servers.map(({ name, address, port, otherAddress, state }) => [
    clean(name),
    address === null ? '-' : `${clean(address)} ${port}`,
    clean(otherAddress ?? '-'),
    words.say(`servers.states.${state}`),
  ]);
