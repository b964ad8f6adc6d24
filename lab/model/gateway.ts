import { type Endpoint, endpoint } from '../../src/base/index.ts';
import type { Speech } from '../scenarios/index.ts';
import { GATEWAY, HOST2, isLan } from './addresses.ts';
import { type Datagram, invert, type Packet, type Segment } from './packet.ts';
import { answerTo, refusal } from './segment.ts';

/** The router as the LAN sees it: what it says to a packet for itself, or for everybody. */
export type Gateway = (packet: Packet) => readonly Packet[];

const GROUP = '239.255.255.250';
const HTTP_PORT = 5000;
const IGD = 'urn:schemas-upnp-org:device:InternetGatewayDevice:1';
const SERVICE = 'urn:schemas-upnp-org:service:WANIPConnection:1';

/** `wan`: its address on the other side. */
export function createGateway(speech: Speech | undefined, wan: string): Gateway {
  const { protocols = [], address = wan, fault } = speech ?? {};
  const speaks = (protocol: Speech['protocols'][number]): boolean => protocols.includes(protocol);

  function hear(packet: Packet): readonly Packet[] {
    if (packet.protocol === 'tcp') return connect(packet);
    const answer = say(packet.to, packet.bytes);
    return answer === null ? [] : [answerFrom(packet, fault === 'wrong-source' ? HOST2 : GATEWAY, answer)];
  }

  function say({ port }: Endpoint, bytes: Uint8Array): Uint8Array | null {
    if (port === 1900) return speaks('upnp') ? orGarbage(ascii(found(fault === 'elsewhere' ? HOST2 : GATEWAY))) : null;
    if (port !== 5351) return null;
    return bytes[0] === 0 ? sayNatPmp() : sayPcp();
  }

  /** A server of PCP alone answers by its own version, and with an error. */
  function sayNatPmp(): Uint8Array | null {
    if (speaks('nat-pmp')) return orGarbage(natPmpAnswer(fault === 'no-address' ? null : address));
    return speaks('pcp') ? orGarbage(pcpAnswer(1)) : null;
  }

  function sayPcp(): Uint8Array | null {
    if (speaks('pcp')) return orGarbage(pcpAnswer(0));
    return speaks('nat-pmp') ? orGarbage(UNKNOWN_VERSION) : null;
  }

  const orGarbage = (answer: Uint8Array): Uint8Array => (fault === 'garbage' ? GARBAGE : answer);

  function connect(segment: Segment): readonly Packet[] {
    const answer = speaks('upnp') && segment.to.port === HTTP_PORT ? answerOf(segment) : refusal(segment);
    return answer === null ? [] : [answer];
  }

  function answerOf(segment: Segment): Segment | null {
    if (segment.kind === 'syn') return answerTo(segment, 'syn-ack');
    if (segment.kind !== 'data' || fault === 'hangs') return null;
    const text = page(new TextDecoder().decode(segment.bytes), fault === 'no-address' ? '' : address);
    return { ...answerTo(segment, 'ack'), bytes: fault === 'garbage' ? GARBAGE : ascii(text) };
  }

  return (packet) => (isForUs(packet.to.address) ? hear(packet) : []);
}

const isForUs = (address: string): boolean => address === GATEWAY || address === GROUP;

/** Whether the router looks at it as a machine of the LAN. */
export const staysInLan = (address: string): boolean => isLan(address) || address === GROUP;

const answerFrom = (packet: Datagram, address: string, bytes: Uint8Array): Datagram => ({
  ...{ protocol: 'udp', to: invert(packet).to, bytes },
  from: endpoint(address, packet.to.port),
});

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

const GARBAGE = Uint8Array.from({ length: 200 }, (_, index) => (index * 89) % 256);

/** RFC 6886 section 3.5. */
const UNKNOWN_VERSION = Uint8Array.of(0, 128, 0, 1, 0, 0, 0, 9);

/** RFC 6886 section 3.2; null: code 3, it has no address itself. */
const natPmpAnswer = (address: string | null): Uint8Array =>
  Uint8Array.of(0, 128, 0, address === null ? 3 : 0, 0, 0, 0, 9, ...(address ?? '0.0.0.0').split('.').map(Number));

/** RFC 6887 section 7.2; code 1: the version is not known. */
const pcpAnswer = (code: number): Uint8Array => Uint8Array.of(2, 128, 0, code, ...new Array<number>(20).fill(0));

const found = (host: string): string =>
  `HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=120\r\nST: ${IGD}\r\nEXT:\r\nLOCATION: http://${host}:${HTTP_PORT}/igd.xml\r\n\r\n`;

function page(request: string, address: string): string {
  if (request.startsWith('GET /igd.xml ')) return ok(DESCRIPTION);
  const isAsked = request.startsWith('POST /ctl/wan ') && request.includes(`${SERVICE}#GetExternalIPAddress`);
  if (!isAsked) return 'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n';
  return ok(
    `<s:Envelope><s:Body><u:GetExternalIPAddressResponse xmlns:u="${SERVICE}">` +
      `<NewExternalIPAddress>${address}</NewExternalIPAddress></u:GetExternalIPAddressResponse></s:Body></s:Envelope>`,
  );
}

const ok = (body: string): string => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

const DESCRIPTION = `<?xml version="1.0"?>
<root xmlns="urn:schemas-upnp-org:device-1-0"><device><deviceType>${IGD}</deviceType><serviceList>
<service><serviceType>urn:schemas-upnp-org:service:Layer3Forwarding:1</serviceType><controlURL>/ctl/l3</controlURL></service>
</serviceList><deviceList><device><serviceList>
<service><serviceType>${SERVICE}</serviceType><controlURL>/ctl/wan</controlURL></service>
</serviceList></device></deviceList></device></root>`;
