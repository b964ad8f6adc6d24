import type { Language } from '../advice/index.ts';
import { formatRanges, joinRanges, type PortRange, type Protocol } from '../base/index.ts';
import { clean } from './clean.ts';
import { fitRanges } from './labels.ts';
import { type Page, pageOf, type TextOptions } from './page.ts';
import { wrap } from './wrap.ts';

/** What `fullcone map --json` prints. May gain fields and codes; loses and renames none. */
export interface MapReport {
  readonly schema: 'fullcone.map/1';
  readonly version: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly task: 'make' | 'delete' | 'list';
  readonly gateway: string | null;
  /** The address of this machine to which all mappings lead. */
  readonly local: string | null;
  /** By which it was done; null: the router was not asked, or speaks none of those that were allowed. */
  readonly by: 'nat-pmp' | 'pcp' | 'upnp' | null;
  /** Why nothing could be asked for; null: it could. */
  readonly reason:
    | 'no-lan'
    | 'no-gateway'
    | 'gateway-unknown'
    | 'silent'
    | 'unsupported'
    | 'malformed'
    | 'failed'
    | 'cannot-list'
    | 'nothing-noted'
    | 'cancelled'
    | null;
  /** As the router says; null: it does not. */
  readonly externalAddress: string | null;
  /** That address is none of the internet: another NAT stands in front, and these mappings alone let nothing in. */
  readonly behindNat: boolean;
  /** Of other lines of the same router, which these mappings do not concern. */
  readonly otherAddresses: readonly string[];
  /** The router has restarted since the last time: earlier mappings may be lost. */
  readonly restarted: boolean;
  /** The shortest that was granted; 0: until it is deleted. null: nothing was made. */
  readonly lifetimeSeconds: number | null;
  /** false: what was made could not be noted, so `--delete` will not know it. */
  readonly noted: boolean;
  readonly mappings: readonly MapGroup[];
  /** What the router has, for whomever; null: it was not asked. */
  readonly entries: readonly ReportEntry[] | null;
  /** false: the list may lack some. */
  readonly entriesComplete: boolean;
  /** What this machine has asked for earlier, and the router may have. */
  readonly own: readonly OwnMappings[];
  readonly cancelled: boolean;
}

export type MapOutcomeCode =
  | 'made'
  | 'present'
  | 'deleted'
  | 'absent'
  | 'conflict'
  | 'not-ours'
  | 'denied'
  | 'no-resources'
  | 'no-address'
  | 'permanent-only'
  | 'failed'
  | 'differs'
  | 'malformed'
  | 'no-answer'
  | 'not-asked';

/** Ports of which the same became. */
export interface MapGroup {
  readonly outcome: MapOutcomeCode;
  readonly protocol: Protocol;
  readonly ranges: readonly PortRange[];
  readonly count: number;
  /** Of the protocol that was spoken; null: there is none. */
  readonly code: number | null;
  /** Who has the public port; null: it is not told. */
  readonly owner: ReportEntry | null;
  /** Public ports that nobody asked for, and that could not be given back. */
  readonly leftOpen: readonly number[];
}

/** A mapping as the router tells it; its texts are not to be trusted. */
export interface ReportEntry {
  readonly protocol: Protocol;
  readonly externalPort: number;
  readonly client: string;
  readonly clientPort: number;
  readonly enabled: boolean;
  readonly description: string;
  readonly leaseSeconds: number | null;
  readonly remoteHost: string;
}

export interface OwnMappings {
  readonly by: 'nat-pmp' | 'pcp' | 'upnp';
  readonly udp: readonly PortRange[];
  readonly tcp: readonly PortRange[];
  /** ISO 8601, UTC: they are over by then; null: they last until they are deleted. */
  readonly until: string | null;
}

/** Whether all is as it was asked for. */
export const isGood = (outcome: MapOutcomeCode): boolean => GOOD.has(outcome);

const GOOD: ReadonlySet<MapOutcomeCode> = new Set(['made', 'present', 'deleted', 'absent']);

const NAMES = { 'nat-pmp': 'NAT-PMP', pcp: 'PCP', upnp: 'UPnP' } as const;

/** Those that the router says yes to. */
export function portsMade({ mappings }: MapReport): Readonly<Record<Protocol, readonly PortRange[]>> {
  const made = (wanted: Protocol): readonly PortRange[] => {
    const good = mappings.filter(({ protocol, outcome }) => protocol === wanted && isGood(outcome));
    return joinRanges(good.flatMap((group) => group.ranges));
  };
  return { udp: made('udp'), tcp: made('tcp') };
}

/** What became of it, then what to know; ends with a newline. `isChecked`: the check that proves it follows. */
export function renderMap(
  report: MapReport,
  language: Language,
  options: TextOptions & { readonly isChecked?: boolean },
): string {
  const page = pageOf(language, options);
  const parts = [
    [...headLines(report, page), ...aboutLines(report, page)],
    groupLines(report, page),
    entryLines(report, page),
    ownLines(report, page),
    hintLines(report, options.isChecked ?? false, page),
  ];
  const shown = parts.filter((lines) => lines.length > 0);
  return `${shown.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function headLines(report: MapReport, page: Page): string[] {
  const { task, reason, mappings, entries } = report;
  const gateway = report.gateway ?? '';
  const { say, count, amount } = page.phrases;
  const bold = (text: string) => wrap(text, page.width).map((line) => page.paint('bold', line));
  if (reason !== null) return bold(say(`map.reason.${reason}`, { gateway }));
  if (task === 'list') return bold(say('map.head.list', { gateway, n: amount(entries?.length ?? 0) }));
  const all = sumOf(mappings);
  const good = sumOf(mappings.filter(({ outcome }) => isGood(outcome)));
  const some = { gateway, good: amount(good), n: amount(all) };
  if (good > 0 && good < all) return bold(say(`map.head.${task}.some`, some));
  return bold(count(`map.head.${task}.${good === all ? 'all' : 'none'}`, all, { gateway }));
}

function aboutLines({ by, local, externalAddress, otherAddresses, lifetimeSeconds }: MapReport, page: Page): string[] {
  const { say } = page.phrases;
  if (by === null) return [];
  const lines = [
    say('map.about.by', { by: NAMES[by], local: local ?? '' }),
    ...(externalAddress ? [say('map.about.address', { address: externalAddress })] : []),
    ...(otherAddresses.length > 0 ? [say('map.about.others', { addresses: otherAddresses.join(', ') })] : []),
    ...(lifetimeSeconds === 0 ? [say('map.about.permanent')] : []),
    ...(lifetimeSeconds ? [say('map.about.lifetime', { time: timeText(lifetimeSeconds, page) })] : []),
  ];
  return lines.flatMap((line) => wrap(line, page.width, '  '));
}

/** `24 h`, `90 min`, `45 s`: the longest unit of which it is a whole number of, or nearly. */
function timeText(seconds: number, { phrases }: Page): string {
  const hours = Math.round(seconds / 3_600);
  if (seconds >= 7_200 && Math.abs(hours * 3_600 - seconds) < 60) return `${phrases.amount(hours)} h`;
  return seconds >= 120 ? `${phrases.amount(Math.floor(seconds / 60))} min` : `${seconds} s`;
}

const sumOf = (groups: readonly MapGroup[]): number => groups.reduce((sum, { count }) => sum + count, 0);

const COLOURS = { good: 'green', conflict: 'red', other: 'yellow' } as const;

function groupLines({ mappings }: MapReport, page: Page): string[] {
  const { say, amount } = page.phrases;
  const words = mappings.map(({ outcome }) => say(`map.outcome.${outcome}`));
  const [width, digits] = [widest(words), widest(mappings.map(({ count }) => amount(count)))];
  return mappings.flatMap((group, index) => {
    const word = words[index] ?? '';
    const colour = COLOURS[isGood(group.outcome) ? 'good' : group.outcome === 'conflict' ? 'conflict' : 'other'];
    const begin = `  ${page.paint(colour, word)}${' '.repeat(width - word.length)}  ${amount(group.count).padStart(digits)}  `;
    const transport = group.protocol.toUpperCase();
    const room = page.width - width - digits - transport.length - 7;
    const ranges = group.ranges.map((range) => formatRanges([range]));
    const more = noteOf(group, page);
    return [
      `${begin}${transport} ${fitRanges(ranges, room, page.phrases)}`,
      ...(more === null ? [] : wrap(more, page.width, '      ')),
    ];
  });
}

/** What to know of an outcome that is not good. */
function noteOf({ outcome, code, owner, leftOpen }: MapGroup, page: Page): string | null {
  const { say } = page.phrases;
  if (isGood(outcome)) return null;
  const held = owner ? say(`map.note.owner`, { who: ownerText(owner) }) : null;
  const left = leftOpen.length > 0 ? say('map.note.left', { ports: leftOpen.slice(0, 20).join(', ') }) : null;
  const why = held ?? say(`map.note.${outcome}`, { code: code ?? '' });
  return [why, left].filter((text) => text !== null).join(' ');
}

const ownerText = ({ client, clientPort, description }: ReportEntry): string => {
  const name = clean(description);
  return name === '' ? `${client}:${clientPort}` : `${client}:${clientPort} ("${name}")`;
};

function entryLines({ entries, entriesComplete }: MapReport, page: Page): string[] {
  if (entries === null) return [];
  const { say } = page.phrases;
  const rows = entries.map((entry) => {
    const { protocol, externalPort, leaseSeconds, enabled, remoteHost } = entry;
    const lease = leaseSeconds ? timeText(leaseSeconds, page) : say('map.entry.permanent');
    return [
      `${protocol.toUpperCase()} ${externalPort}`,
      `-> ${ownerText(entry)}`,
      leaseSeconds === null ? '' : lease,
      enabled ? '' : say('map.entry.disabled'),
      remoteHost === '' ? '' : say('map.entry.remote', { host: clean(remoteHost) }),
    ];
  });
  const width = widest(rows.map(([port = '']) => port));
  const lines = rows.flatMap(([port = '', ...more]) =>
    wrap(more.filter((text) => text !== '').join(', '), page.width, `  ${port.padEnd(width)}  `),
  );
  return entriesComplete ? lines : [...lines, ...wrap(say('map.entry.incomplete'), page.width, '  ')];
}

function ownLines({ own, task }: MapReport, page: Page): string[] {
  if (task !== 'list' || own.length === 0) return [];
  const { say } = page.phrases;
  const lines = own.map(({ by, udp, tcp, until }) => {
    const ports = [
      ...(udp.length > 0 ? [`UDP ${formatRanges(udp)}`] : []),
      ...(tcp.length > 0 ? [`TCP ${formatRanges(tcp)}`] : []),
    ].join(', ');
    const end = until === null ? say('map.own.permanent') : say('map.own.until', { time: dateText(until) });
    return say('map.own.line', { by: NAMES[by], ports, end });
  });
  return [say('map.own.title'), ...lines.flatMap((line) => wrap(line, page.width, '  '))];
}

const dateText = (iso: string): string => `${iso.slice(0, 16).replace('T', ' ')} UTC`;

function hintLines(report: MapReport, isChecked: boolean, page: Page): string[] {
  const { task, mappings, behindNat, restarted, noted, externalAddress, cancelled } = report;
  const facts = { address: externalAddress ?? '' };
  const isMade = mappings.some(({ outcome }) => outcome === 'made' || outcome === 'present');
  const isRefused = task === 'make' && report.by !== null && !cancelled && !isMade;
  const hints = [
    ...(cancelled ? ['cancelled'] : []),
    ...(behindNat ? ['behind-nat'] : []),
    ...(isRefused && externalAddress === null ? ['without-address'] : []),
    ...(restarted && task !== 'delete' ? ['restarted'] : []),
    ...(noted ? [] : ['not-noted']),
    ...(task === 'make' && isMade && !isChecked ? ['proof'] : []),
  ];
  const lines = hints.flatMap((hint) => wrap(page.phrases.say(`map.hint.${hint}`, facts), page.width));
  return hints.includes('proof') ? [...lines, `  ${proofOf(report)}`] : lines;
}

/** A command to be copied, so no line of it ends early. */
function proofOf(report: MapReport): string {
  const { udp, tcp } = portsMade(report);
  const words = ([protocol, ranges]: readonly [string, readonly PortRange[]]): string =>
    ranges.length === 0 ? '' : ` --${protocol} ${formatRanges(ranges).replaceAll(' ', '')}`;
  return `fullcone check --server stun.example.com${words(['udp', udp])}${words(['tcp', tcp])}`;
}

const widest = (texts: readonly string[]): number => texts.reduce((most, text) => Math.max(most, text.length), 0);
