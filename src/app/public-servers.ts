import { asRecord, textToValue } from '../base/index.ts';
import { shuffle } from '../plan/index.ts';
import type { System } from '../system/index.ts';
import { drawing } from './draw.ts';
import builtIn from './public-servers.json' with { type: 'json' };

/** Strangers' servers, for those who name none. */
export interface DrawnServers {
  /** Of the list: when they were last seen to name a second address. */
  readonly date: string;
  /** As on the command line. */
  readonly names: readonly string[];
}

/** As in `public-servers.json`, which a user can replace by a file of his own. */
export interface ServerList {
  readonly date: string;
  readonly servers: readonly string[];
}

export const PUBLIC_SERVERS: ServerList = builtIn;

/** null: it is not such a list, or an empty one. */
export function parseServerList(text: string): ServerList | null {
  const { date, servers } = asRecord(textToValue(text));
  const isList = Array.isArray(servers) && servers.length > 0 && servers.every((name) => typeof name === 'string');
  return isList && typeof date === 'string' ? { date, servers } : null;
}

/** One of them may be gone, and one may be tired of us. */
const DRAWN = 3;

/** Others for every run, so that no server bears them all. */
export function drawServers({ date, servers }: ServerList, random: System['random']): DrawnServers {
  const order = shuffle([...servers.keys()], drawing(random));
  return { date, names: order.slice(0, DRAWN).flatMap((index) => servers[index] ?? []) };
}

/** How many ports they are asked for. */
export const PUBLIC_SAMPLE = { usual: 100, most: 280 } as const;
