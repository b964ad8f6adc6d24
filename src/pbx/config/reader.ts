import { fits, hasPattern } from './glob.ts';
import { resolvePath } from './path.ts';
import type { ConfigWarning, Disk, Place, WarningCode } from './types.ts';

export type Reading =
  | { readonly kind: 'text'; readonly file: string; readonly text: string }
  | { readonly kind: 'missing' }
  /** Why not, has been warned of. */
  | { readonly kind: 'failed' };

const [MOST_FILES, MOST_CHARACTERS, MOST_FOLDERS] = [500, 16 * 1024 * 1024, 500];

/**
 * Reads the files of one product, as many as a configuration may have, and collects what is wrong with them. Only what
 * is asked for is read, and what is in it goes into no warning: whoever includes /etc/shadow does not see it here.
 */
export class ConfigReader {
  readonly #disk: Disk;
  /** Before every path, where the product sees another root than we do. */
  readonly #root: string;
  readonly #warnings: ConfigWarning[] = [];
  #files = 0;
  #folders = 0;
  #characters = 0;

  constructor(disk: Disk, root: string) {
    this.#disk = disk;
    this.#root = root;
  }

  /** Each once. */
  get warnings(): readonly ConfigWarning[] {
    const known = new Set<string>();
    return this.#warnings.filter((warning) => {
      const key = JSON.stringify(warning);
      return !known.has(key) && known.add(key);
    });
  }

  warn(code: WarningCode, place: { readonly file: string; readonly line?: number } | null, what = ''): void {
    this.#warnings.push({ code, file: place?.file ?? null, line: place?.line ?? null, what });
  }

  /** `from`: the line that includes it. */
  async read(path: string, from: Place | null = null): Promise<Reading> {
    // Else `..` could lead out of the root that the product sees.
    const file = this.#root + resolvePath('/', path);
    if (this.#files >= MOST_FILES || this.#characters >= MOST_CHARACTERS) {
      this.warn('too-much', from ?? { file });
      return { kind: 'failed' };
    }
    this.#files++;
    const read = await this.#disk.readInput(file);
    if (read.kind === 'ok') {
      this.#characters += read.value.length;
      return { kind: 'text', file, text: read.value };
    }
    if (isAbsent(read.error)) return { kind: 'missing' };
    this.#warnOf(read.error, file);
    return { kind: 'failed' };
  }

  #warnOf(code: string, file: string): void {
    if (code === 'EACCES' || code === 'EPERM') this.warn('permission', { file });
    else if (code === 'EFBIG') this.warn('too-large', { file });
    else this.warn('unreadable', { file }, code);
  }

  /** The names in a folder; none where there is no such folder. */
  async names(folder: string): Promise<readonly string[]> {
    const file = this.#root + folder;
    this.#folders++;
    // Of the first alone: patterns that include each other would ask for very many.
    if (this.#folders === MOST_FOLDERS + 1) this.warn('too-much', { file });
    if (this.#folders > MOST_FOLDERS) return [];
    const read = await this.#disk.readFolder(file);
    if (read.kind === 'ok') return read.value;
    if (!isAbsent(read.error)) this.#warnOf(read.error, file);
    return [];
  }

  /** The files that a path with patterns means, as glob(7) does it, sorted; a path without is itself, whether or not it is there. */
  async matching(folder: string, path: string): Promise<readonly string[]> {
    const whole = resolvePath(folder, path);
    if (!hasPattern(whole)) return [whole];
    let found: readonly string[] = [''];
    for (const part of whole.split('/').slice(1)) {
      const parents = found.slice(0, MOST_FOLDERS);
      found = hasPattern(part)
        ? (await Promise.all(parents.map(async (parent) => this.#inside(parent, part)))).flat()
        : parents.map((parent) => `${parent}/${part}`);
    }
    return found.slice(0, MOST_FILES);
  }

  async #inside(parent: string, pattern: string): Promise<string[]> {
    const names = await this.names(parent === '' ? '/' : parent);
    return names.filter((name) => fits(name, pattern)).map((name) => `${parent}/${name}`);
  }
}

const isAbsent = (code: string): boolean => code === 'ENOENT' || code === 'ENOTDIR';
