import { type Endpoint, endpoint, formatEndpoint } from '../base/index.ts';
import { toBytes, toText } from './bytes.ts';
import { fieldsOf } from './http.ts';

export const SSDP_PORT = 1900;

/** All of the local network (UPnP Device Architecture 1.1 section 1.3.2). */
export const SSDP_GROUP: Endpoint = endpoint('239.255.255.250', SSDP_PORT);

const IGD = 'urn:schemas-upnp-org:device:InternetGatewayDevice:';

/**
 * Who is an internet gateway? Version 2 answers to a search for 1 as well. MX, the longest delay of an answer in
 * seconds, has no meaning towards a single host, but old devices drop a search without it.
 */
export const search = (to: Endpoint): Uint8Array =>
  toBytes(
    ['M-SEARCH * HTTP/1.1', `HOST: ${formatEndpoint(to)}`, 'MAN: "ssdp:discover"', 'MX: 1', `ST: ${IGD}1`, '', ''].join(
      '\r\n',
    ),
  );

/** Longer than any answer that fits into a packet. */
const LONGEST = 1_500;

/** Where an internet gateway describes itself, as it says; null: this is no such answer. Never throws. */
export const readLocation = (bytes: Uint8Array): string | null => readAnswer(bytes)?.location ?? null;

/** The same, and the Server field: system and product. Empty: there is none. */
export function readAnswer(bytes: Uint8Array): { readonly location: string; readonly server: string } | null {
  if (bytes.length > LONGEST) return null;
  const [first = '', ...lines] = toText(bytes).split('\r\n');
  if (!/^HTTP\/1\.[01] 200(?: |$)/.test(first)) return null;
  const fields = fieldsOf(lines);
  const location = fields.get('st')?.startsWith(IGD) ? fields.get('location') : undefined;
  return location === undefined ? null : { location, server: fields.get('server') ?? '' };
}
