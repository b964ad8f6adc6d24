import { join } from 'node:path';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import extractDepcruiseOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import { beforeAll, describe, expect, it } from 'vitest';
import { projectFiles, read, root } from './tree.ts';

const WRONG = 'test/house/wrong/';
const config = await extractDepcruiseOptions(join(root, '.dependency-cruiser.mjs'));
const rules = (config.ruleSet?.forbidden ?? []).map(({ name = '', comment = '' }) => ({ name, comment }));

async function cruiseIn(folder: string, entries: string[]): Promise<ICruiseResult> {
  const tsConfig = extractTSConfig(join(root, 'tsconfig.json'));
  const { output } = await cruise(entries, { ...config, baseDir: join(root, folder) }, {}, { tsConfig });
  if (typeof output === 'string') throw new Error(output);
  return output;
}

describe('the imports of the project', () => {
  const told = ({ rule, from, to }: ICruiseResult['summary']['violations'][number]): string =>
    `${from} -> ${to} breaks ${rule.name}: ${rules.find(({ name }) => name === rule.name)?.comment}`;

  it('follow the rules', { timeout: 60_000 }, async () => {
    const { summary, modules } = await cruiseIn('.', ['src', 'lab', 'test', 'scripts']);
    const seen = new Set(modules.map(({ source }) => source));
    const sources = projectFiles().filter((path) => /^(src|lab|test)\/.*\.ts$/.test(path) && !path.startsWith(WRONG));
    // A cruiser that does not understand this compiler sees no file, and finds nothing wrong.
    expect(sources.length).toBeGreaterThan(10);
    expect(sources.filter((path) => !seen.has(path))).toEqual([]);
    expect(summary.violations.map(told)).toEqual([]);
  });
});

describe('the imports of test/house/wrong', () => {
  const files = projectFiles().flatMap((path) => (path.startsWith(WRONG) ? path.slice(WRONG.length) : []));
  const sources = files.filter((path) => path.endsWith('.ts'));
  const found = new Map<string, Set<string>>();

  /** The first line of a wrong file names the one rule that rejects it; the others are right. */
  const rejectedBy = (path: string): string[] => /^\/\/ rejected by: (.+)\n/.exec(read(WRONG + path))?.slice(1) ?? [];

  beforeAll(async () => {
    const { summary } = await cruiseIn(WRONG, ['src', 'lab', 'web']);
    for (const { rule, from } of summary.violations) found.set(from, (found.get(from) ?? new Set()).add(rule.name));
  });

  it('break every rule, and every rule has its reason', () => {
    const broken = sources.flatMap(rejectedBy);
    expect(rules.map(({ name }) => name).sort()).toEqual(broken.sort());
    expect(rules.filter(({ comment }) => comment.length < 20)).toEqual([]);
  });

  it.each(sources)('%s', (path) => {
    expect([...(found.get(path) ?? [])]).toEqual(rejectedBy(path));
  });
});
