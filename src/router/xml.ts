/** The end of an element, and the text that stands right before it. */
export interface Leaf {
  /** Without its prefix. */
  readonly name: string;
  readonly text: string;
}

/**
 * The ends of the elements of an XML text, in their order: what reading a few fields of a router's document takes. No
 * entities are expanded but the five that XML itself has; what has a document type, or is cut short, ends there.
 * Takes time in proportion to the length. Never throws.
 */
export function* leavesOf(xml: string): Generator<Leaf> {
  let text = '';
  let at = 0;
  for (;;) {
    const open = xml.indexOf('<', at);
    if (open < 0) return;
    text += xml.slice(at, open);
    const end = endOfMarkup(xml, open);
    if (end < 0) return;
    at = end;
    const inside = xml.slice(open, end);
    if (inside.startsWith('<![CDATA[')) text += shielded(inside.slice(9, -3));
    else if (!isSkipped(inside)) {
      const name = nameOf(inside);
      if (inside.startsWith('</')) yield { name, text: decoded(text.trim()) };
      else if (inside.endsWith('/>')) yield { name, text: '' };
      text = '';
    }
  }
}

const isSkipped = (markup: string): boolean => markup.startsWith('<!--') || markup.startsWith('<?');

/** Behind the last character of what begins here; negative: it has no end, or none that we want to find. */
function endOfMarkup(xml: string, open: number): number {
  if (xml.startsWith('<!--', open)) return behind(xml, '-->', open + 4);
  if (xml.startsWith('<![CDATA[', open)) return behind(xml, ']]>', open + 9);
  if (xml.startsWith('<?', open)) return behind(xml, '?>', open + 2);
  return xml.startsWith('<!', open) ? -1 : endOfTag(xml, open + 1);
}

function behind(xml: string, end: string, from: number): number {
  const at = xml.indexOf(end, from);
  return at < 0 ? -1 : at + end.length;
}

/** In quotes a `>` is a character like others. */
function endOfTag(xml: string, from: number): number {
  let quote = '';
  for (let at = from; at < xml.length; at++) {
    const character = xml.charAt(at);
    if (quote !== '') quote = character === quote ? '' : quote;
    else if (character === '"' || character === "'") quote = character;
    else if (character === '>') return at + 1;
  }
  return -1;
}

const nameOf = (tag: string): string => (/^<\/?(?:[^\s/>:]*:)?([^\s/>]*)/.exec(tag)?.[1] ?? '').slice(0, 100);

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

const decoded = (text: string): string =>
  text.replace(/&(amp|lt|gt|quot|apos);/g, (all, name: string) => ENTITIES[name] ?? all);

const shielded = (text: string): string => text.replaceAll('&', '&amp;');
