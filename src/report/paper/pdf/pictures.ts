import type { Arrow, Ladder } from '../ladder.ts';
import { rowsOf, type Stretch } from '../map.ts';
import type { Leg } from '../path.ts';
import { TONE_OF_RESULT, type Tone } from '../tone.ts';
import type { View } from '../view.ts';
import { FILL, INK, type Sheet, WIDTH, WORD } from './sheet.ts';

/** Disc, square, triangle, ring: a state can be told without its colour. */
export function mark({ doc }: Sheet, tone: Tone, x: number, y: number, size: number): void {
  const half = size / 2;
  if (tone === 'bad') {
    doc.roundedRect(x, y, size, size, size * 0.16).fill(FILL.bad);
    const [a, b] = [size * 0.3, size * 0.7];
    doc
      .moveTo(x + a, y + a)
      .lineTo(x + b, y + b)
      .moveTo(x + b, y + a)
      .lineTo(x + a, y + b);
    doc.lineWidth(size * 0.11).stroke('#fff');
  } else if (tone === 'ok') {
    doc.circle(x + half, y + half, half).fill(FILL.ok);
    doc
      .moveTo(x + size * 0.28, y + size * 0.52)
      .lineTo(x + size * 0.44, y + size * 0.67)
      .lineTo(x + size * 0.72, y + size * 0.35);
    doc.lineWidth(size * 0.11).stroke('#fff');
  } else if (tone === 'warn') {
    doc.polygon([x + half, y], [x + size, y + size * 0.9], [x, y + size * 0.9]).fill(FILL.warn);
    doc
      .moveTo(x + half, y + size * 0.34)
      .lineTo(x + half, y + size * 0.6)
      .moveTo(x + half, y + size * 0.7);
    doc
      .lineTo(x + half, y + size * 0.78)
      .lineWidth(size * 0.11)
      .stroke('#fff');
  } else {
    doc.circle(x + half, y + half, half * 0.85).dash(size * 0.18, { space: size * 0.12 });
    doc
      .lineWidth(size * 0.11)
      .stroke(WORD.idle)
      .undash();
  }
}

const GUTTER = 34;
const CELL = (WIDTH - GUTTER) / 100;

/** So many rows fit on a page. */
const MOST_ROWS = 140;

export function drawMap(sheet: Sheet, stretch: Stretch, alt: string): void {
  const all = rowsOf(stretch, 100);
  for (let start = 0; start < all.length; ) {
    const fitting = Math.floor((sheet.room - 8) / CELL);
    const count = fitting < Math.min(4, all.length - start) ? MOST_ROWS : Math.min(fitting, MOST_ROWS);
    const rows = all.slice(start, start + count);
    sheet.figure(alt, rows.length * CELL + 8, (top) => drawRows(sheet, rows, top));
    start += rows.length;
  }
}

function drawRows(sheet: Sheet, rows: ReturnType<typeof rowsOf>, top: number): void {
  const { doc, left } = sheet;
  const origin = left + GUTTER;
  const every = rows.length > 8 ? 5 : 2;
  for (const tone of ['ok', 'bad', 'warn', 'idle'] as const) {
    const parts = rows.flatMap((row, y) =>
      row.parts.flatMap((part) => (TONE_OF_RESULT[part.result] === tone ? [{ ...part, y: top + y * CELL }] : [])),
    );
    if (parts.length === 0) continue;
    trace(
      sheet,
      parts.map(({ at, count, y }) => rectangle(origin + at * CELL, y, count * CELL, CELL)),
    );
    doc.fill(FILL[tone]);
    if (tone !== 'ok') slash(sheet, parts, origin, tone);
  }
  drawGrid(sheet, rows.length, origin, top);
  for (const [y, { first }] of rows.entries())
    if (y % every === 0)
      sheet.label(String(first), left, top + y * CELL - 0.5, { size: 6, colour: INK.third, width: GUTTER });
}

/** Sixteen thousand calls of the library take seconds; one with all of it does not. */
const trace = ({ doc }: Sheet, operators: readonly string[]): unknown => doc.addContent(operators.join('\n'));

const point = (value: number): string => value.toFixed(2);

const rectangle = (x: number, y: number, width: number, height: number): string =>
  `${[x, y, width, height].map(point).join(' ')} re`;

/** White between the cells, wider after each ten. */
function drawGrid({ doc }: Sheet, rows: number, origin: number, top: number): void {
  for (let x = 0; x <= 100; x++) {
    const isTen = x % 10 === 0;
    doc.rect(origin + x * CELL - (isTen ? 0.6 : 0.3), top, isTen ? 1.2 : 0.6, rows * CELL);
  }
  for (let y = 0; y <= rows; y++) doc.rect(origin, top + y * CELL - 0.3, 100 * CELL, 0.6);
  doc.fill('#fff');
}

/** Proven not to be open: across; all else: a hole. */
function slash(
  sheet: Sheet,
  parts: readonly { at: number; count: number; y: number }[],
  origin: number,
  tone: Tone,
): void {
  const inset = CELL * 0.22;
  const drawn = parts.flatMap(({ at, count, y }) =>
    Array.from({ length: count }, (_, index) => {
      const x = origin + (at + index) * CELL;
      const [left, right] = [x + inset, x + CELL - inset].map(point);
      return tone === 'bad'
        ? `${left} ${point(y + CELL - inset)} m ${right} ${point(y + inset)} l`
        : rectangle(x + CELL * 0.34, y + CELL * 0.34, CELL * 0.32, CELL * 0.32);
    }),
  );
  trace(sheet, drawn);
  if (tone === 'bad') sheet.doc.lineWidth(0.7).stroke('#fff');
  else sheet.doc.fill('#fff');
}

const COLUMNS = { 3: [150, 305, 470], 4: [150, 262, 374, 476] } as const;
const ROW = 13;

/** The packets of one port; groups that do not fit go on the next page, under the same heads. */
export function drawLadder(sheet: Sheet, ladder: Ladder, view: View): void {
  const columns: readonly number[] = ladder.places.length === 4 ? COLUMNS[4] : COLUMNS[3];
  const heights = ladder.groups.map(({ arrows }) => Math.max(2, arrows.length) * ROW + 14);
  const alt = view.words.say('packet.ladder', { port: ladder.port });
  for (let start = 0; start < ladder.groups.length; ) {
    sheet.need(34 + (heights[start] ?? 0));
    let [end, height] = [start, 30];
    while (end < heights.length && (end === start || height + (heights[end] ?? 0) + 4 <= sheet.room))
      height += (heights[end++] ?? 0) + 4;
    const groups = ladder.groups.slice(start, end);
    sheet.figure(alt, height, (top) => drawGroups(sheet, { ...ladder, groups }, columns, top));
    start = end;
  }
}

function drawGroups(sheet: Sheet, { places, groups }: Ladder, columns: readonly number[], top: number): void {
  const { doc, left } = sheet;
  for (const [index, { name, address }] of places.entries()) {
    const x = left + (columns[index] ?? 0) - 60;
    sheet.label(name, x, top, { size: 7, font: 'bold', width: 120, align: 'center' });
    sheet.label(address, x, top + 10, { size: 6.5, font: 'mono', colour: INK.second, width: 120, align: 'center' });
  }
  let y = top + 24;
  for (const { name, outcome, tone, arrows } of groups) {
    const height = Math.max(2, arrows.length) * ROW + 14;
    doc.roundedRect(left, y, WIDTH, height, 3).fill(INK.sunken);
    for (const x of columns) doc.moveTo(left + x, y).lineTo(left + x, y + height);
    doc.lineWidth(0.5).stroke('#858f9c');
    sheet.label(name, left + 6, y + 7, { size: 7.5, font: 'bold', width: 104 });
    mark(sheet, tone, left + 6, y + 26, 7);
    sheet.label(outcome, left + 16, y + 26, { size: 7, font: 'bold', colour: WORD[tone], width: 92 });
    for (const [index, arrow] of arrows.entries()) drawArrow(sheet, arrow, y + 15 + index * ROW, columns);
    y += height + 4;
  }
}

const LINES = {
  asked: { colour: INK.second, width: 0.8 },
  arrived: { colour: FILL.ok, width: 1.1 },
  lost: { colour: FILL.bad, width: 0.9 },
  unknown: { colour: WORD.idle, width: 0.9 },
} as const;

function drawArrow(sheet: Sheet, { at, from, to, kind, label }: Arrow, y: number, columns: readonly number[]): void {
  const { doc, left } = sheet;
  const [start, end] = [left + (columns[from] ?? 0), left + (columns[to] ?? 0)];
  const { colour, width } = LINES[kind];
  const sign = end > start ? -1 : 1;
  sheet.label(at, left + 92, y - 3, { size: 6.5, font: 'mono', colour: INK.third, width: 46, align: 'right' });
  doc.moveTo(start, y).lineTo(end, y).lineWidth(width);
  if (kind === 'lost' || kind === 'unknown') doc.dash(3, { space: 2 });
  doc.stroke(colour).undash();
  if (kind === 'lost' || kind === 'unknown') mark(sheet, kind === 'lost' ? 'bad' : 'idle', end - 3.5, y - 3.5, 7);
  else doc.polygon([end, y], [end + sign * 5, y - 2.5], [end + sign * 5, y + 2.5]).fill(colour);
  const text = { size: 6, font: 'mono', colour: INK.second } as const;
  if (sign === -1) sheet.label(label, start + 4, y - 8, { ...text, width: 300 });
  else sheet.label(label, start - 304, y - 8, { ...text, width: 300, align: 'right' });
}

const BOX = { width: 100, height: 54 } as const;
const PLACES = [0, 137, 274, 411] as const;
const STOPS = { pbx: 106, router: 243, beyond: 268, server: 404 } as const;

export function drawPath(sheet: Sheet, view: View): void {
  const { words, path } = view;
  const [pbx, router, server, second] = path.addresses;
  const boxes = [
    { name: words.say('path.pbx'), lines: [pbx], ground: '#fff' },
    { name: words.say('path.router'), lines: [router], ground: '#fff' },
    { name: words.say('path.internet'), lines: [], ground: INK.sunken },
    { name: words.say('path.server'), lines: [server, second], ground: '#fff' },
  ];
  const alt = `${words.say('path.out')}: ${path.outward.text}. ${words.say('path.in')}: ${path.inward.text}.`;
  sheet.figure(alt, BOX.height + 12, (top) => {
    drawLane(sheet, path.outward, top + 18, true);
    drawLane(sheet, path.inward, top + 37, false);
    for (const [index, box] of boxes.entries()) drawBox(sheet, box, PLACES[index] ?? 0, top);
    for (const [leg, y] of [
      [path.inward, top + 37],
      [path.outward, top + 18],
    ] as const)
      if (leg.stopsAt !== null) mark(sheet, leg.tone, sheet.left + STOPS[leg.stopsAt] - 5, y - 5, 10);
  });
}

interface Box {
  readonly name: string;
  readonly lines: readonly string[];
  readonly ground: string;
}

function drawBox(sheet: Sheet, { name, lines, ground }: Box, at: number, top: number): void {
  const x = sheet.left + at;
  const centred = { width: BOX.width, align: 'center' } as const;
  sheet.doc.roundedRect(x, top, BOX.width, BOX.height, 5).lineWidth(0.8).fillAndStroke(ground, '#858f9c');
  const shown = lines.filter((line) => line !== '');
  sheet.label(name, x, top + (shown.length > 0 ? 12 : 22), { size: 8.5, font: 'bold', ...centred });
  for (const [row, line] of shown.entries())
    sheet.label(line, x, top + 26 + 10 * row, { size: 7, font: 'mono', colour: INK.second, ...centred });
}

function drawLane({ doc, left }: Sheet, { tone, stopsAt }: Leg, y: number, isOutward: boolean): void {
  const arrives = isOutward ? PLACES[3] : BOX.width;
  const end = left + (stopsAt === null ? arrives : STOPS[stopsAt]);
  const start = left + (isOutward ? BOX.width : PLACES[3]);
  doc.moveTo(start, y).lineTo(end, y).lineWidth(1.6);
  if (tone !== 'ok') doc.dash(4, { space: 3 });
  doc.stroke(FILL[tone]).undash();
  const sign = isOutward ? -1 : 1;
  if (stopsAt === null) doc.polygon([end, y], [end + sign * 6, y - 3], [end + sign * 6, y + 3]).fill(FILL[tone]);
}
