import type { Place } from '../config/types.ts';
import { attributesIn } from './attributes.ts';
import type { PlacedLine } from './preprocess.ts';

/** An element as it begins, with those that it is inside of; or where the text is none that a parser takes. */
export type XmlNews =
  | { readonly kind: 'element'; readonly path: readonly XmlElement[]; readonly place: Place }
  | { readonly kind: 'wrong'; readonly place: Place };

export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
}

/** Deeper than any configuration. */
const DEEPEST = 100;

/**
 * The elements of a text, the last of each path being the one that begins there. As much of XML as a configuration
 * has: comments are left out, the five entities of XML itself are put in, a document type ends it, for it could define
 * more. Ends with the first thing that is wrong. Takes time in proportion to the length. Never throws.
 */
export function* elementsOf(lines: readonly PlacedLine[]): Generator<XmlNews> {
  const text = lines.map((line) => line.text).join('\n');
  const placeOf = placesOf(lines);
  const open: XmlElement[] = [];
  for (let at = text.indexOf('<'); at >= 0; at = text.indexOf('<', at)) {
    const tag = tagAt(text, at);
    const place = placeOf(at);
    if (tag === null || !isFitting(tag, open)) return void (yield { kind: 'wrong', place });
    at = tag.end;
    if (tag.kind === 'close') open.pop();
    if (tag.kind !== 'open') continue;
    yield { kind: 'element', path: [...open, tag.element], place };
    if (!tag.isEmpty) open.push(tag.element);
  }
  const last = lines.at(-1);
  if (open.length > 0 && last) yield { kind: 'wrong', place: last.place };
}

type Tag =
  | { readonly kind: 'open'; readonly end: number; readonly element: XmlElement; readonly isEmpty: boolean }
  | { readonly kind: 'close'; readonly end: number; readonly name: string }
  | { readonly kind: 'skipped'; readonly end: number };

function isFitting(tag: Tag, open: readonly XmlElement[]): boolean {
  if (tag.kind === 'close') return open.at(-1)?.name === tag.name;
  return tag.kind === 'skipped' || open.length < DEEPEST;
}

function tagAt(text: string, at: number): Tag | null {
  if (text.startsWith('<!--', at)) return skippedTo(text, '-->', at + 4);
  if (text.startsWith('<?', at)) return skippedTo(text, '?>', at + 2);
  if (text.startsWith('<![CDATA[', at)) return skippedTo(text, ']]>', at + 9);
  if (text.startsWith('<!', at)) return null;
  const end = endOfTag(text, at + 1);
  return end < 0 ? null : tagIn(text.slice(at + 1, end - 1), end);
}

function skippedTo(text: string, mark: string, from: number): Tag | null {
  const at = text.indexOf(mark, from);
  return at < 0 ? null : { kind: 'skipped', end: at + mark.length };
}

/** In quotes a `>` is a character like others. */
function endOfTag(text: string, from: number): number {
  let quote = '';
  for (let at = from; at < text.length; at++) {
    const character = text.charAt(at);
    if (quote !== '') quote = character === quote ? '' : quote;
    else if (character === '"' || character === "'") quote = character;
    else if (character === '>') return at + 1;
    else if (character === '<') return -1;
  }
  return -1;
}

const NAME = /^[^\s/>="'<]+/;

function tagIn(inside: string, end: number): Tag | null {
  if (inside.startsWith('/')) return { kind: 'close', end, name: inside.slice(1).trim() };
  const isEmpty = inside.endsWith('/');
  const whole = isEmpty ? inside.slice(0, -1) : inside;
  const name = NAME.exec(whole)?.[0];
  if (name === undefined) return null;
  const attributes = attributesIn(whole.slice(name.length));
  return { kind: 'open', end, element: { name, attributes }, isEmpty };
}

/** From an index into the joined text to the line that it was; to be asked in ascending order. */
function placesOf(lines: readonly PlacedLine[]): (at: number) => Place {
  let [index, begins] = [0, 0];
  return (at) => {
    for (;;) {
      const line = lines[index];
      if (!line) return { file: '', line: 1 };
      if (at <= begins + line.text.length) return line.place;
      begins += line.text.length + 1;
      index++;
    }
  };
}
