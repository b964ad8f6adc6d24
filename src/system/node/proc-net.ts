import type { Family, Protocol } from '../../base/index.ts';

export interface PortSocket {
  readonly port: number;
  readonly inode: string;
}

/** The sockets in the text of /proc/net/udp, tcp, udp6 or tcp6 that can receive that family; several may share a port. */
export function portSockets(table: string, protocol: Protocol, family: Family): PortSocket[] {
  const sockets: PortSocket[] = [];
  for (const line of table.split('\n').slice(1)) {
    const fields = line.trim().split(/\s+/);
    const [address, port] = (fields[LOCAL] ?? '').split(':');
    const inode = fields[INODE];
    if (protocol === 'tcp' && fields[STATE] !== LISTEN) continue;
    if (address === undefined || port === undefined || inode === undefined) continue;
    if (!TAKES[family](address)) continue;
    sockets.push({ port: Number.parseInt(port, 16), inode });
  }
  return sockets;
}

// sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode ...
const LOCAL = 1;
const STATE = 3;
const INODE = 9;

/** TCP_LISTEN of the kernel. */
const LISTEN = '0A';

/** `::ffff:0:0/96`; the third word is 0000ffff, on little-endian machines printed with its bytes reversed. */
const V4_MAPPED = /^0{16}(?:FFFF0000|0000FFFF)/i;

/**
 * An address is printed as words of 32 bits in the machine's byte order. `::` takes IPv4 too, unless the socket
 * was made IPV6_V6ONLY, which the table does not tell; then a bind would have succeeded and nobody asks.
 */
const TAKES: Readonly<Record<Family, (hex: string) => boolean>> = {
  ipv4: (hex) => hex.length === 8 || /^0{32}$/.test(hex) || V4_MAPPED.test(hex),
  ipv6: (hex) => hex.length === 32 && !V4_MAPPED.test(hex),
};
