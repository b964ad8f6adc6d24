import type { PortVerdict, RunVerdict } from '../verdict/index.ts';
import { explains, isFundamental, urgencyOf } from './catalogue.ts';
import { findCertificates } from './certificates.ts';
import { type Draft, sceneOf, toFinding } from './draft.ts';
import { findPatterns } from './patterns.ts';
import { findPlain } from './ports.ts';
import { findAboutRun } from './run.ts';
import type { Finding, FindingContext } from './types.ts';

const SEVERITIES = ['error', 'warning', 'info'];

/** Most urgent first. Every port that is not open is in exactly one error or warning that explains it. */
export function findFindings(run: RunVerdict, context: FindingContext): Finding[] {
  const scene = sceneOf(run, context);
  const patterns = findPatterns(scene);
  const explained = new Set(patterns.flatMap(({ ports }) => ports));
  const rest = run.ports.filter((port) => !explained.has(port));
  const plain = findPlain(
    rest.filter((port) => !isIdle(port)),
    scene,
  );
  const about = findAboutRun(rest.filter(isIdle), scene);
  const drafts: Draft[] = [...patterns, ...plain, ...about, ...findCertificates(scene)];
  return drafts.map((draft) => toFinding(draft, scene)).sort(byUrgency);
}

const isIdle = ({ result, cause }: PortVerdict): boolean => result === 'untested' && cause === null;

/** Servers and patterns by what they are: their repair often repairs the next one too. All others by their amount. */
function byUrgency(a: Finding, b: Finding): number {
  const bySeverity = SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity);
  return bySeverity || amountOf(b) - amountOf(a) || urgencyOf(a.code) - urgencyOf(b.code);
}

function amountOf({ code, severity, facts }: Finding): number {
  if (severity === 'error' && isFundamental(code)) return Number.MAX_SAFE_INTEGER;
  return explains(code) ? Number(facts['count']) : 0;
}
