import { familyOf, formatIp, parseIp, type Scope, scopeOf, wrappedIpv4 } from '../base/index.ts';

/* What stands for an address or a name in a report from which these are taken: the same for the same, everywhere. */

const OCTET = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const IPV4 = `${OCTET}(?:\\.${OCTET}){3}`;
const IPV6 = `(?:[0-9a-f]{0,4}:){2,7}(?:${IPV4}|[0-9a-f]{0,4})(?:%[\\w.-]+)?`;
const MAC = '[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}';

const ADDRESS = new RegExp(`(?<![\\w.:-])${MAC}(?![\\w:-])|(?<![\\w:])${IPV6}|(?<![\\d.])${IPV4}(?!\\.?\\d)`, 'gi');
const ONLY_IPV4 = new RegExp(`(?<![\\d.])${IPV4}(?!\\.?\\d)`, 'g');

/** Every address in a text, as it stands there. */
export const addressesIn = (text: string): string[] =>
  [...text.matchAll(ADDRESS)].flatMap(([found]) =>
    isMac(found) || familyOf(found) ? [found] : (found.match(ONLY_IPV4) ?? []),
  );

/** What is left of it. */
export const withoutAddresses = (text: string): string =>
  text.replace(ADDRESS, (found) => (isMac(found) || familyOf(found) ? '' : found.replace(ONLY_IPV4, '')));

const isMac = (text: string): boolean => text.length === 17 && !text.includes('::') && text.split(/[:-]/).length === 6;

/** RFC 5737, then RFC 2544: there are more servers than documentation has addresses for. */
const PUBLIC_IPV4 = ['203.0.113.', '198.51.100.', '192.0.2.', ...Array.from({ length: 256 }, (_, n) => `198.18.${n}.`)];

/** By what an address is for, from which others of the same kind are taken. */
const BLOCKS = {
  public: { ipv4: PUBLIC_IPV4, ipv6: ['2001:db8::'] },
  private: { ipv4: Array.from({ length: 256 }, (_, n) => `192.168.${n}.`), ipv6: ['fd00::'] },
  carrier: { ipv4: Array.from({ length: 256 }, (_, n) => `100.64.${n}.`), ipv6: ['64:ff9b::100.64.0.'] },
  'link-local': { ipv4: Array.from({ length: 256 }, (_, n) => `169.254.${n}.`), ipv6: ['fe80::'] },
} as const satisfies Readonly<Record<Exclude<Scope, 'loopback' | 'special'>, object>>;

/** One for each report. `originals`: addresses that must not stand for others, since they stand in it themselves. */
export class Substitutes {
  readonly #taken: Set<string>;
  readonly #addresses = new Map<string, string>();
  readonly #names = new Map<string, string>();
  readonly #used = new Map<string, number>();

  constructor(originals: Iterable<string>) {
    this.#taken = new Set([...originals].map(plain));
  }

  /** A text in which nothing but its addresses is anybody's. */
  text(text: string): string {
    return text.replace(ADDRESS, (found) => {
      if (isMac(found)) return this.#mac(found);
      return familyOf(found) ? this.#address(found) : found.replace(ONLY_IPV4, (inside) => this.#address(inside));
    });
  }

  /** `asterisk` of the kind `process`: `process-1`. What ends it, such as `.example`, comes after the number. */
  name(kind: string, name: string, ending = ''): string {
    const key = `${kind} ${name.toLowerCase()}`;
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    const made = this.#next(kind, (count) => `${kind}-${count}${ending}`);
    this.#names.set(key, made);
    return made;
  }

  #address(original: string): string {
    const key = plain(original);
    const known = this.#addresses.get(key) ?? this.#make(key);
    this.#addresses.set(key, known);
    return known;
  }

  /** Family and kind stay; loopback, and what is no machine's, are the same everywhere and tell nothing. */
  #make(address: string): string {
    const scope = scopeOf(address);
    const wrapped = wrappedIpv4(address);
    if (wrapped !== null) return `::ffff:${this.#address(wrapped)}`;
    const bytes = parseIp(address);
    if (bytes?.length === 16 && address.startsWith('64:ff9b::') && scope !== 'special')
      return formatIp(parseIp(`64:ff9b::${this.#address(formatIp(bytes, 12))}`) ?? bytes, 0);
    if (scope === 'loopback') return address;
    if (scope === 'special')
      return /^(0\.0\.0\.0|255\.255\.255\.255|::)$/.test(address) ? address : this.#of('public', address);
    return this.#of(scope, address);
  }

  #of(scope: keyof typeof BLOCKS, address: string): string {
    const family = familyOf(address) ?? 'ipv4';
    const blocks: readonly string[] = BLOCKS[scope][family];
    return this.#next(`${scope} ${family}`, (count) => {
      if (family === 'ipv6') return `${blocks[0]}${count.toString(16)}`;
      const block = blocks[Math.floor((count - 1) / 254) % blocks.length] ?? blocks[0];
      return `${block}${((count - 1) % 254) + 1}`;
    });
  }

  /** RFC 7042 section 2.1.2 has these for documentation. */
  #mac(original: string): string {
    const key = `mac ${original.toLowerCase().replaceAll('-', ':')}`;
    const known =
      this.#addresses.get(key) ??
      this.#next('mac', (count) => `00:00:5e:00:53:${(count % 256).toString(16).padStart(2, '0')}`);
    this.#addresses.set(key, known);
    return known;
  }

  #next(kind: string, make: (count: number) => string): string {
    let count = this.#used.get(kind) ?? 0;
    let made: string;
    do made = make(++count);
    while (this.#taken.has(made) && count < 100_000);
    this.#used.set(kind, count);
    return made;
  }
}

/** Without its zone, which is an interface of one machine, and in one spelling. */
const plain = (text: string): string => {
  const bytes = parseIp(text);
  return bytes ? formatIp(bytes, 0) : text.toLowerCase();
};
