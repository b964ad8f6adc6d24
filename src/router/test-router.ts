import type { Endpoint } from '../base/index.ts';
import { toBytes, toText } from './bytes.ts';
import { u16, u16At, u32, u32At } from './map-dialect.ts';

/*
 * For tests: a router that keeps mappings, asked by PCP, NAT-PMP and UPnP; written against the standards and not against
 * our own readers. A test may have it lie.
 */

export const GATEWAY = '192.168.0.1';
export const LOCAL = '192.168.0.100';

export interface Held {
  client: string;
  clientPort: number;
  description: string;
  lease: number;
}

export interface PretendRouter {
  /** `udp 5060` and who has it. */
  readonly held: Map<string, Held>;
  /** Every request that changes something, as it was understood. */
  readonly log: string[];
  epoch: number;
  /** What a datagram to that port of it is answered; null: nothing. */
  hear(bytes: Uint8Array, port: number): Uint8Array | null;
  /** What it answers on a connection; empty: nothing. */
  serve(bytes: Uint8Array, to: Endpoint): Uint8Array;
}

export interface Lies {
  readonly speaks?: readonly ('pcp' | 'nat-pmp' | 'upnp')[];
  readonly address?: string;
  /** Result code of every request for a mapping. */
  readonly code?: number;
  /** It gives this public port, whatever was asked for. */
  readonly gives?: number;
  /** Deleting is refused by this code. */
  readonly keeps?: number;
  /** It does not know the option. */
  readonly knowsNoFirmness?: boolean;
  /** UPnP: in place of the answer to that action. */
  readonly says?: Readonly<Record<string, (text: string) => string>>;
  readonly location?: string;
  readonly description?: string;
}

const SERVICE = 'urn:schemas-upnp-org:service:WANIPConnection:1';
const NOTHING = new Uint8Array();

export function pretendRouter(lies: Lies = {}): PretendRouter {
  const { speaks = ['pcp', 'nat-pmp', 'upnp'], address = '203.0.113.44' } = lies;
  const router: PretendRouter = {
    held: new Map(),
    log: [],
    epoch: 1_000,
    hear(bytes, port) {
      if (port === 1900 && speaks.includes('upnp')) return toBytes(found(lies.location));
      if (port !== 5351) return null;
      if (bytes[0] === 2) return speaks.includes('pcp') ? pcp(router, bytes, lies, address) : otherVersion(speaks);
      return speaks.includes('nat-pmp') ? natPmp(router, bytes, lies, address) : null;
    },
    serve: (bytes) => {
      const text = toText(bytes);
      if (text.startsWith('GET ')) return toBytes(lies.description ?? page(DESCRIPTION));
      const action = /SOAPAction: "[^#]*#(\w+)"/.exec(text)?.[1] ?? '';
      const lie = lies.says?.[action];
      const answer = lie ? lie(text) : soap(router, action, text, address);
      return answer === '' ? NOTHING : toBytes(answer);
    },
  };
  return router;
}

const otherVersion = (speaks: readonly string[]): Uint8Array | null =>
  speaks.includes('nat-pmp') ? Uint8Array.of(0, 128, 0, 1, ...u32(9)) : null;

const ipv4 = (bytes: Uint8Array, at: number): string => [...bytes.subarray(at, at + 4)].join('.');

function pcp(router: PretendRouter, bytes: Uint8Array, lies: Lies, address: string): Uint8Array {
  const head = (opcode: number, code: number, lifetime: number) => [
    ...[2, 128 + opcode, 0, code, ...u32(lifetime), ...u32(router.epoch)],
    ...new Array<number>(12).fill(0),
  ];
  if (bytes[1] === 0) return Uint8Array.from(head(0, 0, 0));
  const [lifetime, client, protocol] = [u32At(bytes, 4), ipv4(bytes, 20), bytes[36] === 17 ? 'udp' : 'tcp'];
  const [inside, wanted] = [u16At(bytes, 40), u16At(bytes, 42)];
  const nonce = [...bytes.subarray(24, 36)];
  const isFirm = bytes[60] === 2;
  const answer = (code: number, outside: number) =>
    Uint8Array.from([
      ...[
        ...head(1, code, code === 0 ? lifetime : 30),
        ...nonce,
        bytes[36] ?? 0,
        0,
        0,
        0,
        ...u16(inside),
        ...u16(outside),
      ],
      ...[...new Array<number>(10).fill(0), 0xff, 0xff, ...address.split('.').map(Number)],
    ]);
  const name = nonce.join('');
  router.log.push(`pcp ${client} ${protocol} ${inside}->${wanted} ${lifetime}${isFirm ? ' firm' : ''}`);
  if (isFirm && lies.knowsNoFirmness) return answer(5, 0);
  return answer(...grant(router, lies, { client, protocol, inside, wanted, lifetime, name, isFirm }));
}

interface Wish {
  readonly client: string;
  readonly protocol: string;
  readonly inside: number;
  readonly wanted: number;
  readonly lifetime: number;
  readonly name: string;
  readonly isFirm: boolean;
}

function grant(
  { held }: PretendRouter,
  lies: Lies,
  { client, protocol, inside, wanted, lifetime, name, isFirm }: Wish,
): [code: number, outside: number] {
  if (lifetime === 0) {
    if (lies.keeps !== undefined) return [lies.keeps, 0];
    const own = [...held].find(
      ([key, one]) => key.startsWith(protocol) && one.client === client && one.clientPort === inside,
    );
    if (own && own[1].description !== name) return [2, 0];
    if (own) held.delete(own[0]);
    return [0, wanted];
  }
  if (lies.code !== undefined) return [lies.code, 0];
  const other = held.get(`${protocol} ${wanted}`);
  const isTaken = other !== undefined && (other.client !== client || other.description !== name);
  if (isTaken && isFirm) return [11, 0];
  const outside = lies.gives ?? (isTaken ? wanted + 1_000 : wanted);
  held.set(`${protocol} ${outside}`, { client, clientPort: inside, description: name, lease: lifetime });
  return [0, outside];
}

function natPmp(router: PretendRouter, bytes: Uint8Array, lies: Lies, address: string): Uint8Array {
  const [, opcode = 0] = bytes;
  const head = (code: number) => [0, 128 + opcode, ...u16(code), ...u32(router.epoch)];
  if (opcode === 0) return Uint8Array.from([...head(0), ...address.split('.').map(Number)]);
  const [inside, wanted, lifetime] = [u16At(bytes, 4), u16At(bytes, 6), u32At(bytes, 8)];
  const protocol = opcode === 1 ? 'udp' : 'tcp';
  router.log.push(`nat-pmp ${protocol} ${inside}->${wanted} ${lifetime}`);
  const wish = { client: LOCAL, protocol, inside, wanted, lifetime, name: 'nat-pmp', isFirm: false };
  const [code, outside] = grant(router, lies, wish);
  return Uint8Array.from([...head(code), ...u16(inside), ...u16(outside), ...u32(code === 0 ? lifetime : 0)]);
}

export const page = (body: string, status = 200): string =>
  `HTTP/1.1 ${status} X\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

export const fault = (code: number): string => page(`<UPnPError><errorCode>${code}</errorCode></UPnPError>`, 500);

/** An answer to an action, with these fields. */
export const said = (action: string, fields: Readonly<Record<string, string | number>> = {}): string =>
  page(
    `<s:Envelope><s:Body><u:${action}Response>${Object.entries(fields)
      .map(([name, value]) => `<${name}>${value}</${name}>`)
      .join('')}</u:${action}Response></s:Body></s:Envelope>`,
  );

export const fieldOf = (text: string, name: string): string =>
  new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1] ?? '';

const entryFields = ({ client, clientPort, description, lease }: Held) => ({
  NewInternalPort: clientPort,
  NewInternalClient: client,
  NewEnabled: 1,
  NewPortMappingDescription: description,
  NewLeaseDuration: lease,
});

function soap(router: PretendRouter, action: string, text: string, address: string): string {
  const { held, log } = router;
  const field = (name: string) => fieldOf(text, `New${name}`);
  const key = `${field('Protocol').toLowerCase()} ${field('ExternalPort')}`;
  const entry = held.get(key);
  switch (action) {
    case 'GetExternalIPAddress':
      return said(action, { NewExternalIPAddress: address });
    case 'GetSpecificPortMappingEntry':
      return entry ? said(action, entryFields(entry)) : fault(714);
    case 'GetGenericPortMappingEntry': {
      const [name = '', one] = [...held][Number(field('PortMappingIndex'))] ?? [];
      const [protocol = '', port = ''] = name.split(' ');
      return one
        ? said(action, { NewExternalPort: port, NewProtocol: protocol.toUpperCase(), ...entryFields(one) })
        : fault(713);
    }
    case 'DeletePortMapping':
      log.push(`delete ${key}`);
      return held.delete(key) ? said(action) : fault(714);
    case 'AddPortMapping': {
      const [client, clientPort, lease] = [
        field('InternalClient'),
        Number(field('InternalPort')),
        Number(field('LeaseDuration')),
      ];
      log.push(`add ${key} for ${client}:${clientPort} ${lease}`);
      if (entry && entry.client !== client) return fault(718);
      held.set(key, { client, clientPort, lease, description: field('PortMappingDescription') });
      return said(action);
    }
    default:
      return fault(401);
  }
}

const found = (location = `http://${GATEWAY}:5000/d.xml`): string =>
  `HTTP/1.1 200 OK\r\nST: urn:schemas-upnp-org:device:InternetGatewayDevice:1\r\nLOCATION: ${location}\r\n\r\n`;

export const serviceText = (url: string): string =>
  `<service><serviceType>${SERVICE}</serviceType><controlURL>${url}</controlURL></service>`;

const DESCRIPTION = `<root>${serviceText('/ctl')}</root>`;
