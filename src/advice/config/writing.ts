import type { Localised, Need } from '../routers/index.ts';
import type { Dialect, Repair, Section } from './types.ts';

export type Written = Omit<Section, 'need'>;

/** What a product has no commands for that we know. */
const UNKNOWN: Localised = {
  en: 'For this no commands are known to us; the steps of "fullcone advise" without --config say it in words.',
  de: 'Dafür kennen wir keine Befehle; die Schritte von „fullcone advise“ ohne --config sagen es in Worten.',
};

/** A rule for nobody would be a rule for everybody, or none that loads. */
const NO_SOURCES: Localised = {
  en: 'The report names no server that was there to the end, so it is not known whose packets to exempt.',
  de: 'Der Bericht nennt keinen Server, der bis zuletzt da war; wessen Pakete auszunehmen sind, ist also nicht bekannt.',
};

/** A section for each need, in their order. */
export const writing =
  (writers: Partial<Readonly<Record<Need, (repair: Repair) => Written>>>): Dialect['write'] =>
  (repair) =>
    repair.needs.map((need) =>
      need === 'scan-exemption' && repair.sources.length === 0
        ? { need, lines: [], note: NO_SOURCES }
        : { need, ...(writers[need]?.(repair) ?? { lines: [], note: UNKNOWN }) },
    );
