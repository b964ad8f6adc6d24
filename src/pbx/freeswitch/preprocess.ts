import { folderOf } from '../config/path.ts';
import type { ConfigReader } from '../config/reader.ts';
import type { Place } from '../config/types.ts';
import { attributesIn } from './attributes.ts';

/** The lines that FreeSWITCH's XML parser gets to see, and where each is from. */
export interface PlacedLine {
  readonly text: string;
  readonly place: Place;
}

/** They hold no listeners, but may be thousands: dial plans, users, and words in every language. */
const PASSED_OVER =
  /^(?:dialplan|chatplan|directory|lang|languages|jingle_profiles|mrcp_profiles|skinny_profiles|ivr_menus)$/;

/** Of the many files of `autoload_configs`, the ones that are about SIP and media. */
const OF_INTEREST = /^(?:sofia|switch)\.conf\.xml$/;

const [DEEPEST, MOST_LINES, LONGEST_LINE] = [20, 200_000, 8192];

/**
 * What FreeSWITCH does before it parses: line by line it puts in variables (`$${name}`), sets them and includes files
 * (`<X-PRE-PROCESS cmd="set" data="name=value"/>`), also where such a line stands in a comment. Commands that would run
 * something are left alone.
 */
export class Preprocessing {
  readonly lines: PlacedLine[] = [];
  readonly #reader: ConfigReader;
  readonly #variables = new Map<string, string>();

  constructor(reader: ConfigReader) {
    this.#reader = reader;
  }

  /** false: it is not there. */
  async file(path: string, from: Place | null = null, depth = 1): Promise<boolean> {
    if (depth > DEEPEST || this.lines.length > MOST_LINES) {
      this.#reader.warn('too-much', from ?? { file: path });
      return true;
    }
    const reading = await this.#reader.read(path, from);
    if (reading.kind !== 'text') return reading.kind === 'failed';
    for (const [index, whole] of reading.text.split('\n').entries()) {
      const place = { file: reading.file, line: index + 1 };
      const text = this.#expanded(whole.slice(0, LONGEST_LINE));
      const command = commandIn(text);
      if (command) await this.#carryOut(command, { folder: folderOf(path), place, depth });
      else if (!/<\/?include>|<\?/.test(whole)) this.lines.push({ text, place });
    }
    return true;
  }

  #carryOut(
    { cmd, data }: Command,
    { folder, place, depth }: { readonly folder: string; readonly place: Place; readonly depth: number },
  ): Promise<void> | undefined {
    const equals = data.indexOf('=');
    const name = data.slice(0, Math.max(0, equals)).trim();
    switch (cmd.toLowerCase()) {
      case 'set':
        if (equals >= 0) this.#variables.set(name, data.slice(equals + 1).trim());
        return undefined;
      case 'include':
        return this.#include(folder, data, place, depth);
      case 'exec':
      case 'exec-set':
        this.#reader.warn('not-run', place);
        return undefined;
      default:
        // A variable from the environment, or from a STUN server: what is made of it will have no value.
        this.#variables.delete(name);
        return undefined;
    }
  }

  async #include(folder: string, pattern: string, place: Place, depth: number): Promise<void> {
    if (pattern.split('/').some((part) => PASSED_OVER.test(part))) return;
    for (const path of await this.#reader.matching(folder, pattern)) {
      const [name = '', inside = ''] = path.split('/').reverse();
      if (inside === 'autoload_configs' && !OF_INTEREST.test(name)) continue;
      // FreeSWITCH says so, too, and goes on.
      if (!(await this.file(path, place, depth + 1))) this.#reader.warn('include-missing', place, pattern);
    }
  }

  #expanded(text: string): string {
    if (!text.includes('$${')) return text;
    const expanded = text.replace(/\$\$\{([^}]*)\}/g, (_, name: string) => this.#variables.get(name) ?? '');
    return expanded.slice(0, LONGEST_LINE);
  }
}

interface Command {
  readonly cmd: string;
  readonly data: string;
}

const MARK = '<x-pre-process';

/** null: an ordinary line. */
function commandIn(line: string): Command | null {
  const begin = line.toLowerCase().indexOf(MARK);
  if (begin < 0) return null;
  const attributes = attributesIn(line.slice(begin + MARK.length));
  return { cmd: attributes.get('cmd') ?? '', data: attributes.get('data') ?? '' };
}
