import type { ConfigReader } from '../config/reader.ts';
import type { Place } from '../config/types.ts';
import { asteriskLines, type NumberedLine } from './lines.ts';

export interface AsteriskOption {
  readonly name: string;
  readonly value: string;
  readonly place: Place;
}

/** Names in small letters, in which Asterisk compares them. */
export interface AsteriskSection {
  readonly name: string;
  readonly isTemplate: boolean;
  /** What it inherits comes first. */
  readonly options: readonly AsteriskOption[];
  readonly place: Place;
}

export type AsteriskConfig =
  | { readonly kind: 'read'; readonly sections: readonly AsteriskSection[] }
  | { readonly kind: 'missing' }
  /** Why has been warned of. Asterisk would not take it either, or we may not read it. */
  | { readonly kind: 'failed' };

/** As deep as Asterisk follows includes. */
const DEEPEST = 10;

interface Growing extends AsteriskSection {
  readonly options: AsteriskOption[];
}

/** Reads a file of Asterisk's with all that it includes; paths are as seen from its folder, whichever file names them. */
export async function readAsterisk(reader: ConfigReader, folder: string, name: string): Promise<AsteriskConfig> {
  const loading = new Loading(reader, folder);
  const outcome = await loading.file(`${folder}/${name}`, null, 1);
  return outcome === 'read' ? { kind: 'read', sections: loading.sections } : { kind: outcome };
}

type Outcome = 'read' | 'missing' | 'failed';

class Loading {
  readonly sections: Growing[] = [];
  readonly #reader: ConfigReader;
  readonly #folder: string;
  #current: Growing | null = null;

  constructor(reader: ConfigReader, folder: string) {
    this.#reader = reader;
    this.#folder = folder;
  }

  async file(path: string, from: Place | null, depth: number): Promise<Outcome> {
    if (depth > DEEPEST) {
      this.#reader.warn('too-much', from);
      return 'failed';
    }
    const reading = await this.#reader.read(path, from);
    if (reading.kind !== 'text') return reading.kind;
    for (const line of asteriskLines(reading.text)) {
      const place = { file: reading.file, line: line.line };
      const isRight = line.kind === 'include' ? await this.#include(line, place, depth) : this.#take(line, place);
      if (!isRight) return 'failed';
    }
    return 'read';
  }

  /** false: from here on, nothing of it counts. */
  #take(line: Exclude<NumberedLine, { kind: 'include' }>, place: Place): boolean {
    if (line.kind === 'section') return this.#begin(line, place) || this.#wrong(place);
    if (line.kind === 'option') return this.#add(line, place) || this.#wrong(place);
    if (line.kind === 'wrong') return this.#wrong(place);
    this.#reader.warn('not-run', place);
    return true;
  }

  #wrong(place: Place): false {
    this.#reader.warn('syntax', place);
    return false;
  }

  #begin({ name, isTemplate, isMore, inherits }: NumberedLine & { kind: 'section' }, place: Place): boolean {
    const bases = inherits.map((base) => this.sections.find((section) => section.name === base));
    if (bases.includes(undefined)) return false;
    const found = isMore ? this.sections.find((section) => section.name === name) : undefined;
    if (isMore && !found) return false;
    const section = found ?? { name, isTemplate, options: [], place };
    if (!found) this.sections.push(section);
    // An endless doubling, each section inheriting all of the one before it twice, would be no configuration either.
    const inherited = bases.flatMap((base) => base?.options ?? []);
    if (section.options.length + inherited.length > MOST_OPTIONS) return false;
    section.options.push(...inherited);
    this.#current = section;
    return true;
  }

  #add({ name, value, isMore }: NumberedLine & { kind: 'option' }, place: Place): boolean {
    const options = this.#current?.options;
    if (!options || options.length >= MOST_OPTIONS) return false;
    const before = isMore ? options.findLastIndex((option) => option.name === name) : -1;
    const found = options[before];
    if (found) options[before] = { ...found, value: (found.value + value).slice(0, LONGEST_VALUE) };
    else options.push({ name, value, place });
    return true;
  }

  async #include(
    { path, mayBeMissing }: NumberedLine & { kind: 'include' },
    place: Place,
    depth: number,
  ): Promise<boolean> {
    let anyRead = false;
    for (const file of await this.#reader.matching(this.#folder, path)) {
      const outcome = await this.file(file, place, depth + 1);
      if (outcome === 'failed') return false;
      anyRead ||= outcome === 'read';
    }
    if (anyRead || mayBeMissing) return true;
    this.#reader.warn('include-missing', place, path);
    return false;
  }
}

const [MOST_OPTIONS, LONGEST_VALUE] = [100_000, 8192];

const general = ({ name, isTemplate }: AsteriskSection): boolean => name === 'general' && !isTemplate;

/** The last one counts: what a section says itself comes after what it inherits. */
export const optionIn = (section: AsteriskSection | undefined, name: string): AsteriskOption | null =>
  section?.options.findLast((option) => option.name === name) ?? null;

export const generalOf = (sections: readonly AsteriskSection[]): AsteriskSection | undefined => sections.find(general);
