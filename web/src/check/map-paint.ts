import { type Grid, type Letter, placeOf, type Section } from './map-layout.ts';

const COLOURS: Readonly<Record<Letter, string>> = {
  o: '--ok-fill',
  c: '--bad-fill',
  u: '--warn-fill',
  a: '--run-fill',
  s: '--idle',
  w: '--idle-fill',
};
const LETTERS = Object.keys(COLOURS) as Letter[];

export interface Brush {
  readonly sprites: Readonly<Record<Letter, HTMLCanvasElement>>;
  readonly ink: string;
  readonly ratio: number;
  /** Rows that were drawn before, by their letters: most rows of a map are alike, and panning draws them all anew. */
  readonly rows: Map<string, HTMLCanvasElement>;
}

/** More of them are forgotten. */
const MOST_ROWS = 400;

/** Each state has a shape beside its colour: full, slashed, half, hollow, dashed, dot. */
export function brushFor(pitch: number, style: CSSStyleDeclaration, ratio: number): Brush {
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const side = Math.max(1, Math.floor((pitch - (pitch > 4 ? 1.5 : 0)) * ratio));
  const sprites = Object.fromEntries(
    LETTERS.map((letter) => [letter, spriteOf(letter, side, colour(COLOURS[letter]), colour('--surface'))]),
  ) as Brush['sprites'];
  return { sprites, ink: colour('--ink3'), ratio, rows: new Map() };
}

function spriteOf(letter: Letter, side: number, colour: string, ground: string): HTMLCanvasElement {
  const sprite = document.createElement('canvas');
  sprite.width = sprite.height = side;
  const paint = sprite.getContext('2d');
  if (!paint) return sprite;
  paint.fillStyle = paint.strokeStyle = colour;
  if (letter === 'w') {
    const dot = Math.max(1, side / 4);
    paint.fillRect((side - dot) / 2, (side - dot) / 2, dot, dot);
  } else if (letter === 'a' || letter === 's') {
    const line = Math.max(1, side / 6);
    paint.lineWidth = line;
    if (letter === 's') paint.setLineDash([side / 5, side / 7]);
    paint.strokeRect(line / 2, line / 2, side - line, side - line);
  } else {
    paint.fillRect(0, 0, side, side);
    if (side > 3) cut(letter, paint, side, ground);
  }
  return sprite;
}

function cut(letter: Letter, paint: CanvasRenderingContext2D, side: number, ground: string): void {
  paint.strokeStyle = paint.fillStyle = ground;
  paint.lineWidth = Math.max(1, side / 5);
  paint.beginPath();
  if (letter === 'c') {
    paint.moveTo(0, side);
    paint.lineTo(side, 0);
    paint.stroke();
  } else if (letter === 'u') {
    paint.moveTo(side * 0.2, side * 0.8);
    paint.lineTo(side * 0.8, side * 0.8);
    paint.lineTo(side * 0.8, side * 0.2);
    paint.fill();
  }
}

export interface View {
  readonly top: number;
  readonly left: number;
  readonly width: number;
  readonly height: number;
}

/** Only what is seen is drawn: of 65,535 ports a few hundred rows. */
export function paintMap(
  paint: CanvasRenderingContext2D,
  section: Section,
  grid: Grid,
  view: View,
  brush: Brush,
): void {
  const { ink, ratio } = brush;
  paint.clearRect(0, 0, paint.canvas.width, paint.canvas.height);
  const first = Math.max(0, Math.floor(view.top / grid.pitch));
  const last = Math.min(grid.rows - 1, Math.ceil((view.top + view.height) / grid.pitch));
  const every = Math.max(1, Math.ceil(24 / grid.pitch / 5) * 5);
  paint.font = `${12 * ratio}px sans-serif`;
  paint.textBaseline = 'top';
  paint.fillStyle = ink;
  for (let row = first; row <= last; row++) {
    const [x, y] = [Math.round(-view.left * ratio), Math.round((row * grid.pitch - view.top) * ratio)];
    paint.drawImage(rowOf(lettersOf(row, section, grid), grid, brush), x, y);
    const begin = (grid.firstRow + row) * grid.columns;
    if ((grid.firstRow + row) % every === 0 || row === 0)
      paint.fillText(String(Math.max(begin, section.from)), -view.left * ratio, y);
  }
}

/** A blank where no port is asked. */
function lettersOf(row: number, { from, cells }: Section, { firstRow, columns }: Grid): string {
  const begin = (firstRow + row) * columns - from;
  return ' '.repeat(Math.max(0, -begin)) + cells.slice(Math.max(0, begin), begin + columns);
}

function rowOf(letters: string, grid: Grid, { rows, sprites, ratio }: Brush): HTMLCanvasElement {
  const known = rows.get(letters);
  if (known) return known;
  if (rows.size >= MOST_ROWS) rows.clear();
  const row = document.createElement('canvas');
  row.width = Math.ceil(grid.width * ratio);
  row.height = Math.ceil(grid.pitch * ratio);
  const paint = row.getContext('2d');
  for (let column = 0; column < letters.length; column++) {
    const letter = letters[column] as Letter | ' ';
    const [x] = placeOf(column, grid);
    if (letter !== ' ') paint?.drawImage(sprites[letter], Math.round(x * ratio), 0);
  }
  rows.set(letters, row);
  return row;
}
