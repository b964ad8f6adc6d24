import { folderOf, resolvePath } from '../config/path.ts';
import type { ConfigReader } from '../config/reader.ts';
import type { Place } from '../config/types.ts';
import { BEGIN, directiveIn, type KamailioLine, type LineState, readLine } from './lines.ts';

export interface Parameter {
  readonly name: string;
  /** With the names put in that are defined up to there. */
  readonly value: string;
  readonly place: Place;
}

/** `failed`: part of it could not be read, and why has been warned of; listeners may be missing. */
export interface KamailioConfig {
  readonly kind: 'read' | 'missing' | 'failed';
  readonly parameters: readonly Parameter[];
}

const [DEEPEST, DEEPEST_NAME, LONGEST_VALUE, MOST_PARAMETERS] = [10, 8, 256, 2_000];

/** `defined`: on the command line. */
export async function readKamailio(
  reader: ConfigReader,
  path: string,
  defined: ReadonlyMap<string, string>,
): Promise<KamailioConfig> {
  const loading = new Loading(reader, defined);
  const outcome = await loading.file(path, null, 1);
  if (outcome === 'missing') return { kind: 'missing', parameters: [] };
  return { kind: loading.isWhole ? 'read' : 'failed', parameters: loading.parameters };
}

class Loading {
  readonly parameters: Parameter[] = [];
  isWhole = true;
  readonly #reader: ConfigReader;
  readonly #defined: Map<string, string>;
  /** Of the conditions around the line: whether it counts. */
  #counting: boolean[] = [];

  constructor(reader: ConfigReader, defined: ReadonlyMap<string, string>) {
    this.#reader = reader;
    this.#defined = new Map(defined);
  }

  async file(path: string, from: Place | null, depth: number): Promise<'read' | 'missing' | 'failed'> {
    if (depth > DEEPEST) {
      this.#reader.warn('too-much', from);
      return this.#failed();
    }
    const reading = await this.#reader.read(path, from);
    if (reading.kind === 'missing') return 'missing';
    if (reading.kind === 'failed') return this.#failed();
    let state: LineState = BEGIN;
    const around = this.#counting;
    this.#counting = [];
    for (const [index, line] of reading.text.split('\n').entries()) {
      const place = { file: reading.file, line: index + 1 };
      const directive = state.inside === '' || this.#isSkipping ? directiveIn(line) : null;
      if (directive) await this.#direct(directive, { path, place, depth });
      else if (!this.#isSkipping) {
        const { said, after } = readLine(line, state);
        state = after;
        if (said) await this.#take(said, { path, place, depth });
      }
    }
    this.#counting = around;
    return 'read';
  }

  #failed(): 'failed' {
    this.isWhole = false;
    return 'failed';
  }

  get #isSkipping(): boolean {
    return this.#counting.includes(false);
  }

  async #direct(
    line: KamailioLine,
    at: { readonly path: string; readonly place: Place; readonly depth: number },
  ): Promise<void> {
    switch (line.kind) {
      case 'condition':
        this.#counting.push(this.#defined.has(line.name) === line.isWanted);
        return;
      case 'else':
        this.#counting.push(!(this.#counting.pop() ?? false));
        return;
      case 'end':
        this.#counting.pop();
        return;
      default:
        if (!this.#isSkipping) await this.#take(line, at);
    }
  }

  async #take(
    line: KamailioLine,
    { path, place, depth }: { readonly path: string; readonly place: Place; readonly depth: number },
  ): Promise<void> {
    if (line.kind === 'define' && !(line.how === 'trydef' && this.#defined.has(line.name)))
      this.#defined.set(line.name, line.value.slice(0, LONGEST_VALUE));
    if (line.kind === 'environment') this.#defined.set(line.name, '');
    if (line.kind === 'parameter' && this.parameters.length < MOST_PARAMETERS)
      this.parameters.push({ name: line.name, value: this.#expanded(line.value, DEEPEST_NAME), place });
    if (line.kind !== 'include') return;
    const outcome = await this.file(resolvePath(folderOf(path), line.path), place, depth + 1);
    if (outcome !== 'missing' || line.mayBeMissing) return;
    this.#reader.warn('include-missing', place, line.path);
    this.isWhole = false;
  }

  /** Names stand for what they were defined as, which may be names again. */
  #expanded(value: string, depth: number): string {
    if (depth === 0) return value;
    const next = value.replace(/[A-Za-z_]\w*/g, (name) => this.#defined.get(name) ?? name).slice(0, LONGEST_VALUE);
    return next === value ? value : this.#expanded(next, depth - 1);
  }
}
