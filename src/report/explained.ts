import { adviseText, type Language } from '../advice/index.ts';
import { portLabel } from '../base/index.ts';
import type { Report, ReportFinding, ReportPort } from './contract.ts';
import { cleanFinding } from './finding.ts';

/** What a port's line says beside its result. */
export interface Explained {
  readonly code: string;
  readonly title: string;
}

/** By which finding a port is explained: the most urgent one that names it; undefined: none does. */
export function explanations({ findings }: Report, language: Language): (port: ReportPort) => Explained | undefined {
  const known = new Map<string, Explained>();
  for (const finding of findings) {
    const explained = { code: finding.code, title: titleOf(finding, language) };
    for (const label of finding.ports) {
      for (const port of portsOfLabel(label)) if (!known.has(port)) known.set(port, explained);
    }
  }
  return ({ protocol, port }) => known.get(portLabel(protocol, port));
}

export const titleOf = (finding: ReportFinding, language: Language): string =>
  adviseText(cleanFinding(finding), language).title;

/** `udp/9000-9001`: `udp/9000`, `udp/9001`. */
export function portsOfLabel(label: string): string[] {
  const [protocol = 'udp', range = ''] = label.split('/');
  const [from = 0, to = from] = range.split('-').map(Number);
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => `${protocol}/${from + index}`);
}
