import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectFiles, read } from './tree.ts';

const files = projectFiles().filter((path) => !path.startsWith('test/house/wrong/'));

describe('a room', () => {
  const room = (path: string): string[] =>
    /^(?:src\/system\/node|(?:src|lab)\/[^/]+)(?=\/)/.exec(path)?.slice(0, 1) ?? [];
  const rooms = [...new Set(files.filter((path) => path.endsWith('.ts')).flatMap(room))];
  /** Doors to the outside are opened by a program, not by an import. */
  const door = (name: string): string => (/^src\/(cli|console)$/.test(name) ? `${name}/main.ts` : `${name}/index.ts`);

  it.each(rooms)('%s says at its door what it is for', (name) => {
    expect(files).toContain(door(name));
    expect(read(door(name))).toMatch(/^(#!.*\n)?\/\*\*\s[^@]{20,}?\.\s/);
  });
});

describe('a document', () => {
  const documents = files.filter((path) => path.endsWith('.md'));
  const links = documents.flatMap((path) =>
    [...read(path).matchAll(/\]\((?!\w+:)([^)#\s]+)/g)].map(([, to = '']) => ({
      path,
      to: posix.join(posix.dirname(path), to),
    })),
  );

  it('links only to what is there', () => {
    const there = (to: string): boolean =>
      files.includes(to) || files.some((path) => path.startsWith(`${to.replace(/\/$/, '')}/`));
    expect(links.length).toBeGreaterThan(0);
    expect(links.filter(({ to }) => !there(to))).toEqual([]);
  });

  it('is in the index, if it is a decision', () => {
    const decisions = files.filter((path) => /^docs\/decisions\/\d/.test(path));
    const index = links.filter(({ path }) => path === 'docs/decisions/README.md').map(({ to }) => to);
    expect(index.sort()).toEqual(decisions);
  });
});

describe('a file of the project', () => {
  const foreign = [
    {
      what: 'a path of one machine',
      pattern: /(?<![\w.~}])\/(?:home|Users|root|work|workspace|mnt)\/\w|[A-Z]:\\{1,2}Users\b/,
    },
    {
      what: 'the host of a package registry',
      pattern: /\bregistry\.(?:npmjs|yarnpkg)\.\w|\bnpm\.pkg\.\w|"resolved\b":/,
    },
  ];

  it.each(foreign)('does not name $what', ({ pattern }) => {
    const lines = files.flatMap((path) =>
      read(path)
        .split('\n')
        .map((line, at) => ({ path, line, at: at + 1 })),
    );
    expect(lines.length).toBeGreaterThan(1000);
    expect(lines.filter(({ line }) => pattern.test(line))).toEqual([]);
  });

  it.each([
    ['/' + 'home/someone/fullcone', true],
    ['"resolved' + '": "https://registry' + '.npmjs.org/x"', true],
    ['/proc/self, /run/netns/x, /etc/hosts, https://example.org/work/a', false],
  ])('%s: %s', (line, expected) => {
    expect(foreign.some(({ pattern }) => pattern.test(line))).toBe(expected);
  });
});
