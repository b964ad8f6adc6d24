import { asRecord } from '../../base/index.ts';
import { defaultsOf } from '../config/defaults.ts';
import type { ConfigWarning, FoundPort, FoundProduct, Origin } from '../config/types.ts';
import { THREE_CX } from '../profiles/three-cx.ts';
import type { ProfilePort } from '../types.ts';

/** What its API tells of a port of the profile, by purpose: a key, or those of the first and the last of a range. */
const KEYS: Readonly<Partial<Record<ProfilePort['purpose'], readonly [first: string, last: string]>>> = {
  sip: ['SipPort', 'SipPort'],
  sips: ['SipsPort', 'SipsPort'],
  // Spelt like this by its maker.
  tunnel: ['TunnnelPort', 'TunnnelPort'],
  // Voice of phones and trunks, and behind it that of browsers.
  rtp: ['FirstExternalPort', 'WebrtcLastPort'],
  web: ['HttpsPort', 'HttpsPort'],
};

/**
 * A 3CX as its API describes it (`Pbx.SystemParameters` of https://github.com/3cx/xapi-tutorial, swagger.yaml): `answer`
 * is what came from there, and may be anything. `here`: the same as its files on this machine show it, for what the answer
 * leaves out; null: it is not on this machine.
 */
export function withParameters(here: FoundProduct | null, answer: unknown, url: string): FoundProduct {
  const values = asRecord(answer);
  const ports: FoundPort[] = [];
  const warnings: ConfigWarning[] = [];
  for (const [purpose, keys] of Object.entries(KEYS)) {
    const [from, to] = keys.map((key) => portOf(values[key]));
    const usual = THREE_CX.ports.filter((port) => port.purpose === purpose);
    if (from && to && from <= to) {
      const origin: Origin = { kind: 'api', url, key: [...new Set(keys)].join(', ') };
      ports.push(...stated(usual, { from, to, origin }));
    } else {
      const what = keys.find((key) => portOf(values[key]) === null) ?? keys[1];
      warnings.push({ code: 'value', file: url, line: null, what });
      ports.push(...elsewhere(here).filter((port) => port.purpose === purpose));
    }
  }
  return { profile: THREE_CX, processes: here?.processes ?? [], ports, warnings };
}

/** A 3CX of which the API did not tell anything; `what`: why, in a word. */
export function withoutParameters(here: FoundProduct | null, url: string, what: string): FoundProduct {
  const warning: ConfigWarning = { code: 'api', file: url, line: null, what };
  const known = (here?.warnings ?? []).filter(({ code }) => code !== 'in-database');
  return {
    profile: THREE_CX,
    processes: here?.processes ?? [],
    ports: elsewhere(here),
    warnings: [...known, warning],
  };
}

const elsewhere = (here: FoundProduct | null): readonly FoundPort[] =>
  here?.ports ?? defaultsOf(THREE_CX, [...new Set(THREE_CX.ports.map(({ purpose }) => purpose))]);

/** One for each protocol: of two usual numbers of which one is meant, this is it. */
function stated(usual: readonly ProfilePort[], where: Pick<FoundPort, 'from' | 'to' | 'origin'>): FoundPort[] {
  const once = usual.filter(({ protocol }, index) => usual.findIndex((one) => one.protocol === protocol) === index);
  return once.map(({ protocol, purpose, optional }) => ({ protocol, purpose, optional, address: null, ...where }));
}

const portOf = (value: unknown): number | null =>
  typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 65_535 ? value : null;
