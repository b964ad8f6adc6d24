import { formatIp } from '../../base/index.ts';
import { wordAt } from './udp-header.ts';

/** Of either family. */
export interface IpHeader {
  /** Bytes before what is carried. */
  readonly header: number;
  /** Bytes of the whole packet. */
  readonly length: number;
  readonly protocol: number;
  readonly source: string;
  readonly destination: string;
  /** Source and destination, as they are in the packet. */
  readonly addresses: Uint8Array;
}

export const isOfIpv6 = ({ addresses }: IpHeader): boolean => addresses.length === 32;

/** null: broken, or none that says what is in it. */
export function readIpHeader(bytes: Uint8Array): IpHeader | null {
  const version = (bytes[0] ?? 0) >> 4;
  if (version === 6) return readIp6Header(bytes);
  return version === 4 ? readIp4Header(bytes) : null;
}

/** RFC 791 section 3.1. */
function readIp4Header(bytes: Uint8Array): IpHeader | null {
  const header = 4 * ((bytes[0] ?? 0) & 0xf);
  if (header < 20 || bytes.length < header) return null;
  // A first fragment lacks its end, and a later one its beginning; a first one that is quoted will do.
  if ((wordAt(bytes, 6) & 0x1fff) !== 0) return null;
  const addresses = bytes.subarray(12, 20);
  const [source, destination] = [formatIp(bytes.subarray(12, 16), 0), formatIp(bytes.subarray(16, 20), 0)];
  return { header, length: wordAt(bytes, 2), protocol: bytes[9] ?? 0, source, destination, addresses };
}

const FIXED = 40;
const [HOP_BY_HOP, ROUTING, FRAGMENT, DESTINATION] = [0, 43, 44, 60];
/** RFC 8200 section 4.1 names four kinds, of which one may be there twice. */
const MOST_EXTENSIONS = 6;

/**
 * RFC 8200 section 3, and the extension headers of sections 4.3 to 4.6 as far as whoever is at the end of the way has to
 * skip them. null: broken, a later fragment, on its way to somewhere else, or with a header that hides what follows.
 */
function readIp6Header(bytes: Uint8Array): IpHeader | null {
  if (bytes.length < FIXED) return null;
  const inside = behindExtensions(bytes);
  if (!inside) return null;
  const [source, destination] = [formatIp(bytes.subarray(8, 24), 0), formatIp(bytes.subarray(24, FIXED), 0)];
  return { ...inside, length: FIXED + wordAt(bytes, 4), source, destination, addresses: bytes.subarray(8, FIXED) };
}

function behindExtensions(bytes: Uint8Array): Pick<IpHeader, 'header' | 'protocol'> | null {
  let [protocol, header] = [bytes[6] ?? 0, FIXED];
  for (let count = 0; count <= MOST_EXTENSIONS; count++) {
    if (![HOP_BY_HOP, ROUTING, FRAGMENT, DESTINATION].includes(protocol)) return { protocol, header };
    const extension = bytes.subarray(header, header + 8);
    if (extension.length < 8 || !isPassed(protocol, extension)) return null;
    header += protocol === FRAGMENT ? 8 : 8 * ((extension[1] ?? 0) + 1);
    protocol = extension[0] ?? 0;
  }
  return null;
}

/** Of a routing header no stops may be left; of fragments only the first one has what follows (RFC 6946: it may be the only one). */
function isPassed(kind: number, extension: Uint8Array): boolean {
  if (kind === ROUTING) return extension[3] === 0;
  return kind !== FRAGMENT || (wordAt(extension, 2) & 0xfff8) === 0;
}
