/** The two families of addresses. Written as they are: nothing here looks anything up. */
export type Family = 'ipv4' | 'ipv6';

const OCTET = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const IPV4 = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}$`);

/** Dotted decimal, four parts, no leading zeros (which some systems read as octal). */
export const isIpv4 = (text: string): boolean => IPV4.test(text);

/** null: not an address. A zone (`fe80::1%eth0`) belongs to IPv6. */
export function familyOf(text: string): Family | null {
  if (isIpv4(text)) return 'ipv4';
  return text.includes(':') && parseIp(text) ? 'ipv6' : null;
}

/**
 * The one form that sockets and messages use (RFC 5952), so that addresses can be compared as texts. null: not an
 * address, or one with a zone, which is a name of this machine's.
 */
export function canonicalIp(text: string): string | null {
  const bytes = text.includes('%') ? null : parseIp(text);
  return bytes && formatIp(bytes, 0);
}

const u16 = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);

function putU16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}

/** The address from `at` to the end as text: dotted decimal, or IPv6 in the one form that RFC 5952 gives it. */
export const formatIp = (bytes: Uint8Array, at: number): string =>
  bytes.length - at === 4 ? formatIpv4(bytes, at) : formatIpv6(bytes.subarray(at, at + 16));

const formatIpv4 = (bytes: Uint8Array, at: number): string =>
  `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`;

function formatIpv6(bytes: Uint8Array): string {
  const words = Array.from({ length: 8 }, (_, i) => u16(bytes, 2 * i));
  // RFC 5952 section 5: addresses that wrap an IPv4 address show it; sockets report them so, too.
  if (words.slice(0, 5).every((word) => word === 0) && words[5] === 0xffff) return `::ffff:${formatIpv4(bytes, 12)}`;
  const text = words.map((word) => word.toString(16));
  const { from, length } = longestZeros(words);
  if (length < 2) return text.join(':');
  return `${text.slice(0, from).join(':')}::${text.slice(from + length).join(':')}`;
}

/** The first among the longest runs of zero words (RFC 5952 section 4.2.3). */
function longestZeros(words: readonly number[]): { from: number; length: number } {
  let best = { from: 0, length: 0 };
  for (let from = 0; from < words.length; from++) {
    let length = 0;
    while (words[from + length] === 0) length++;
    if (length > best.length) best = { from, length };
  }
  return best;
}

/** The bytes of an address in any valid text form, or null. A zone (`%eth0`) has no place on the wire. */
export function parseIp(text: string): Uint8Array | null {
  if (isIpv4(text)) return parseIpv4(text);
  const zone = text.indexOf('%');
  return parseIpv6(zone < 0 ? text : text.slice(0, zone));
}

/** Of a text that is dotted decimal. A server does this for every answer, so no array of strings. */
function parseIpv4(text: string): Uint8Array {
  const bytes = new Uint8Array(4);
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0) at++;
    else bytes[at] = (bytes[at] ?? 0) * 10 + digit;
  }
  return bytes;
}

function parseIpv6(text: string): Uint8Array | null {
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const [head, tail] = [parseWords(halves[0] ?? '', halves.length === 1), parseWords(halves[1] ?? '', true)];
  if (!head || !tail) return null;
  const missing = 8 - head.length - tail.length;
  // RFC 4291 section 2.2: `::` stands for one word or more.
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null;
  const bytes = new Uint8Array(16);
  for (const [i, word] of head.entries()) putU16(bytes, 2 * i, word);
  for (const [i, word] of tail.entries()) putU16(bytes, 2 * (8 - tail.length + i), word);
  return bytes;
}

/** The words between colons. Dotted decimal may stand for the last two of the whole address (`atEnd`). */
function parseWords(text: string, atEnd: boolean): number[] | null {
  if (text === '') return [];
  const words: number[] = [];
  const parts = text.split(':');
  for (const [i, part] of parts.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(part)) words.push(Number.parseInt(part, 16));
    else if (atEnd && i === parts.length - 1 && isIpv4(part)) {
      const bytes = parseIpv4(part);
      words.push(u16(bytes, 0), u16(bytes, 2));
    } else return null;
  }
  return words;
}
