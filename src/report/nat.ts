import type { Language } from '../advice/index.ts';
import { type Family, formatEndpoint } from '../base/index.ts';
import type {
  AddressNote,
  Fragments,
  Hairpin,
  Lifetime,
  NatBehaviour,
  PathQuality,
  RouterVerdict,
  ServerState,
  ServerVerdict,
} from '../verdict/index.ts';
import { toRouter } from './build.ts';
import { clean } from './clean.ts';
import type { ReportRouter } from './contract.ts';
import { type OptInReport, optInRows } from './nat-opt-in.ts';
import { type Page, pageOf, type TextOptions } from './page.ts';
import type { Phrases } from './phrases.ts';
import { wrap } from './wrap.ts';

/** What `fullcone nat --json` prints. May gain fields; loses and renames none. */
export interface NatReport extends OptInReport {
  readonly schema: 'fullcone.nat/1';
  readonly version: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly cancelled: boolean;
  /** In which everything was asked. */
  readonly family: Family;
  readonly localAddress: string;
  readonly publicAddress: string | null;
  /** What these two addresses alone say of further NATs; null: nothing. */
  readonly addressNote: AddressNote | null;
  /** What the router says of itself. null: it was not asked. */
  readonly router: ReportRouter | null;
  /** RFC 4787 section 4.1; `none`: no translation. null: not found out. */
  readonly mapping: NatBehaviour['mapping'];
  /** RFC 4787 section 4.2.1. */
  readonly preservesPort: boolean | null;
  /** RFC 4787 section 5. */
  readonly filtering: NatBehaviour['filtering'];
  readonly path: {
    readonly sent: number;
    readonly returned: number;
    /** Median. */
    readonly roundTripMs: number | null;
    /** RFC 3550 section 6.4.1. */
    readonly jitterMs: number | null;
  };
  /** null: no name could be resolved. */
  readonly server: {
    readonly name: string;
    readonly address: string | null;
    readonly port: number;
    readonly state: string;
    /** `no-family`: this machine has no address of that family. null: nothing to add. */
    readonly detail: string | null;
  } | null;
}

export interface NatFindings {
  readonly version: string;
  readonly startedAt: Date;
  readonly family: Family;
  readonly localAddress: string;
  readonly server: ServerVerdict | null;
  readonly behaviour: NatBehaviour;
  readonly path: PathQuality;
  readonly addressNote: AddressNote | null;
  readonly router: RouterVerdict | null;
  readonly hairpin: Hairpin | null;
  readonly fragments: Fragments | null;
  readonly lifetime: (Lifetime & { readonly longestWait: number }) | null;
  readonly cancelled: boolean;
}

export const buildNatReport = ({
  version,
  startedAt,
  family,
  localAddress,
  server,
  behaviour,
  path,
  addressNote,
  router,
  hairpin,
  fragments,
  lifetime,
  cancelled,
}: NatFindings): NatReport => ({
  schema: 'fullcone.nat/1',
  version,
  startedAt: startedAt.toISOString(),
  cancelled,
  family,
  localAddress,
  publicAddress: behaviour.publicAddress,
  addressNote,
  router: router && toRouter(router),
  mapping: behaviour.mapping,
  preservesPort: behaviour.preservesPort,
  filtering: behaviour.filtering,
  path: {
    sent: path.sent,
    returned: path.returned,
    roundTripMs: rounded(path.roundTrip),
    jitterMs: rounded(path.jitter),
  },
  hairpin,
  fragments,
  lifetime: lifetime && {
    atLeastSeconds: lifetime.atLeast,
    atMostSeconds: lifetime.atMost,
    longestWaitSeconds: lifetime.longestWait,
    reason: lifetime.reason,
  },
  server: server && {
    name: server.name,
    address: server.address,
    port: server.port,
    state: server.state,
    detail: server.detail,
  },
});

const rounded = (value: number | null): number | null => (value === null ? null : Math.round(value * 10) / 10);

/** A line for each behaviour, and what it means for a phone system; ends with a newline. */
export function renderNat(report: NatReport, language: Language, options: TextOptions): string {
  const page = pageOf(language, options);
  const lines = report.publicAddress === null ? nothingKnown(report, page) : behaviour(report, page);
  return `${lines.join('\n')}\n`;
}

function nothingKnown({ server, cancelled, family }: NatReport, page: Page): string[] {
  const key = cancelled ? 'cancelled' : whyNothing(server);
  const at = server?.address ? formatEndpoint({ address: server.address, port: server.port }) : '';
  const facts = { server: clean(at || (server?.name ?? '')), family: FAMILIES[family] };
  return wrap(page.phrases.say(`nat.${key}`, facts), page.width);
}

const FAMILIES: Readonly<Record<Family, string>> = { ipv4: 'IPv4', ipv6: 'IPv6' };

/** Server states of which there is more to say than that such a server cannot tell. */
const TOLD: ReadonlySet<string> = new Set<ServerState>(['unreachable', 'malformed', 'throttling']);

function whyNothing(server: NatReport['server']): string {
  if (server === null) return 'noServer';
  if (server.detail === 'no-family') return 'noFamily';
  return `notAsked.${TOLD.has(server.state) ? server.state : 'other'}`;
}

function behaviour(report: NatReport, page: Page): string[] {
  const { phrases, width } = page;
  const { mapping, filtering, preservesPort, path } = report;
  const rows: readonly (readonly [string, string])[] = [
    ['address', addressLine(report, page)],
    ...(report.router ? [['router', routerLine(report.router, phrases)] as const] : []),
    ['mapping', phrases.say(`nat.mapping.${mapping ?? 'unknown'}`)],
    ['ports', phrases.say(`nat.ports.${preservesPort ? 'preserved' : 'rewritten'}`)],
    ['filtering', phrases.say(`nat.filtering.${filtering ?? 'unknown'}`)],
    ['path', pathLine(path, page)],
    ...optInRows(report, phrases),
  ];
  const names = rows.map(([name]) => phrases.say(`nat.name.${name}`));
  const widest = names.reduce((most, name) => Math.max(most, name.length), 0);
  return rows.flatMap(([, text], index) => wrap(text, width, `${(names[index] ?? '').padEnd(widest)}  `));
}

function addressLine({ localAddress, publicAddress, addressNote }: NatReport, { phrases }: Page): string {
  const line = phrases.say('nat.addresses', { local: localAddress, seen: publicAddress ?? '' });
  return addressNote === null ? line : `${line} ${phrases.say(`nat.note.${addressNote}`)}`;
}

const PROTOCOLS = { 'nat-pmp': 'NAT-PMP', pcp: 'PCP', upnp: 'UPnP' } as const;

export function routerLine({ nats, reason, gateway, wanAddress, by }: ReportRouter, phrases: Phrases): string {
  const facts = { gateway: clean(gateway ?? ''), wan: clean(wanAddress ?? ''), by: by ? PROTOCOLS[by] : '' };
  return phrases.say(`nat.router.${nats ?? reason ?? 'silent'}`, facts);
}

function pathLine({ sent, returned, roundTripMs, jitterMs }: NatReport['path'], { phrases }: Page): string {
  const percent = sent === 0 ? 0 : Math.round((1 - returned / sent) * 1000) / 10;
  if (roundTripMs === null) return phrases.say('nat.path.unknown');
  return phrases.say('nat.path.known', { roundTrip: roundTripMs, jitter: jitterMs ?? 0, percent, sent });
}
