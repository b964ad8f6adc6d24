import { ANY_ROUTER } from './any.ts';
import { BSD } from './bsd.ts';
import { BY_COMMANDS } from './by-commands.ts';
import { FIREWALLS } from './firewalls.ts';
import { LINUX } from './linux.ts';
import { SMALL } from './small.ts';
import type { Router } from './types.ts';

/** Every product that is known, by its name. */
export const ROUTERS: readonly Router[] = [...LINUX, ...BSD, ...FIREWALLS, ...BY_COMMANDS, ...SMALL].sort((a, b) =>
  a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1,
);

/** null: it is not known. */
export const findRouter = (id: string): Router | null =>
  [ANY_ROUTER, ...ROUTERS].find((router) => router.id === id.trim().toLowerCase()) ?? null;

/** What a router says of itself, as it says it. */
export interface RouterSays {
  /** Of its UPnP description: manufacturer, modelName, modelDescription, friendlyName. */
  readonly device: readonly string[];
  /** Of its web page: the Server field, the title. */
  readonly page: readonly string[];
}

/**
 * Who that is. A description counts before a web page, and of two products that fit the one that more of the words are
 * about: a UniFi gateway is Ubiquiti's, too. null: it is none of those that are known, or it may be two.
 */
export function recognise({ device, page }: RouterSays): Router | null {
  return oneOf(device.join('\n')) ?? oneOf(page.join('\n'));
}

function oneOf(text: string): Router | null {
  const found = ROUTERS.map((router) => ({ router, words: matchesOf(router, text) })).filter(({ words }) => words > 0);
  const most = Math.max(...found.map(({ words }) => words));
  const [first, ...others] = found.filter(({ words }) => words === most);
  return first && others.length === 0 ? first.router : null;
}

const matchesOf = ({ says }: Router, text: string): number =>
  says ? [...text.matchAll(new RegExp(says.source, 'gi'))].length : 0;
