import { isIpv4 } from '../../base/index.ts';

/** A line of a routing table. */
export interface Route {
  /** The first `bits` bits of these addresses are those of `to`. */
  readonly to: string;
  readonly bits: number;
  /** null: no gateway, its machines are reached directly. */
  readonly gateway: string | null;
  /** The interface by its name, or by its own address. */
  readonly via: string;
  readonly metric: number;
}

/** The route of a packet to that address: of those of the interface, the narrowest; of these the cheapest. */
export function routeTo(routes: readonly Route[], address: string, isOurs: (via: string) => boolean): Route | null {
  const fitting = routes.filter((route) => isOurs(route.via) && fits(route, address));
  return fitting.sort((a, b) => b.bits - a.bits || a.metric - b.metric)[0] ?? null;
}

const fits = ({ to, bits }: Route, address: string): boolean => {
  const rest = 2 ** (32 - bits);
  return Math.floor(numberOf(to) / rest) === Math.floor(numberOf(address) / rest);
};

const numberOf = (address: string): number => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);

// Iface Destination Gateway Flags RefCnt Use Metric Mask ...
const RTF_UP = 1;
const RTF_GATEWAY = 2;
const RTF_REJECT = 0x200;

/** The text of Linux' /proc/net/route. An address is a number in the machine's byte order, which is Intel's everywhere today. */
export function routesOfProc(table: string): Route[] {
  return table.split('\n').flatMap((line) => {
    const [via = '', to = '', gateway = '', flagsText = '', , , metric = '', mask = ''] = line.trim().split(/\s+/);
    const flags = Number.parseInt(flagsText, 16);
    if (![to, gateway, mask].every((hex) => /^[\da-f]{8}$/i.test(hex))) return [];
    if ((flags & RTF_UP) === 0 || (flags & RTF_REJECT) !== 0) return [];
    const through = (flags & RTF_GATEWAY) === 0 ? null : dotted(gateway);
    return [{ to: dotted(to), bits: bitsOf(dotted(mask)), gateway: through, via, metric: Number(metric) }];
  });
}

const dotted = (hex: string): string => Buffer.from(hex, 'hex').reverse().join('.');

/** No whole number, if it is no mask. */
const bitsOf = (mask: string): number => 32 - Math.log2(2 ** 32 - numberOf(mask));

/** What `netstat -rn` prints on Windows, macOS and the BSDs; lines that are of something else are left out. */
export const routesOfNetstat = (text: string): Route[] =>
  text.split(/\r?\n/).flatMap((line) => {
    const words = line.trim().split(/\s+/);
    const [, mask = ''] = words;
    return isIpv4(mask) && isMask(mask) ? windowsRoute(words) : bsdRoute(words);
  });

const isMask = (mask: string): boolean => Number.isInteger(bitsOf(mask));

/** `0.0.0.0  0.0.0.0  192.168.0.1  192.168.0.100  25`; instead of a gateway `On-link`, in the system's language. */
function windowsRoute([to = '', mask = '', gateway = '', ...rest]: readonly string[]): Route[] {
  const [metric = '', via = ''] = [...rest].reverse();
  if (!isIpv4(to) || !isIpv4(via) || !/^\d+$/.test(metric)) return [];
  return [{ to, bits: bitsOf(mask), gateway: isIpv4(gateway) ? gateway : null, via, metric: Number(metric) }];
}

/** `default  192.168.0.1  UGScg  en0`, `128.0/1  10.8.0.1  UGSc  utun3`; instead of a gateway `link#4`, or a MAC address. */
function bsdRoute([destination = '', gateway = '', flags = '', ...rest]: readonly string[]): Route[] {
  const [, network = '', bits] = /^(\d{1,3}(?:\.\d{1,3}){0,3})(?:\/(\d{1,2}))?$/.exec(destination) ?? [];
  const via = rest.find((word) => /^[a-z][\w.]*\d$/i.test(word));
  const isDefault = destination === 'default';
  if (!/^[A-Za-z]*U[A-Za-z]*\d?$/.test(flags) || via === undefined || (network === '' && !isDefault)) return [];
  const parts = isDefault ? [] : network.split('.');
  const to = [...parts, '0', '0', '0', '0'].slice(0, 4).join('.');
  const length = isDefault ? 0 : Number(bits ?? 8 * parts.length);
  const through = isIpv4(gateway) && flags.includes('G') ? gateway : null;
  return isIpv4(to) && length <= 32 ? [{ to, bits: length, gateway: through, via, metric: 0 }] : [];
}
