/** `name="value"` or `name='value'`; the first of a name counts, and what is none of these is passed over. */
export function attributesIn(text: string): Map<string, string> {
  const attributes = new Map<string, string>();
  // By hand, for a regular expression would begin again at every character of what only looks like a name.
  let at = 0;
  while (at < text.length) {
    const equals = text.indexOf('=', at);
    if (equals < 0) break;
    const [begin, quote] = firstAfter(text, equals + 1);
    const end = quote === '"' || quote === "'" ? text.indexOf(quote, begin + 1) : -1;
    const name = lastWord(text.slice(at, equals));
    at = end < 0 ? equals + 1 : end + 1;
    if (end >= 0 && name !== '' && !attributes.has(name)) attributes.set(name, decoded(text.slice(begin + 1, end)));
  }
  return attributes;
}

function firstAfter(text: string, from: number): [at: number, character: string] {
  let at = from;
  while (at < text.length && ' \t\r\n'.includes(text.charAt(at))) at++;
  return [at, text.charAt(at)];
}

const lastWord = (text: string): string => text.trim().split(/\s/).at(-1) ?? '';

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

const decoded = (text: string): string =>
  text.replace(/&(amp|lt|gt|quot|apos);/g, (all, name: string) => ENTITIES[name] ?? all);
