import {
  asList,
  asRecord,
  formatRanges,
  isIpv4,
  joinRanges,
  type Milliseconds,
  type PortRange,
  type Protocol,
  parsePorts,
  portsOf,
  textToValue,
  toRanges,
} from '../base/index.ts';
import { type Mapping, NONCE_BYTES, type RouterProtocol, type RouterTarget } from '../router/index.ts';
import type { System } from '../system/index.ts';

/**
 * What this machine has asked a router for, by one protocol: only that is deleted or renewed. It is written before the
 * first request, so that what a killed run has left can be taken back (docs/decisions/0016).
 */
export interface MapNote {
  readonly by: RouterProtocol;
  /** In hexadecimal: by it a PCP server knows us. */
  readonly nonce: string;
  readonly udp: readonly PortRange[];
  readonly tcp: readonly PortRange[];
  /** Time of day at which all of them are over; null: they last until they are deleted. */
  readonly until: Milliseconds | null;
  readonly epoch: Epoch | null;
}

/** What a router said of how long it remembers, and the time of day at which it did. */
export interface Epoch {
  readonly seconds: number;
  readonly at: Milliseconds;
}

const FILE = 'mappings.json';
/** Routers, addresses and protocols that one machine meets. */
const MOST_NOTES = 50;

export interface MapNotes {
  /** Those of the router that is meant, without those that are over. */
  readonly all: readonly MapNote[];
  of(by: RouterProtocol): MapNote;
  /** In the place of what there is of that protocol. false: it could not be written. */
  write(note: MapNote): Promise<boolean>;
}

export async function mapNotesOf(
  { gateway, local }: RouterTarget,
  { files, clock, random }: Pick<System, 'files' | 'clock' | 'random'>,
): Promise<MapNotes> {
  const read = async () => parse(await files.readState(FILE));
  const isOfRouter = (note: Written) => note.gateway === gateway && note.local === local;
  const now = clock.date().getTime();
  let all: readonly MapNote[] = (await read()).filter(isOfRouter).map((note) => withoutOver(note, now));
  return {
    get all() {
      return all;
    },
    of: (by) => all.find((note) => note.by === by) ?? { ...EMPTY, by, nonce: toHex(random(NONCE_BYTES)) },
    async write(note) {
      all = [...all.filter(({ by }) => by !== note.by), note];
      const others = (await read()).filter((other) => !isOfRouter(other) || other.by !== note.by);
      const written = [...others.slice(1 - MOST_NOTES), { ...note, gateway, local }];
      return files.writeState(FILE, JSON.stringify(written.map(toText)));
    },
  };
}

const EMPTY = { udp: [], tcp: [], until: null, epoch: null } as const;

/** The nonce stays: it is the same for all that is asked of one server (RFC 6887 section 11.2). */
const withoutOver = ({ by, nonce, udp, tcp, until, epoch }: MapNote, now: Milliseconds): MapNote =>
  until !== null && until <= now ? { ...EMPTY, by, nonce, epoch } : { by, nonce, udp, tcp, until, epoch };

export const hasPorts = ({ udp, tcp }: Pick<MapNote, 'udp' | 'tcp'>): boolean => udp.length + tcp.length > 0;

export const mappingsOf = ({ udp, tcp }: Pick<MapNote, 'udp' | 'tcp'>): Mapping[] => [
  ...portsOf(udp).map((port) => ({ protocol: 'udp', port }) as const),
  ...portsOf(tcp).map((port) => ({ protocol: 'tcp', port }) as const),
];

export const rangesOf = (mappings: readonly Mapping[], wanted: Protocol): PortRange[] =>
  toRanges(mappings.flatMap(({ protocol, port }) => (protocol === wanted ? [port] : [])));

export const bytesOf = (hex: string): Uint8Array =>
  Uint8Array.from({ length: hex.length / 2 }, (_, index) => Number.parseInt(hex.slice(2 * index, 2 * index + 2), 16));

const toHex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/**
 * Whether the router has lost what it had between two answers: its time does not go on as ours does (RFC 6887 section
 * 8.5; RFC 6886 section 3.6). Only a hint: our own clock may have been set.
 */
export function hasRestarted(before: Epoch, now: Epoch): boolean {
  if (now.seconds + 1 < before.seconds) return true;
  const ours = (now.at - before.at) / 1_000;
  const theirs = now.seconds - before.seconds;
  return ours + 2 < theirs - theirs / 16 || theirs + 2 < ours - ours / 16;
}

interface Written extends MapNote {
  readonly gateway: string;
  readonly local: string;
}

const toText = ({ udp, tcp, ...note }: Written) => ({ ...note, udp: formatRanges(udp), tcp: formatRanges(tcp) });

/** A file of ours, but anybody may have written to it. */
const parse = (text: string | null): Written[] =>
  asList(textToValue(text ?? '[]'))
    .slice(-MOST_NOTES)
    .flatMap(readNote);

const NONCE = new RegExp(`^[0-9a-f]{${2 * NONCE_BYTES}}$`);

function readNote(value: unknown): Written[] {
  const { gateway, local, by, nonce, udp, tcp, until, epoch } = asRecord(value);
  const protocol = (['pcp', 'nat-pmp', 'upnp'] as const).find((known) => known === by);
  if (protocol === undefined || typeof nonce !== 'string' || !NONCE.test(nonce)) return [];
  if (![gateway, local].every((address) => typeof address === 'string' && isIpv4(address))) return [];
  return [
    {
      ...{ gateway: String(gateway), local: String(local), by: protocol, nonce },
      udp: readRanges(udp),
      tcp: readRanges(tcp),
      until: typeof until === 'number' ? until : null,
      epoch: readEpoch(epoch),
    },
  ];
}

function readEpoch(value: unknown): Epoch | null {
  const { seconds, at } = asRecord(value);
  return typeof seconds === 'number' && typeof at === 'number' ? { seconds, at } : null;
}

function readRanges(value: unknown): readonly PortRange[] {
  const ranges = parsePorts(typeof value === 'string' ? value : '');
  return ranges.kind === 'ok' ? joinRanges(ranges.value) : [];
}
