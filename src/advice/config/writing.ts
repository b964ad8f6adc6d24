import type { Localised, Need } from '../routers/index.ts';
import type { Dialect, Repair, Section } from './types.ts';

export type Written = Omit<Section, 'need'>;

/** What a product has no commands for that we know. */
const UNKNOWN: Localised = {
  en: 'For this no commands are known to us; the steps of "fullcone advise" without --config say it in words.',
  de: 'Dafür kennen wir keine Befehle; die Schritte von „fullcone advise“ ohne --config sagen es in Worten.',
};

const NO_SOURCES: Localised = {
  en: 'The report names no address of a test server that could be exempted.',
  de: 'Der Bericht nennt keine Adresse eines Testservers, die ausgenommen werden könnte.',
};

const EXEMPTED: Localised = {
  en: 'While this stands, the test server may get in where rules further down stop everybody else, and the check would not see it: look at those rules, and delete this afterwards.',
  de: 'Solange das gilt, kommt der Testserver vielleicht herein, wo spätere Regeln alle anderen aufhalten, und die Prüfung sähe es nicht: jene Regeln ansehen und dies danach löschen.',
};

type Writers = Partial<Readonly<Record<Need, (repair: Repair) => Written>>>;

/** A section for each need, in their order. */
export const writing =
  (writers: Writers): Dialect['write'] =>
  (repair) =>
    repair.needs.map((need) => ({ need, ...written(need, writers, repair) }));

function written(need: Need, writers: Writers, repair: Repair): Written {
  if (need === 'scan-exemption' && repair.sources.length === 0) return { lines: [], note: NO_SOURCES };
  const made = writers[need]?.(repair) ?? { lines: [], note: UNKNOWN };
  return need === 'scan-exemption' && made.lines.length > 0 ? { ...made, note: joined(made.note, EXEMPTED) } : made;
}

const joined = (first: Localised | undefined, then: Localised): Localised =>
  first ? { en: `${first.en} ${then.en}`, de: `${first.de} ${then.de}` } : then;
