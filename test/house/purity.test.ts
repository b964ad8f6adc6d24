import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { projectFiles, read } from './tree.ts';

/** Whatever is not the hands is handed clock and chance, new rooms too; so are the simulator and its table. */
const PURE = /^(src\/(?!system\/node\/)|lab\/(model|scenarios)\/)/;

/** Tests and what only they use, and the program that throws bytes at the codec until its time is over. */
const TEST = /(\.test|\/fuzz|\/test-[^/]+)\.ts$/;

/** Clock and chance by another way than as an argument. The model lets promises settle with setImmediate, which knows no time. */
const CALLS = new Set([
  'Date.now',
  'Math.random',
  'performance.now',
  'process.hrtime',
  'process.hrtime.bigint',
  'crypto.getRandomValues',
  'crypto.randomUUID',
  'randomBytes',
  'randomInt',
  'randomUUID',
  'setInterval',
  'setTimeout',
]);

/** The uses of clock and chance in a source text, comments and strings left aside. */
function impurities(text: string): string[] {
  const found: string[] = [];
  const source = ts.createSourceFile('file.ts', text, ts.ScriptTarget.ES2023, true);
  const visit = (node: ts.Node): void => {
    const name = ts.isIdentifier(node) || ts.isPropertyAccessExpression(node) ? node.getText().replace(/\s/g, '') : '';
    if (CALLS.has(name.replace(/^globalThis\./, ''))) found.push(name);
    if (ts.isNewExpression(node) && node.expression.getText() === 'Date' && !node.arguments?.length)
      found.push('new Date()');
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

describe('time and chance are arguments', () => {
  const sources = projectFiles().filter((path) => PURE.test(path) && path.endsWith('.ts') && !TEST.test(path));

  it.each(sources)('%s', (path) => {
    expect(impurities(read(path))).toEqual([]);
  });

  it.each([
    ['const now = Date.now();', ['Date.now']],
    ['const clock = Date.now;', ['Date.now']],
    ['const at = new Date();', ['new Date()']],
    ['if (Math.random() < 0.5) send();', ['Math.random']],
    ['const start = performance.now();', ['performance.now']],
    ['setTimeout(send, 500);', ['setTimeout']],
    ['globalThis.setTimeout(send, 500);', ['globalThis.setTimeout', 'setTimeout']],
    ["import { randomBytes } from 'node:crypto';", ['randomBytes']],
    ['const id = crypto.randomUUID();', ['crypto.randomUUID', 'randomUUID']],
    ["const text = 'setTimeout'; const at = new Date(now); // Date.now()", []],
  ])('would see: %s', (text, expected) => {
    expect(impurities(text)).toEqual(expected);
  });
});
