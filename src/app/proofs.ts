import type { findFindings } from '../advice/index.ts';
import type { Observation } from '../engine/index.ts';
import { collectCallTries, collectExchanges, type Exchange } from '../evidence/index.ts';
import type { ProbePlan } from '../plan/index.ts';
import { proofOfCalls, proofOfPort, type ReportProof } from '../report/index.ts';
import { type CallLeg, isOpen, judgeLegs, type Leg, type PortVerdict, type RunVerdict } from '../verdict/index.ts';
import type { RunEvent } from './events.ts';

type Finding = ReturnType<typeof findFindings>[number];

/** Of so many ports of a finding the one is taken of which most is known. */
const LOOKED_AT = 24;

/** A report has seldom more than five findings; this bounds it. */
const MOST_PROOFS = 20;

export interface Shown {
  readonly run: RunVerdict;
  readonly played: readonly { readonly plan: ProbePlan; readonly observations: readonly Observation[] }[];
  /** What `played` showed, in the same order. */
  readonly legs: readonly Leg[];
  readonly calls: readonly CallLeg[];
  readonly events: readonly RunEvent[];
  readonly local: string;
}

/** For each finding the packets of one of its ports, as the server saw them whose word the result is. */
export function proofsOf(findings: readonly Finding[], shown: Shown): ReadonlyMap<Finding, ReportProof> {
  const proofs = new Map<Finding, ReportProof>();
  const find = finder(shown);
  const about = findings.filter(({ ports }) => ports.length > 0).slice(0, MOST_PROOFS);
  for (const finding of about) {
    const proof = find(finding.ports);
    if (proof) proofs.set(finding, proof);
  }
  return proofs;
}

/** The packets of that of these ports of which most is known; null: none of them was asked. */
export const proofOf = (labels: readonly string[], shown: Shown): ReportProof | null => finder(shown)(labels);

function finder(shown: Shown): (labels: readonly string[]) => ReportProof | null {
  const words = wordsOf(shown.legs);
  const verdicts = new Map(shown.run.ports.map((port) => [`${port.protocol}/${port.port}`, port]));
  return (labels) => {
    const all = firstPorts(labels).flatMap((label) => verdicts.get(label) ?? []);
    // Both have numbers of their own: what one was asked says nothing of the other.
    const ports = all.filter(({ protocol }) => protocol === all[0]?.protocol);
    return ports[0]?.protocol === 'tcp' ? ofTcp(ports, shown) : ofUdp(ports, words, shown);
  };
}

function firstPorts(labels: readonly string[]): string[] {
  const ports: string[] = [];
  for (const label of labels) {
    const [protocol = '', range = ''] = label.split('/');
    const [from = 0, to = from] = range.split('-').map(Number);
    for (let port = from; port <= to && ports.length < LOOKED_AT; port++) ports.push(`${protocol}/${port}`);
  }
  return ports;
}

type Words = readonly ((port: PortVerdict) => boolean)[];

function ofUdp(ports: readonly PortVerdict[], words: Words, { played, legs, local }: Shown): ReportProof | null {
  for (const [index, leg] of legs.entries()) {
    const decided = ports.filter((port) => words[index]?.(port));
    const numbers = new Set(decided.map(({ port }) => port));
    const evidence = leg.evidence.ports.filter(({ port }) => numbers.has(port));
    const { plan, observations } = played[index] ?? {};
    if (!plan || !observations || evidence.length === 0) continue;
    const exchanges = collectExchanges(plan, observations, evidence);
    const best = mostTold(decided, (port) => knownOf(exchanges.get(port.port)));
    if (!best) continue;
    const publicAddress = leg.evidence.controlAddress ?? leg.evidence.publicAddresses[0] ?? null;
    return proofOfPort({ verdict: best, exchanges: exchanges.get(best.port) ?? [], local, publicAddress });
  }
  return null;
}

/** Of each server whether a verdict is its own; with one server it always is. There may be thousands of ports. */
function wordsOf(legs: readonly Leg[]): Words {
  if (legs.length === 1) return [() => true];
  return legs.map((leg) => {
    const own = new Map(judgeLegs([leg]).ports.map((one) => [one.port, one]));
    return ({ port, result, cause }) => own.get(port)?.result === result && own.get(port)?.cause === cause;
  });
}

const knownOf = (exchanges: readonly Exchange[] = []): number =>
  exchanges.length === 0 ? -1 : exchanges.filter(({ answer }) => answer !== 'unknown').length;

/** The first of those of which most is known; null: nothing was asked of any. */
function mostTold(ports: readonly PortVerdict[], known: (port: PortVerdict) => number): PortVerdict | null {
  let best: { readonly port: PortVerdict; readonly known: number } | null = null;
  for (const port of ports) if (known(port) > (best?.known ?? -1)) best = { port, known: known(port) };
  return best?.port ?? null;
}

function ofTcp(ports: readonly PortVerdict[], { calls, events, run, local }: Shown): ReportProof | null {
  for (const [leg] of calls.entries()) {
    const planned = events.find((event) => event.kind === 'calls-planned' && event.leg === leg);
    const seen = events.flatMap((event) => (event.kind === 'call' && event.leg === leg ? [event.observation] : []));
    for (const { port, result } of ports) {
      const tries = collectCallTries(seen, port);
      if (planned?.kind !== 'calls-planned' || tries.length === 0) continue;
      const open = isOpen(result);
      const answer = open === null ? 'unknown' : open ? 'yes' : 'no';
      return proofOfCalls({
        port,
        tries,
        plan: planned.plan,
        local,
        publicAddress: run.publicAddresses[0] ?? null,
        answer,
      });
    }
  }
  return null;
}
