import type { FindingCode } from './catalogue.ts';

/** Where a finding is mended. */
export type Place = 'router' | 'pbx' | 'provider' | 'server' | 'line' | 'check' | 'nowhere';

/** What it has to be looked for under in a router's menus. */
export type Menu = 'forward' | 'pinhole' | 'keepPort' | 'outbound' | 'scan';

interface Repair {
  readonly place: Place;
  readonly menus: readonly Menu[];
}

const inRouter = (...menus: Menu[]): Repair => ({ place: 'router', menus });
const at = (place: Exclude<Place, 'router'>): Repair => ({ place, menus: [] });

export const REPAIRS: Readonly<Record<FindingCode, Repair>> = {
  'service-not-started': at('pbx'),
  'service-not-held': at('pbx'),
  'service-not-stopped': at('pbx'),
  'services-unguarded': at('check'),

  'server-unresolvable': at('server'),
  'server-unreachable': at('server'),
  'server-no-route': at('pbx'),
  'host-without-family': at('pbx'),
  'server-other-family': at('server'),
  'server-malformed': at('server'),
  'no-second-address': at('server'),
  'server-ignores-change-request': at('server'),
  'server-throttling': at('server'),
  'server-inside': at('server'),

  'carrier-nat': at('provider'),
  'double-nat': inRouter('forward'),

  'random-source-ports': inRouter('keepPort', 'forward'),
  'nothing-forwarded': inRouter('forward', 'pinhole'),
  'media-range-missing': inRouter('forward', 'pinhole'),
  'range-ends-early': inRouter('forward', 'pinhole'),
  'range-starts-late': inRouter('forward', 'pinhole'),

  'outbound-blocked': inRouter('outbound'),
  symmetric: inRouter('keepPort', 'forward'),
  'source-port-rewritten': inRouter('keepPort'),
  'mapped-elsewhere': inRouter('keepPort', 'forward'),
  shifted: inRouter('forward'),
  'not-forwarded': inRouter('forward', 'pinhole'),
  rejected: inRouter('forward', 'outbound'),
  'host-firewall': at('pbx'),
  'own-service-on-router': inRouter('forward'),
  'address-restricted': inRouter('forward', 'pinhole'),
  'works-by-accident': inRouter('forward', 'pinhole'),

  'no-answer': inRouter('outbound', 'forward'),
  translated: inRouter('keepPort', 'forward'),
  closed: inRouter('forward', 'pinhole'),

  'payload-dropped': inRouter(),
  'passed-on': at('check'),
  cancelled: at('check'),
  process: at('check'),
  'in-use': at('check'),
  permission: at('check'),
  malformed: at('line'),
  'scan-protection': inRouter('scan'),
  'server-silent': at('server'),
  'throttled-by-server': at('server'),
  'different-public-address': inRouter('forward'),
  'wrong-family': at('server'),
  loss: at('line'),
  'accident-possible': at('server'),
  'not-taken': at('pbx'),
  'no-call-back': at('server'),
  'not-called-inside': at('server'),
  untested: at('check'),

  'unexpected-public-address': at('pbx'),
  'other-public-address': inRouter(),
  'router-without-address': inRouter('forward'),
  'taken-by-neighbour': at('pbx'),
  contradicted: inRouter('forward'),

  'certificate-expired': at('pbx'),
  'certificate-not-yet-valid': at('pbx'),
  'certificate-wrong-name': at('pbx'),
  'certificate-self-signed': at('pbx'),
  'certificate-chain-incomplete': at('pbx'),
  'certificate-untrusted': at('pbx'),
  'certificate-weak': at('pbx'),
  'certificate-expires-soon': at('pbx'),

  'certificate-unreadable': at('pbx'),
  'cold-not-asked': at('server'),
  sampled: at('check'),
  confirmed: at('nowhere'),
  'taken-over': at('nowhere'),
  'paused-by-router': inRouter('scan'),
  'paused-by-outbound': inRouter('scan'),
  'paused-by-server': at('server'),
  'answers-repeated': at('nowhere'),
  'tcp-left-out': at('server'),
  trial: at('check'),
  'not-waited': at('check'),
  'prefix-translated': at('pbx'),
};
