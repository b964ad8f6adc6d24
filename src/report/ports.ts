import type { Language } from '../advice/index.ts';
import { formatRanges, type Protocol, rangeLabel, toRanges } from '../base/index.ts';
import { clean } from './clean.ts';
import { sizeOf } from './labels.ts';
import { originText, type ReportOrigin, type ReportWarning, warningText } from './origin.ts';
import { type Page, pageOf, type TextOptions } from './page.ts';
import { phrasesOf } from './phrases.ts';
import { wrap } from './wrap.ts';

/** What `fullcone ports --json` prints. May gain fields and codes; loses and renames none. */
export interface PortsReport {
  readonly schema: 'fullcone.ports/1';
  readonly version: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** false: a port for which nobody is named may be held all the same, by a process that this user does not see. */
  readonly allHoldersKnown: boolean;
  readonly products: readonly ReportProduct[];
}

export interface ReportProduct {
  /** As `--profile` takes it. */
  readonly profile: string;
  readonly name: string;
  /** null: it was named, and not looked for. */
  readonly running: boolean | null;
  readonly processes: readonly ReportHolder[];
  readonly ports: readonly ListedPort[];
  readonly warnings: readonly ReportWarning[];
}

export interface ReportHolder {
  readonly pid: number | null;
  readonly name: string | null;
  readonly unit: string | null;
}

export interface ListedPort {
  readonly protocol: Protocol;
  readonly from: number;
  readonly to: number;
  readonly purpose: 'sip' | 'sips' | 'rtp' | 'fax' | 'tunnel' | 'iax' | 'webrtc' | 'web' | 'apps' | 'linking';
  /** Needed by those who use the feature; `--profile` does not check it by itself. */
  readonly optional: boolean;
  /** On which it listens; null: on all, or not said. */
  readonly address: string | null;
  readonly origin: ReportOrigin;
  readonly holders: readonly (ReportHolder & {
    /** `udp/5060`, `udp/10000-10004`: those that it holds of these. */
    readonly ports: readonly string[];
  })[];
}

/** One of the ports of a range, and who holds it. */
export interface HeldPort extends ReportHolder {
  readonly port: number;
}

/** Each once, with its ports as ranges, in the order in which they are met. */
export function groupHolders(protocol: Protocol, held: readonly HeldPort[]): ListedPort['holders'] {
  const groups = new Map<string, { holder: ReportHolder; ports: number[] }>();
  for (const { port, pid, name, unit } of held) {
    const key = JSON.stringify([pid, name, unit]);
    const group = groups.get(key) ?? { holder: { pid, name, unit }, ports: [] };
    groups.set(key, group);
    if (!group.ports.includes(port)) group.ports.push(port);
  }
  return [...groups.values()].map(({ holder, ports }) => ({
    ...holder,
    ports: toRanges(ports).map((range) => rangeLabel(protocol, range)),
  }));
}

/** For each product its ports: what for, who holds them, and where the number is from; ends with a newline. */
export function renderPorts(report: PortsReport, language: Language, options: TextOptions): string {
  const page = pageOf(language, options);
  const products = report.products.map((product) => renderProduct(product, report.allHoldersKnown, page));
  return `${products.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

/** Warnings as sentences, for whoever shows no list. */
export const warningTexts = (warnings: readonly ReportWarning[], language: Language): string[] =>
  warnings.map((warning) => warningText(warning, phrasesOf(language)));

function renderProduct(product: ReportProduct, isAllKnown: boolean, page: Page): string[] {
  const rows = product.ports.map((port) => rowOf(port, isAllKnown, page));
  const render = besideEachOther(rows, page.width) ?? ((row: Row) => belowEachOther(row, page.width));
  return [
    ...wrap(headOf(product, page), page.width).map((line) => page.paint('bold', line)),
    ...rows.flatMap((row) => [
      ...render(row),
      ...wrap(row.origin, page.width, SET_AT).map((line) => page.paint('dim', line)),
    ]),
    ...product.warnings.flatMap((warning) => {
      const mark = page.phrases.say('severity.warning');
      return wrap(warningText(warning, page.phrases), page.width, `${mark}  `);
    }),
  ];
}

/** Names of processes and services are not worth to be read in a narrower column. */
const NARROWEST_HOLDERS = 24;

/** In columns; null: they leave too little room for who holds the ports. */
function besideEachOther(rows: readonly Row[], width: number): ((row: Row) => string[]) | null {
  const [labels, purposes] = [widest(rows.map(({ label }) => label)), widest(rows.map(({ purpose }) => purpose))];
  const begin = ({ label, purpose }: Row) => `  ${label.padEnd(labels)}  ${purpose.padEnd(purposes)}  `;
  const room = width - 6 - labels - purposes;
  if (room < NARROWEST_HOLDERS) return null;
  return (row) => {
    const [first = '', ...more] = row.holders.flatMap((holder) => wrap(holder, room));
    return [`${begin(row)}${first}`, ...more.map((line) => ' '.repeat(width - room) + line)];
  };
}

const belowEachOther = ({ label, purpose, holders }: Row, width: number): string[] => [
  ...wrap(`${label}, ${purpose}`, width, '  '),
  ...holders.flatMap((holder) => wrap(holder, width, SET_AT)),
];

/** Whether its API was asked: then it may be anywhere. */
const isAsked = ({ ports, warnings }: ReportProduct): boolean =>
  ports.some(({ origin }) => origin.kind === 'api') || warnings.some(({ code }) => code === 'api');

function headOf(product: ReportProduct, page: Page): string {
  const { name, running, processes } = product;
  const who = processes.map((process) => holderText(process, page)).join(', ');
  const installed = isAsked(product) ? 'asked' : 'installed';
  const key = running === null ? 'named' : running ? 'running' : installed;
  return page.phrases.say(`ports.head.${key}`, { name, who });
}

/** What is said of a port, or a range of them. */
interface Row {
  readonly label: string;
  readonly purpose: string;
  readonly holders: readonly string[];
  readonly origin: string;
}

function rowOf(port: ListedPort, isAllKnown: boolean, page: Page): Row {
  const { protocol, from, to, purpose, optional, address } = port;
  const { say } = page.phrases;
  const what = say(`ports.purpose.${purpose}`);
  const where = address === null ? '' : ` ${say('ports.on', { address: clean(address) })}`;
  return {
    label: `${protocol.toUpperCase()} ${formatRanges([{ from, to }])}${where}`,
    purpose: optional ? say('ports.optional', { what }) : what,
    holders: holderLines(port, isAllKnown, page),
    origin: originText(port.origin, page.phrases),
  };
}

function holderLines({ from, to, holders }: ListedPort, isAllKnown: boolean, page: Page): string[] {
  if (holders.length === 0) return [page.phrases.say(isAllKnown ? 'ports.nobody' : 'ports.unknown')];
  const all = to - from + 1;
  return holders.map((holder) => {
    const who = holderText(holder, page);
    const count = sizeOf(holder.ports);
    const some = { who, some: page.phrases.amount(count), all: page.phrases.amount(all) };
    return count === all ? who : page.phrases.say('ports.some', some);
  });
}

function holderText({ pid, name, unit }: ReportHolder, { phrases }: Page): string {
  const process = pid === null ? null : phrases.say('ports.process', { pid });
  if (name === null) return process ?? phrases.say('ports.hidden');
  const more = [process, unit].filter((part) => part !== null).join(', ');
  return clean(more === '' ? name : `${name} (${more})`);
}

/** Before the line that says where a number is from. */
const SET_AT = '      ';

const widest = (texts: readonly string[]): number => texts.reduce((most, text) => Math.max(most, text.length), 0);
