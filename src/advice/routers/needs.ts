import { joinRanges, type PortRange, parsePorts } from '../../base/index.ts';
import type { FindingCode } from '../catalogue.ts';
import type { Finding } from '../types.ts';
import { NEEDS, type Need } from './types.ts';

const IN: readonly Need[] = ['forward', 'flush'];
const OUT: readonly Need[] = ['let-out', 'flush'];
const SAME_PORT: readonly Need[] = ['keep-source-port', 'flush'];
const BOTH: readonly Need[] = ['forward', 'keep-source-port', 'flush'];
const ALG: readonly Need[] = ['alg-off', 'flush'];

/** What a finding asks of the router. What is not here, no setting of a router mends. */
const NEEDS_OF: Partial<Readonly<Record<FindingCode, readonly Need[]>>> = {
  'nothing-forwarded': IN,
  'media-range-missing': IN,
  'range-ends-early': IN,
  'range-starts-late': IN,
  'not-forwarded': IN,
  rejected: IN,
  'own-service-on-router': IN,
  'address-restricted': IN,
  'works-by-accident': IN,
  shifted: IN,
  closed: IN,
  'random-source-ports': BOTH,
  symmetric: BOTH,
  'mapped-elsewhere': BOTH,
  translated: BOTH,
  // Inbound is right already.
  'source-port-rewritten': SAME_PORT,
  'outbound-blocked': OUT,
  'no-answer': ['forward', 'let-out', 'flush'],
  'scan-protection': ['scan-exemption'],
};

/** Whatever a SIP ALG is accused of. */
const isAboutAlg = (code: string): boolean => code.startsWith('sip-alg');

/** UDP that is turned back on its way out; of TCP, a refusal comes from outside. */
const isTurnedBack = ({ code, facts }: Finding): boolean => code === 'rejected' && facts['by'] !== undefined;

export function needsOf(finding: Finding): readonly Need[] {
  // Whether they are forwarded could not be seen.
  if (isTurnedBack(finding)) return ['forward', 'let-out', 'flush'];
  return isAboutAlg(finding.code) ? ALG : (NEEDS_OF[finding.code] ?? []);
}

/** What all of them ask, each once, in the order in which it is to be done. */
export function needsOfAll(findings: readonly Finding[]): readonly Need[] {
  const all = new Set(findings.flatMap(needsOf));
  return NEEDS.filter((need) => all.has(need));
}

/** By protocol, ascending. */
export interface Ports {
  readonly udp: readonly PortRange[];
  readonly tcp: readonly PortRange[];
}

/** Ports that a sample left out, and one that was asked, of which they have the result and the cause. */
export interface Unasked {
  readonly ports: readonly string[];
  /** `udp/9000`. */
  readonly like: string;
}

/** The ports of the findings that ask this; where they were asked as a sample, those between them that look alike, too. */
export function portsThatNeed(need: Need, findings: readonly Finding[], unasked: readonly Unasked[] = []): Ports {
  const asked = findings.filter((finding) => needsOf(finding).includes(need)).flatMap(({ ports }) => ports);
  const own = byProtocol(asked);
  const between = unasked.filter(({ like }) => isIn(own, like)).flatMap(({ ports }) => ports);
  return between.length > 0 ? byProtocol([...asked, ...between]) : own;
}

const byProtocol = (labels: readonly string[]): Ports => ({
  udp: rangesOf(labels, 'udp'),
  tcp: rangesOf(labels, 'tcp'),
});

const isIn = ({ udp, tcp }: Ports, label: string): boolean => {
  const port = Number(label.slice(4));
  return (label.startsWith('udp/') ? udp : tcp).some(({ from, to }) => from <= port && port <= to);
};

function rangesOf(labels: readonly string[], protocol: keyof Ports): readonly PortRange[] {
  const own = labels.filter((label) => label.startsWith(`${protocol}/`)).map((label) => label.slice(4));
  if (own.length === 0) return [];
  const parsed = parsePorts(own.join());
  return parsed.kind === 'ok' ? joinRanges(parsed.value) : [];
}
