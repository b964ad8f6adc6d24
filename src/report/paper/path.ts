import { isAnyAddress } from '../../base/index.ts';
import { clean } from '../clean.ts';
import type { Report } from '../contract.ts';
import { TONE_OF_RESULT, type Tone } from './tone.ts';
import type { Words } from './words.ts';

/** How far packets get, in each direction. */
export interface PathPicture {
  readonly outward: Leg;
  readonly inward: Leg;
  /** Of the phone system, the router's public side, the server, and its second address; empty: not known. */
  readonly addresses: readonly [pbx: string, router: string, server: string, second: string];
}

export interface Leg {
  readonly tone: Tone;
  readonly text: string;
  /** Where it ends; null: it arrives, or nobody knows. */
  readonly stopsAt: Stop | null;
}

export type Stop = 'router' | 'pbx' | 'beyond' | 'server';

/** Findings that say where it is; all others leave it at the router, or before it. */
const STOPS: Readonly<Record<string, Stop>> = {
  'host-firewall': 'pbx',
  'carrier-nat': 'beyond',
  'double-nat': 'beyond',
};

export function pathOf(report: Report, words: Words): PathPicture {
  const lead = report.servers.find(({ state }) => state === 'ok' || state === 'throttling') ?? report.servers[0];
  const isAsked = report.servers.some(({ state }) => state === 'ok' || state === 'basic' || state === 'throttling');
  const unasked: Leg = { tone: 'warn', text: words.say('path.stops.server'), stopsAt: 'server' };
  return {
    outward: isAsked || report.ports.some(({ mapped }) => mapped !== null) ? outward(report, words) : unasked,
    inward: isAsked || report.ports.some(({ result }) => result === 'open') ? inward(report, words) : unasked,
    addresses: [
      clean(report.bindAddress === undefined || isAnyAddress(report.bindAddress) ? '' : report.bindAddress),
      clean(report.publicAddresses[0] ?? ''),
      clean(lead?.address ?? ''),
      clean(lead?.otherAddress?.replace(/:\d+$/, '') ?? ''),
    ],
  };
}

function outward({ ports }: Report, words: Words): Leg {
  const seen = ports.filter(({ mapped }) => mapped !== null);
  if (seen.length === 0) return { tone: 'idle', text: words.say('path.notKnown'), stopsAt: null };
  const isKept = seen.every(({ mapped, port }) => mapped?.endsWith(`:${port}`));
  return { tone: isKept ? 'ok' : 'bad', text: words.say(isKept ? 'path.passes' : 'path.rewritten'), stopsAt: null };
}

/** Of translated ports it says nothing: what comes for them may well get in. */
function inward({ ports, findings }: Report, words: Words): Leg {
  const open = ports.filter(({ result }) => result === 'open').length;
  const shut = ports.filter(({ result }) => TONE_OF_RESULT[result] === 'bad' && result !== 'translated').length;
  const asked = open + shut;
  if (asked === 0) return { tone: 'idle', text: words.say('path.notKnown'), stopsAt: null };
  const isWarm = findings.some(({ code }) => code === 'cold-not-asked');
  if (shut === 0) return { tone: 'ok', text: words.say(isWarm ? 'path.warm' : 'path.arrives'), stopsAt: null };
  const told = findings.flatMap(({ code }) => STOPS[code] ?? []);
  const stopsAt = told[0] ?? 'router';
  const some = words.say('path.some', { open: words.amount(open), n: words.amount(asked) });
  return { tone: 'bad', text: `${some}; ${words.say(`path.stops.${stopsAt}`)}`, stopsAt };
}
