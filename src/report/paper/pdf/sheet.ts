import type { Tone } from '../tone.ts';

/** The console's colours on paper, which is always light. */
export const INK = {
  first: '#16202c',
  second: '#465262',
  third: '#5b6776',
  line: '#d8dde4',
  sunken: '#eef1f4',
} as const;
export const WORD: Readonly<Record<Tone, string>> = { ok: '#00664a', bad: '#a33100', warn: '#7a5200', idle: '#465262' };
export const FILL: Readonly<Record<Tone, string>> = { ok: '#12936c', bad: '#d55e00', warn: '#b57a00', idle: '#a9b3bf' };
export const SOFT: Readonly<Record<Tone, string>> = { ok: '#e1f3ec', bad: '#fdece2', warn: '#fff3d4', idle: '#eef1f4' };

/** Fonts that every reader of PDF has: nothing is embedded. */
const FONTS = { plain: 'Helvetica', bold: 'Helvetica-Bold', mono: 'Courier' } as const;

export interface Style {
  readonly size: number;
  readonly font?: keyof typeof FONTS;
  readonly colour?: string;
  /** From the left margin, in points. */
  readonly indent?: number;
  readonly width?: number;
  readonly gap?: number;
}

/** A4, in points. */
const MARGIN = 42;
export const WIDTH = 595.28 - 2 * MARGIN;
const BOTTOM = 841.89 - 56;

type Document = PDFKit.PDFDocument;
type Structure = PDFKit.PDFStructureElement;

/** A page to write on from top to bottom; what does not fit goes on the next one. Everything on it is tagged. */
export class Sheet {
  readonly doc: Document;
  readonly #root: Structure;
  y = MARGIN;

  constructor(doc: Document) {
    this.doc = doc;
    this.#root = doc.struct('Document');
    doc.addStructure(this.#root);
  }

  get left(): number {
    return MARGIN;
  }

  /** Points that are left on this page. */
  get room(): number {
    return BOTTOM - this.y;
  }

  /** Begins a new page where there is less room than this. */
  need(height: number): void {
    if (this.room >= height || this.y <= MARGIN) return;
    this.doc.addPage();
    this.y = MARGIN;
  }

  bookmark(text: string, parent?: PDFKit.PDFOutline): PDFKit.PDFOutline {
    return (parent ?? this.doc.outline).addItem(printable(text)) as unknown as PDFKit.PDFOutline;
  }

  heightOf(text: string, { size, font = 'plain', indent = 0, width = WIDTH - indent }: Style): number {
    return this.doc
      .font(FONTS[font])
      .fontSize(size)
      .heightOfString(printable(text), { width, lineGap: size * 0.28 });
  }

  /** One tagged paragraph, whole on one page where it fits on one. */
  write(tag: string, text: string, style: Style): void {
    const { size, font = 'plain', colour = INK.first, indent = 0, width = WIDTH - indent, gap = 4 } = style;
    this.need(this.heightOf(text, style));
    this.tagged(tag, () => {
      this.doc.font(FONTS[font]).fontSize(size).fillColor(colour);
      this.doc.text(printable(text), MARGIN + indent, this.y, { width, lineGap: size * 0.28 });
    });
    this.y = this.doc.y + gap;
  }

  /** Cells side by side, as high as the highest. */
  row(
    tag: 'TH' | 'TD',
    cells: readonly { readonly text: string; readonly x: number; readonly width: number; readonly style: Style }[],
  ): void {
    const height = Math.max(...cells.map(({ text, width, style }) => this.heightOf(text, { ...style, width })));
    this.need(height + 6);
    const row = this.doc.struct('TR');
    this.#root.add(row);
    const top = this.y;
    for (const { text, x, width, style } of cells)
      row.add(this.doc.struct(tag, {}, () => this.label(text, this.left + x, top, { ...style, width })));
    row.end();
    this.y = top + height + 3;
    this.decorate(() =>
      this.doc
        .moveTo(this.left, this.y)
        .lineTo(this.left + WIDTH, this.y)
        .lineWidth(0.5)
        .stroke(INK.line),
    );
    this.y += 4;
  }

  /** A picture, and what it shows in words. */
  figure(alt: string, height: number, draw: (top: number) => void): void {
    this.need(height);
    const top = this.y;
    this.tagged('Figure', () => draw(top), { alt: printable(alt) });
    this.y = top + height;
  }

  /** Text at a place; it moves nothing. */
  label(text: string, x: number, y: number, style: Style & { readonly align?: 'left' | 'center' | 'right' }): void {
    const { size, font = 'plain', colour = INK.first, width = WIDTH, align = 'left' } = style;
    this.doc.font(FONTS[font]).fontSize(size).fillColor(colour);
    this.doc.text(printable(text), x, y, { width, align, lineGap: size * 0.28 });
  }

  /** What says nothing: lines and grounds. */
  decorate(draw: () => void): void {
    this.doc.markContent('Artifact', { type: 'Layout' });
    draw();
    this.doc.endMarkedContent();
  }

  tagged(tag: string, draw: () => void, options: { readonly alt?: string } = {}): void {
    this.#root.add(this.doc.struct(tag, options, draw));
  }

  end(): void {
    this.#root.end();
  }
}

/** Written otherwise, since the fonts have no sign for them. */
const WRITTEN: Readonly<Record<string, string>> = { '→': '>', '−': '-' };

/** Windows-1252, which the standard fonts can write, beside Latin-1. */
const MORE = '€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ';

/** What the fonts have no sign for becomes a question mark, never another letter. */
export const printable = (text: string): string =>
  [...text].map((one) => WRITTEN[one] ?? (isWritable(one) ? one : '?')).join('');

function isWritable(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  return (code >= 0x20 && code <= 0x7e) || (code >= 0xa0 && code <= 0xff) || MORE.includes(character);
}
