import { familyOf, isAnyAddress } from '../base/index.ts';
import { FINDING_CODES, type FindingCode } from './catalogue.ts';
import { isSignalling } from './signalling.ts';
import de from './texts/de.json' with { type: 'json' };
import en from './texts/en.json' with { type: 'json' };
import { makeTexts } from './translate.ts';
import type { Facts, Finding, Language } from './types.ts';

export interface Advice {
  /** One sentence: the cause, with a number to act on. */
  readonly title: string;
  /** What it means for calls. */
  readonly meaning: string;
  readonly steps: readonly string[];
}

/** As they are in the files. */
export const ADVICE = makeTexts({ en, de });

/** In steps ranges are to be copied; more than these nobody copies. */
const MOST_RANGES = 4;

/** Facts that are amounts; all other numbers are ports, seconds or process ids. */
const AMOUNTS = ['letIn', 'asked', 'planned', 'tested', 'inferred', 'mostDiffering'];

/** `facts` are added to those of the finding, and win over them. */
export function adviseText(finding: Finding, language: Language, facts: Facts = {}): Advice {
  const variables = variablesOf(finding.ports, { ...finding.facts, ...facts }, language);
  const key = keyOf(finding);
  // Where nothing is translated, there is no forward to speak of, but a rule of a firewall.
  const inRouter = { ...variables, context: facts['way'] ?? finding.facts['way'] };
  return {
    title: ADVICE.one(language, `${key}.title`, inRouter),
    meaning: ADVICE.one(language, `${key}.meaning`, variables),
    steps: ADVICE.many(language, `${key}.steps`, inRouter),
  };
}

type Variant = readonly [applies: (facts: Facts, ports: readonly string[]) => boolean, key: string];

/** Whatever stands in front of the router lets it pass. */
const passes = ({ open, closed }: Facts): boolean => Number(open) > 0 && Number(closed) === 0;

/** Findings of which the words depend on what is known of them. */
const VARIANTS: Partial<Record<FindingCode, readonly Variant[]>> = {
  // A process without name and number has to be found first, as where none was seen.
  process: [[({ process, pid }) => process === undefined && pid === undefined, 'in-use']],
  'carrier-nat': [[passes, 'carrier-nat-passed']],
  'double-nat': [[passes, 'double-nat-passed']],
  // UDP, on its way out; of TCP it is on the way in.
  rejected: [[({ by }) => by !== undefined, 'rejected-outward']],
  'server-unreachable': [[({ by }) => by !== undefined, 'server-turned-back']],
  // In a sample the edge lies somewhere between two ports that were asked.
  'range-ends-early': [
    [({ lastOpen, firstClosed }) => Number(firstClosed) - Number(lastOpen) > 1, 'range-ends-between'],
  ],
  'range-starts-late': [
    [({ lastClosed, firstOpen }) => Number(firstOpen) - Number(lastClosed) > 1, 'range-starts-between'],
  ],
  'server-malformed': [
    [({ detail }) => detail === 'same-address', 'server-names-itself'],
    [({ detail }) => detail === 'not-public', 'server-names-private'],
    [({ detail }) => detail === 'maps-elsewhere', 'server-maps-elsewhere'],
  ],
  'server-throttling': [[({ detail }) => detail === 'asked-more-slowly', 'server-throttling-slowed']],
  // To ask for UDP more slowly helps; of calls there are so many an hour.
  'throttled-by-server': [[(_, ports) => ports.every((port) => port.startsWith('tcp/')), 'not-called']],
  'scan-protection': [
    [({ forgotAfter }) => forgotAfter !== undefined, 'scan-protection-again'],
    [({ longerThan }) => longerThan !== undefined, 'scan-protection-lasting'],
  ],
};

/** Texts that are no code of their own. */
export const VARIANT_KEYS: readonly string[] = Object.values(VARIANTS).flatMap((variants) =>
  variants.map(([, key]) => key),
);

/** Those that belong to a code, and are none themselves. */
export const variantKeysOf = (code: FindingCode): readonly string[] =>
  (VARIANTS[code] ?? []).map(([, key]) => key).filter((key) => !isCode(key));

const isCode = (key: string): boolean => FINDING_CODES.some((code) => code === key);

function keyOf({ code, facts, ports }: Finding): string {
  const [, key = code] = VARIANTS[code]?.find(([applies]) => applies(facts, ports)) ?? [];
  return key;
}

function variablesOf(ports: readonly string[], facts: Facts, language: Language): Facts {
  const amounts = AMOUNTS.flatMap((name) => amountOf(name, facts[name], language));
  return {
    ...facts,
    ...Object.fromEntries(amounts),
    n: ADVICE.amount(language, Number(facts['count'] ?? 0)),
    ports: shorten(ports, language),
    context: kindOf(ports),
    ...transportOf(ports),
    pbx: lanAddress(facts['bindAddress']) ?? ADVICE.one(language, 'common.lanAddress'),
    sources: facts['sources'] ?? ADVICE.one(language, 'common.testServer'),
    serverAt: serverAt(facts),
    icmpOf: `${familyOf(String(facts['by'])) === 'ipv6' ? 'ICMPv6' : 'ICMP'} ${facts['icmp']}`,
    host: facts['host'] ?? facts['server'] ?? '…',
    holder: holderOf(facts, language),
  };
}

const amountOf = (name: string, value: string | number | undefined, language: Language): [string, string][] =>
  typeof value === 'number' ? [[name, ADVICE.amount(language, value)]] : [];

function shorten(labels: readonly string[], language: Language): string {
  const ranges = labels.map((label) => label.replace(/^\w+\//, ''));
  const more = ranges.length - MOST_RANGES;
  const ports = ranges.slice(0, MOST_RANGES).join(', ');
  return more > 0
    ? ADVICE.one(language, 'common.moreRanges', { ports, count: more, n: ADVICE.amount(language, more) })
    : ports;
}

const isTcp = ([first]: readonly string[]): boolean => first?.startsWith('tcp/') ?? false;

/** All ports of a finding are of one protocol. */
const transportOf = (labels: readonly string[]): Facts =>
  isTcp(labels)
    ? { transport: 'TCP', protocol: 'tcp', ss: 'ss -ltnp' }
    : { transport: 'UDP', protocol: 'udp', ss: 'ss -ulpn' };

/** What a closed port does to calls depends on what it is for. */
function kindOf(labels: readonly string[]): 'signalling' | 'media' | 'mixed' | 'tcp' {
  if (isTcp(labels)) return 'tcp';
  const ends = labels.flatMap((label) => label.replace(/^udp\//, '').split('-'));
  const signalling = ends.filter((port) => isSignalling(Number(port))).length;
  if (signalling === 0) return 'media';
  return signalling === ends.length ? 'signalling' : 'mixed';
}

/** A socket bound to every address names none. */
const lanAddress = (bound: string | number | undefined): string | number | undefined =>
  bound === '' || (typeof bound === 'string' && isAnyAddress(bound)) ? undefined : bound;

function serverAt({ server, address }: Facts): string {
  if (server === undefined) return String(address ?? '…');
  if (address === undefined || address === server) return String(server);
  const isAddress = [`${server}:`, `[${server}]:`].some((start) => String(address).startsWith(start));
  return isAddress ? String(address) : `${server} (${address})`;
}

function holderOf({ process, pid, unit }: Facts, language: Language): string {
  if (process === undefined && pid === undefined) return '…';
  if (process === undefined) return ADVICE.one(language, 'common.process', { pid });
  const known = [pid === undefined ? '' : ADVICE.one(language, 'common.process', { pid }), unit ?? ''];
  const more = known.filter((part) => part !== '').join(', ');
  return more === '' ? String(process) : `${process} (${more})`;
}
