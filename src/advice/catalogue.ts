import type { Cause, CertificateFault, PortResult, ServerState } from '../verdict/index.ts';

/** error: proven to be wrong, or nothing could be asked; warning: not known, or not perfect; info: good to know. */
export type Severity = 'error' | 'warning' | 'info';

/** Every finding there is, in the order of urgency. */
export const CATALOGUE = {
  // Somebody's telephones are silent: nothing is more urgent.
  'service-not-started': 'error',
  'service-not-held': 'error',
  'service-not-stopped': 'error',
  'services-unguarded': 'error',

  // No server, no check.
  'server-unresolvable': 'error',
  'server-unreachable': 'error',
  'server-no-route': 'error',
  'host-without-family': 'error',
  'server-other-family': 'error',
  'server-malformed': 'error',
  'no-second-address': 'error',
  'server-ignores-change-request': 'error',
  'server-throttling': 'error',
  'server-inside': 'error',

  // Beyond the router: no rule of it helps. Less urgent where anything gets in all the same.
  'carrier-nat': 'error',
  'double-nat': 'error',

  // Patterns: one cause behind many ports.
  'random-source-ports': 'error',
  'nothing-forwarded': 'error',
  'media-range-missing': 'error',
  'range-ends-early': 'error',
  'range-starts-late': 'error',

  // Causes that are the router's.
  'outbound-blocked': 'error',
  symmetric: 'error',
  'source-port-rewritten': 'error',
  'mapped-elsewhere': 'error',
  shifted: 'error',
  'not-forwarded': 'error',
  rejected: 'error',
  'host-firewall': 'error',
  'own-service-on-router': 'error',
  'address-restricted': 'error',
  'works-by-accident': 'error',

  // Results of which no more is known.
  'no-answer': 'error',
  translated: 'error',
  closed: 'error',

  // Reasons not to know.
  cancelled: 'warning',
  process: 'warning',
  'in-use': 'warning',
  permission: 'warning',
  malformed: 'warning',
  'payload-dropped': 'warning',
  'scan-protection': 'warning',
  'server-silent': 'warning',
  'throttled-by-server': 'warning',
  'different-public-address': 'warning',
  'wrong-family': 'warning',
  loss: 'warning',
  'accident-possible': 'warning',
  'passed-on': 'warning',
  'not-taken': 'warning',
  'not-called-inside': 'warning',
  'no-call-back': 'warning',
  untested: 'warning',

  'unexpected-public-address': 'warning',
  'other-public-address': 'warning',
  'router-without-address': 'warning',
  'taken-by-neighbour': 'warning',
  contradicted: 'warning',

  // Certificates explain no result; they come after what does.
  'certificate-expired': 'warning',
  'certificate-not-yet-valid': 'warning',
  'certificate-wrong-name': 'warning',
  'certificate-self-signed': 'warning',
  'certificate-chain-incomplete': 'warning',
  'certificate-untrusted': 'warning',
  'certificate-weak': 'warning',
  'certificate-expires-soon': 'warning',

  'certificate-unreadable': 'info',
  'cold-not-asked': 'info',
  sampled: 'info',
  confirmed: 'info',
  'taken-over': 'info',
  'paused-by-router': 'info',
  'paused-by-outbound': 'info',
  'paused-by-server': 'info',
  'tcp-left-out': 'info',
  trial: 'info',
  'not-waited': 'info',
  'answers-repeated': 'info',
  'prefix-translated': 'info',
} as const satisfies Readonly<Record<string, Severity>>;

export type FindingCode = keyof typeof CATALOGUE;

export const FINDING_CODES = Object.keys(CATALOGUE) as readonly FindingCode[];

/** A cause is the code of its finding; the compiler rejects a cause that the catalogue lacks. */
export const codeOfCause = (cause: Cause): FindingCode => cause;

/** The same for results of which the cause is not known. */
export const codeOfResult = (result: Exclude<PortResult, 'open'>): FindingCode => result;

export const codeOfFault = (fault: CertificateFault): FindingCode => `certificate-${fault}`;

export const CODE_OF_SERVER = {
  ok: null,
  basic: 'server-ignores-change-request',
  unresolvable: 'server-unresolvable',
  unreachable: 'server-unreachable',
  'no-second-address': 'no-second-address',
  malformed: 'server-malformed',
  throttling: 'server-throttling',
} as const satisfies Readonly<Record<ServerState, FindingCode | null>>;

export const urgencyOf = (code: FindingCode): number => FINDING_CODES.indexOf(code);

/** Whether it explains why ports are not open, or not known to be. */
export const explains = (code: FindingCode): boolean => !code.startsWith('certificate-');

/** Whether it stands where it does for what it is, however few ports it explains. */
export const isFundamental = (code: FindingCode): boolean => urgencyOf(code) <= urgencyOf('range-starts-late');
