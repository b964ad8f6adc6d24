import type { Language } from '../advice/index.ts';
import type { RouterAdvice, RouterConfig } from './advice.ts';
import type { Comparison } from './compare.ts';
import type { Report } from './contract.ts';
import type { MapReport } from './map.ts';
import type { NatReport } from './nat.ts';
import type { PortsReport } from './ports.ts';

/** What JSON leaves as it is although a terminal may obey it: C1 controls, overrides of writing direction. */
const INVISIBLE = /(?!\n)[\p{C}\p{Zl}\p{Zp}]/gu;

/** Two spaces of indent, one newline at the end. The same data for every reader, harmless on a terminal. */
export const renderJson = (report: Report): string => toJson(report);

/** The same for `fullcone nat`. */
export const renderNatJson = (report: NatReport): string => toJson(report);

/** The same for `fullcone ports`. */
export const renderPortsJson = (report: PortsReport): string => toJson(report);

/** The same for `fullcone map`. */
export const renderMapJson = (report: MapReport): string => toJson(report);

/** The same for `fullcone compare`. */
export const renderComparisonJson = (comparison: Comparison): string => toJson(comparison);

/**
 * What `fullcone advise --json` prints: texts in the language that was asked for. `findings` is what no setting of a
 * router mends; `config` is null unless it was asked for. May gain fields; loses and renames none.
 */
export function renderAdviceJson(
  { router, isTranslated, steps, others }: RouterAdvice,
  config: RouterConfig | null,
  { startedAt, verdict }: Report,
  language: Language,
  version: string,
): string {
  return toJson({
    schema: 'fullcone.advice/1',
    version,
    language,
    report: { startedAt, verdict },
    router,
    translated: isTranslated,
    steps: steps.map(({ need, own, source, text, commands }) => ({
      ...{ need, text: text[language], commands },
      // Known of this router, or in words that hold for every one; where it was read, null if nowhere.
      ...{ ofThisRouter: own, source: own ? source : null },
    })),
    findings: others.map(({ code, severity, ports }) => ({ code, severity, ports })),
    config: config && {
      ...{ pbx: config.pbx, wan: config.wan, proven: config.proven },
      sections: config.sections.map(({ need, lines, note }) => ({ need, lines, note: note?.[language] ?? null })),
    },
  });
}

/** The same for `fullcone advise --list-routers`. */
export const renderRoutersJson = (routers: readonly object[], version: string): string =>
  toJson({ schema: 'fullcone.routers/1', version, routers });

const toJson = (value: object): string =>
  `${JSON.stringify(value, null, 2).replace(INVISIBLE, (character) => character.split('').map(escaped).join(''))}\n`;

const escaped = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
