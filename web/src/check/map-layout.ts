import type { CELLS, RunProgress } from '../../../src/console/api/index.ts';
import type { Report } from '../../../src/report/index.ts';
import { type Protocol, type Stretch, sizeOf } from './ranges.ts';

export type Letter = keyof typeof CELLS;
export type Cells = Pick<RunProgress, 'ranges' | 'cells'>;

/** Of a finished run, as of one under way. A sample leaves gaps. */
export function cellsOf(ports: Report['ports']): Cells {
  const ranges: { protocol: Protocol; from: number; to: number }[] = [];
  for (const { protocol, port } of ports) {
    const last = ranges.at(-1);
    if (last && last.protocol === protocol && last.to + 1 === port) last.to = port;
    else ranges.push({ protocol, from: port, to: port });
  }
  return { ranges, cells: ports.map(({ result }) => letterOf(result)).join('') };
}

const letterOf = (result: string): Letter => (result === 'open' ? 'o' : result === 'closed' ? 'c' : 'u');

/** Ports that are drawn together, with a letter for each from `from` to `to`; a blank: it is not asked. */
export interface Section extends Stretch {
  readonly cells: string;
}

/** Ranges with no more than this between them are drawn together, */
const APART = 100;
/** and fewer ports than this are named one by one: among thousands of cells nobody would find 5060. */
const FEWEST = 12;

export interface PortMap {
  readonly chips: readonly Section[];
  readonly grids: readonly Section[];
}

export function mapOf({ ranges, cells }: Cells): PortMap {
  const sections: { protocol: Protocol; from: number; to: number; cells: string; count: number }[] = [];
  let at = 0;
  for (const range of ranges) {
    const { protocol, from, to } = range;
    const own = cells.slice(at, (at += sizeOf(range)));
    const last = sections.at(-1);
    const gap = last && last.protocol === protocol ? from - last.to - 1 : Number.POSITIVE_INFINITY;
    if (last && gap >= 0 && gap <= APART && (gap === 0 || last.count + own.length >= FEWEST * 2)) {
      last.cells += ' '.repeat(gap) + own;
      last.to = to;
      last.count += own.length;
    } else sections.push({ protocol, from, to, cells: own, count: own.length });
  }
  const isGrid = ({ count }: { count: number }): boolean => count >= FEWEST;
  const each = sections.filter((section) => !isGrid(section)).flatMap(chipsOf);
  return { chips: each, grids: sections.filter(isGrid) };
}

const chipsOf = ({ protocol, from, cells }: Section): Section[] =>
  [...cells].map((letter, index) => ({ protocol, from: from + index, to: from + index, cells: letter }));

/** Every port has its place: the last two digits are the column, where there are 100. */
export interface Grid {
  readonly columns: 50 | 100;
  readonly firstRow: number;
  readonly rows: number;
  /** From one cell to the next. */
  readonly pitch: number;
  /** Between two tens. */
  readonly gap: number;
  /** Left of the cells, for the number of the row. */
  readonly label: number;
  readonly width: number;
  readonly height: number;
}

const LABEL = 48;

export function gridOf({ from, to }: Stretch, width: number, zoom: number): Grid {
  const columns = width < 600 ? 50 : 100;
  const gap = (columns === 50 ? 2 : 4) * Math.min(1, zoom);
  const tens = columns / 10 - 1;
  const pitch = Math.max(0.5, ((width - LABEL - tens * gap) / columns) * zoom);
  const firstRow = Math.floor(from / columns);
  const rows = Math.floor(to / columns) - firstRow + 1;
  return {
    ...{ columns, firstRow, rows, pitch, gap, label: LABEL },
    width: LABEL + columns * pitch + tens * gap,
    height: rows * pitch,
  };
}

export function placeOf(port: number, { columns, firstRow, pitch, gap, label }: Grid): readonly [x: number, y: number] {
  const column = port % columns;
  return [label + column * pitch + Math.floor(column / 10) * gap, (Math.floor(port / columns) - firstRow) * pitch];
}

/** null: there is none. */
export function portAt(x: number, y: number, section: Section, grid: Grid): number | null {
  const [inside, ten] = [x - grid.label, 10 * grid.pitch + grid.gap];
  const within = inside % ten;
  if (inside < 0 || y < 0 || within >= 10 * grid.pitch) return null;
  const column = Math.floor(inside / ten) * 10 + Math.floor(within / grid.pitch);
  const port = (grid.firstRow + Math.floor(y / grid.pitch)) * grid.columns + column;
  return column < grid.columns && isAsked(port, section) ? port : null;
}

export const letterAt = (port: number, { from, cells }: Section): Letter | ' ' =>
  (cells[port - from] as Letter | undefined) ?? ' ';

const isAsked = (port: number, section: Section): boolean =>
  port >= section.from && port <= section.to && letterAt(port, section) !== ' ';

/** Where a key leads; the next port that is asked, or where it was. */
export function moveTo(key: string, port: number, section: Section, { columns }: Grid): number {
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[key];
  if (key === 'Home') return section.from;
  if (key === 'End') return section.to;
  if (step === undefined) return port;
  for (let next = port + step; next >= section.from && next <= section.to; next += step)
    if (isAsked(next, section)) return next;
  return port;
}

export interface Boundary {
  readonly last: number;
  readonly before: Letter;
  readonly first: number;
  readonly after: Letter;
}

/** Where one state ends and the next begins. More than `most` of them are no boundary but a pattern: none. */
export function boundariesOf({ from, cells }: Section, most: number): Boundary[] {
  const found: Boundary[] = [];
  let last = -1;
  for (let index = 0; index < cells.length; index++) {
    const letter = cells[index];
    if (letter === ' ') continue;
    if (last >= 0 && cells[last] !== letter)
      found.push({ last: from + last, before: cells[last] as Letter, first: from + index, after: letter as Letter });
    if (found.length > most) return [];
    last = index;
  }
  return found;
}

/** Fewer silent ports than this may be chance. */
const TELLING = 20;

/** The last open port of a range above which nothing got in so far; null: no such range. */
export function silentAbove(of: Cells): number | null {
  for (const { from, cells } of mapOf(of).grids) {
    const last = cells.lastIndexOf('o');
    const above = cells.slice(last + 1).replace(/[^cs]/g, '').length;
    if (last > 0 && above >= TELLING) return from + last;
  }
  return null;
}
