/** What a step tells somebody to type in: addresses and ports; the rest is text. */
export interface Piece {
  readonly text: string;
  /** What the field of that router takes; null: nothing to be copied. */
  readonly copy: string | null;
}

/** Those write a range of ports with a colon. */
const COLON = new Set(['pfsense', 'opnsense', 'linux-iptables']);

const VALUE =
  /(\b\d{1,3}(?:\.\d{1,3}){3}\b|\b[0-9a-f]{1,4}(?::[0-9a-f]{0,4}){2,7}\b|(?<![\d.-]|RFC )\d{4,5}(?:-\d{4,5})?(?![\d.-]))/i;

export function piecesOf(step: string, router: string): Piece[] {
  return step
    .split(VALUE)
    .map((text, index) => ({ text, copy: index % 2 === 1 ? fieldOf(text, router) : null }))
    .filter(({ text }) => text !== '');
}

const fieldOf = (text: string, router: string): string =>
  COLON.has(router) && /^\d+-\d+$/.test(text) ? text.replace('-', ':') : text;
