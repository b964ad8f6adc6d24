import { spawnSync } from 'node:child_process';
import { expect, it, test } from 'vitest';
import { reportInModel } from '../../../../lab/run-model.ts';
import { forwardsSome, HOSTILE, hostileReport, reportOf, worstReport } from '../test-reports.ts';
import { renderPdf } from './pdf.ts';
import { printable } from './sheet.ts';

function run(program: string, args: readonly string[], input: Uint8Array): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { input, encoding: 'utf8', maxBuffer: 1 << 26 });
  if (error) throw error;
  if (status !== 0 || stderr !== '') throw new Error(`${program}: ${stderr}`);
  return stdout;
}

const textOf = (pdf: Uint8Array) => run('pdftotext', ['-', '-'], pdf);
const infoOf = (pdf: Uint8Array) => run('pdfinfo', ['-'], pdf);

it('is read in order: verdict, findings, steps, packets, ports, servers', async () => {
  const report = await reportInModel(forwardsSome, { udp: '9000-9099', tcp: '5061' });
  const text = textOf(await renderPdf(report, 'de'));
  const places = [
    'Nicht unterstützt',
    'Die Weiterleitung endet nach Port 9049',
    'Was zu ändern ist',
    'Was es bedeutet',
    'Was zu tun ist',
    'Was es belegt: die Pakete von UDP',
    'Kontrollpakete wurden davor und danach beantwortet',
    'Weg',
    'Portkarte',
    'Gesehen als',
    'Der Router sagt',
    'antwortet von beiden Adressen',
  ].map((words) => text.replace(/\s+/g, ' ').indexOf(words));
  expect(places).not.toContain(-1);
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  // Milliseconds as a German writes them.
  expect(text).toMatch(/\d,\d und \d+,\d ms/);
  expect(text).not.toMatch(/\d\.\d ms/);
});

it('is tagged, has a title and tells its pages', async () => {
  const pdf = await renderPdf(reportOf('9000-9099 closed not-forwarded'), 'de');
  const info = infoOf(pdf);
  expect(info).toMatch(/Tagged: +yes/);
  expect(info).toMatch(/Title: +Nicht unterstützt/);
  expect(info).toMatch(/CreationDate: .* 2026/);
  expect(textOf(pdf)).toContain('Seite 1 von ');
  const structure = run('pdfinfo', ['-struct', '-'], pdf);
  for (const tag of ['Document', 'H1', 'H2', 'H3', 'Figure', 'TR', 'TH', 'TD']) expect(structure).toContain(tag);
  const raw = Buffer.from(pdf).toString('latin1');
  expect(raw).toContain('/Lang (de)');
  expect(raw).toContain('/Outlines');
});

it('gives the same bytes for the same report', async () => {
  const report = reportOf('9000-9099 closed not-forwarded');
  expect(await renderPdf(report, 'en')).toEqual(await renderPdf(report, 'en'));
});

it('stays small and quick with 16,385 ports, however they lie', async () => {
  const report = worstReport();
  const began = performance.now();
  const pdf = await renderPdf(report, 'en');
  expect(performance.now() - began).toBeLessThan(3000);
  expect(pdf.length).toBeLessThan(2_000_000);
  expect(textOf(pdf)).toContain('16,185 more ranges');
});

test.each(HOSTILE.map((text, index) => [text, index] as const))('%j stays text', async (text, index) => {
  const pdf = await renderPdf(hostileReport(index), 'en');
  const read = textOf(pdf);
  expect(read).not.toMatch(/(?![\n\f])\p{C}/u);
  expect(Buffer.from(pdf).toString('latin1')).not.toMatch(/\/(JavaScript|URI|Launch|OpenAction)\b/);
  expect(read.replace(/\s/g, '')).toContain(text.replace(/\s|\p{C}/gu, '').slice(0, 12));
});

it('writes a question mark for what its fonts have no sign for, and never another letter', () => {
  expect(printable('Größe „ä“ … € −1 → 中🙂\u0007')).toBe('Größe „ä“ … € -1 > ???');
});
