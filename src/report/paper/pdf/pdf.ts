import type { Language } from '../../../advice/index.ts';
import type { Report } from '../../contract.ts';
import { type View, type ViewFinding, viewOf } from '../view.ts';
import { drawLadder, drawMap, drawPath, mark } from './pictures.ts';
import { INK, printable, Sheet, SOFT, WIDTH, WORD } from './sheet.ts';

/** A4, with real text, tags, bookmarks and page numbers. The same report gives the same bytes. */
export async function renderPdf(report: Report, language: Language): Promise<Uint8Array> {
  // Most runs of the command print no PDF.
  const { default: PdfDocument } = await import('pdfkit');
  const view = viewOf(report, language);
  const doc = new PdfDocument({
    ...{
      size: 'A4',
      margin: 42,
      pdfVersion: '1.7',
      tagged: true,
      lang: language,
      displayTitle: true,
      bufferPages: true,
    },
    info: {
      Title: printable(`${view.verdict}: ${view.sentence}`),
      ...{ Creator: 'fullcone', Producer: 'fullcone', CreationDate: dateOf(report.startedAt) },
    },
  });
  const bytes = collect(doc);
  const sheet = new Sheet(doc);
  writeAll(sheet, view);
  sheet.end();
  number(sheet, view);
  doc.end();
  return bytes;
}

/** Of a report that somebody else wrote it may be none. */
function dateOf(text: string): Date {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? new Date(0) : date;
}

function collect(doc: PDFKit.PDFDocument): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  return new Promise((resolve, reject) => {
    doc.on('data', (part: Uint8Array) => parts.push(part));
    doc.on('error', reject);
    doc.on('end', () => {
      const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
      let at = 0;
      for (const part of parts) {
        bytes.set(part, at);
        at += part.length;
      }
      resolve(bytes);
    });
  });
}

function writeAll(sheet: Sheet, view: View): void {
  const { words } = view;
  writeVerdict(sheet, view);
  const findings = section(sheet, words.say('findings.title'));
  if (view.findings.length === 0) sheet.write('P', words.say('findings.none'), { size: 9.5 });
  for (const finding of view.findings) writeFinding(sheet, finding, findings, view);
  section(sheet, words.say('path.title'), 110);
  drawPath(sheet, view);
  for (const side of ['outward', 'inward'] as const) {
    const name = words.say(side === 'outward' ? 'path.out' : 'path.in');
    const { tone, text } = view.path[side];
    sheet.write('P', `${name}: ${text}`, { size: 9.5, colour: WORD[tone] });
  }
  writeMap(sheet, view);
  writePorts(sheet, view);
  writeRun(sheet, view);
  writeServers(sheet, view);
}

function section(sheet: Sheet, title: string, room = 60): PDFKit.PDFOutline {
  sheet.y += 14;
  sheet.need(room);
  const mark = sheet.bookmark(title);
  sheet.write('H2', title, { size: 13, font: 'bold', gap: 6 });
  return mark;
}

function writeVerdict(sheet: Sheet, { tone, verdict, sentence, about, words }: View): void {
  sheet.write('P', `fullcone  ${words.say('title')}`, { size: 9, colour: INK.third, gap: 10 });
  const indent = 52;
  const width = WIDTH - indent - 14;
  const styles = {
    sentence: { size: 17, font: 'bold', indent, width, gap: 4 },
    about: { size: 9.5, colour: INK.second, indent, width, gap: 2 },
  } as const;
  const height =
    42 +
    sheet.heightOf(sentence, styles.sentence) +
    about.reduce((sum, line) => sum + sheet.heightOf(line, styles.about) + 2, 0);
  const top = sheet.y;
  sheet.decorate(() => {
    sheet.doc.roundedRect(sheet.left, top, WIDTH, height, 7).fill(SOFT[tone]);
    mark(sheet, tone, sheet.left + 14, top + 16, 26);
  });
  sheet.y = top + 14;
  sheet.write('P', verdict, { size: 9.5, font: 'bold', colour: WORD[tone], indent, width });
  sheet.bookmark(`${verdict}: ${sentence}`);
  sheet.write('H1', sentence, styles.sentence);
  for (const line of about) sheet.write('P', line, styles.about);
  sheet.y = Math.max(sheet.y, top + height);
}

function writeFinding(sheet: Sheet, finding: ViewFinding, parent: PDFKit.PDFOutline, view: View): void {
  const { words } = view;
  const indent = 20;
  sheet.y += 6;
  sheet.need(70);
  sheet.bookmark(finding.title, parent);
  const top = sheet.y;
  sheet.decorate(() => mark(sheet, finding.tone, sheet.left, top + 1, 12));
  sheet.write('H3', finding.title, { size: 11, font: 'bold', indent, gap: 2 });
  const about = [finding.severity, finding.where, finding.amount, finding.code].filter((part) => part !== '');
  sheet.write('P', about.join('   '), { size: 8.5, colour: INK.third, indent, gap: 5 });
  sheet.write('H4', words.say('findings.meaning'), { size: 8.5, font: 'bold', colour: INK.third, indent, gap: 1 });
  sheet.write('P', finding.meaning, { size: 9.5, indent, gap: 6 });
  if (finding.steps.length > 0) {
    sheet.write('H4', words.say('findings.steps'), { size: 8.5, font: 'bold', colour: INK.third, indent, gap: 1 });
    for (const [index, step] of finding.steps.entries())
      sheet.write('P', `${index + 1}.  ${step}`, { size: 9.5, indent, gap: 3 });
  }
  if (!finding.ladder) return;
  sheet.y += 6;
  sheet.need(110);
  const title = words.say('findings.proof', { port: finding.ladder.port });
  sheet.write('H4', title, { size: 8.5, font: 'bold', colour: INK.third, gap: 4 });
  drawLadder(sheet, finding.ladder, view);
  for (const { name, note } of finding.ladder.groups)
    if (note !== '') sheet.write('P', `${name}: ${note}`, { size: 8, colour: INK.third, gap: 2 });
}

/** Named beside the map; the table has them all. */
const MOST_ALONE = 40;

function writeMap(sheet: Sheet, { map, legend, words, phrases }: View): void {
  if (map.stretches.length + map.alone.length === 0) return;
  section(sheet, words.say('map.title'), 90);
  sheet.write('P', legend.map(({ word, amount }) => `${word} ${amount}`).join('   '), { size: 9, colour: INK.second });
  const alone = map.alone
    .slice(0, MOST_ALONE)
    .map(({ protocol, port, result }) => `${protocol.toUpperCase()} ${port} ${phrases.say(`result.${result}`)}`);
  if (alone.length > 0) sheet.write('P', `${words.say('map.alone')}: ${alone.join(', ')}`, { size: 9 });
  for (const stretch of map.stretches) {
    const facts = { protocol: stretch.protocol.toUpperCase(), from: stretch.from, to: stretch.to };
    sheet.need(40);
    sheet.write('H3', words.say('map.stretch', facts), { size: 9, font: 'bold', colour: INK.third });
    drawMap(sheet, stretch, words.say('map.description', facts));
  }
}

const PORT_COLUMNS = [
  { name: 'protocol', x: 0, width: 50 },
  { name: 'range', x: 54, width: 90 },
  { name: 'count', x: 150, width: 44 },
  { name: 'result', x: 206, width: 82 },
  { name: 'cause', x: 292, width: 104 },
  { name: 'seen', x: 400, width: 111 },
] as const;

function writePorts(sheet: Sheet, { ranges, moreRanges, words }: View): void {
  if (ranges.length === 0) return;
  section(sheet, words.say('ports.title'));
  heads(
    sheet,
    PORT_COLUMNS.map((column) => ({ ...column, text: words.say(`ports.${column.name}`) })),
  );
  for (const range of ranges)
    sheet.row(
      'TD',
      PORT_COLUMNS.map(({ name, x, width }) => {
        const colour = name === 'result' ? { colour: WORD[range.tone], font: 'bold' as const } : {};
        return { text: range[name], x, width, style: { size: 8.5, ...colour } };
      }),
    );
  if (moreRanges > 0) sheet.write('P', words.count('ports.more', moreRanges), { size: 8.5, colour: INK.third });
}

const heads = (
  sheet: Sheet,
  columns: readonly { readonly text: string; readonly x: number; readonly width: number }[],
): void =>
  sheet.row(
    'TH',
    columns.map((column) => ({ ...column, style: { size: 8, colour: INK.third } })),
  );

function writeRun(sheet: Sheet, { facts, words }: View): void {
  if (facts.length === 0) return;
  section(sheet, words.say('run.title'));
  for (const { name, lines } of facts)
    for (const line of lines) sheet.write('P', `${name}: ${line}`, { size: 9, gap: 3 });
}

const SERVER_COLUMNS = [
  { name: 'name', x: 0, width: 150 },
  { name: 'address', x: 154, width: 116 },
  { name: 'other', x: 274, width: 110 },
  { name: 'state', x: 388, width: 123 },
] as const;

function writeServers(sheet: Sheet, { servers, words }: View): void {
  if (servers.length === 0) return;
  section(sheet, words.say('servers.title'));
  heads(
    sheet,
    SERVER_COLUMNS.map((column) => ({ ...column, text: words.say(`servers.${column.name}`) })),
  );
  for (const server of servers)
    sheet.row(
      'TD',
      SERVER_COLUMNS.map(({ x, width }, index) => ({ text: server[index] ?? '', x, width, style: { size: 8.5 } })),
    );
}

/** Below all that is written, on each page. */
function number({ doc, left }: Sheet, { words, foot }: View): void {
  const { start, count } = doc.bufferedPageRange();
  for (let page = start; page < start + count; page++) {
    doc.switchToPage(page);
    doc.page.margins.bottom = 0;
    doc.markContent('Artifact', { type: 'Pagination' });
    doc.font('Helvetica').fontSize(7.5).fillColor(INK.third);
    doc.text(printable(foot), left, 806, { width: 360, lineBreak: false });
    doc.text(words.say('page', { page: page + 1, pages: count }), left, 806, {
      width: WIDTH,
      align: 'right',
      lineBreak: false,
    });
    doc.endMarkedContent();
  }
}
