import { formatIp, parseIp } from '../../base/index.ts';

/** One line of /proc/net/if_inet6. */
interface Row {
  /** 32 hexadecimal digits. */
  readonly address: string;
  readonly device: string;
  /** Of the kernel's if_addr.h, the lowest eight bits. */
  readonly flags: number;
}

const [TEMPORARY, DAD_FAILED, DEPRECATED, TENTATIVE, PERMANENT] = [0x01, 0x08, 0x20, 0x40, 0x80];

/** Digits of a /64. */
const PREFIX = 16;

/**
 * In the place of a temporary address (RFC 8981) the stable one of the same interface and prefix; an address that was
 * configured by hand goes before one that was not. Whatever else is given comes back. `table` is the text of
 * /proc/net/if_inet6; empty where there is none, which is everywhere but on Linux.
 */
export function stableAddress(source: string, table: string): string {
  const rows = table.split('\n').flatMap(toRow);
  const own = rows.find(({ address }) => address === toHex(source));
  if (!own || !(own.flags & TEMPORARY)) return source;
  const stable = rows.filter((row) => isStable(row) && isBeside(row, own));
  const chosen = stable.find(({ flags }) => flags & PERMANENT) ?? stable[0];
  return chosen ? fromHex(chosen.address) : source;
}

function toRow(line: string): Row[] {
  const [address = '', device = '', , , flags = ''] = line.trim().split(/\s+/);
  return /^[\da-f]{32}$/.test(address) ? [{ address, device, flags: Number.parseInt(flags, 16) }] : [];
}

const isStable = ({ flags }: Row): boolean => (flags & (TEMPORARY | DAD_FAILED | DEPRECATED | TENTATIVE)) === 0;

const isBeside = (row: Row, own: Row): boolean =>
  row.device === own.device && row.address.slice(0, PREFIX) === own.address.slice(0, PREFIX);

const toHex = (address: string): string => Buffer.from(parseIp(address) ?? []).toString('hex');

const fromHex = (digits: string): string => formatIp(Buffer.from(digits, 'hex'), 0);
