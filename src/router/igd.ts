import { endpoint, isIpv4 } from '../base/index.ts';
import { type Place, postRequest } from './http.ts';
import { leavesOf } from './xml.ts';

/** A service of the router that knows its external address, and where it is asked. */
export interface WanService {
  readonly type: string;
  readonly control: Place;
}

/** UPnP IGD: WANIPConnection 1 and 2, WANPPPConnection 1. It becomes part of a request, and so is taken literally. */
const WAN_SERVICE = /^urn:schemas-upnp-org:service:WAN(?:IP|PPP)Connection:[1-9]$/;

/** A router with several lines has several; more than these nobody has. */
const MOST_SERVICES = 4;

/**
 * `http://192.168.0.1:5000/rootDesc.xml`, if it is on the very host that sent it: whoever answers a search must not
 * make us ask others. null: it is elsewhere, or no such place.
 */
export function placeOn(host: string, url: string): Place | null {
  const [, address, port = '80', path = '/'] = /^http:\/\/([\d.]+)(?::(\d{1,5}))?(\/.*)?$/i.exec(url) ?? [];
  if (address !== host || Number(port) < 1 || Number(port) > 65_535) return null;
  return isPath(path) ? { at: endpoint(host, Number(port)), path } : null;
}

/** Visible ASCII: nothing in it can end a line of a request. */
const isPath = (path: string): boolean => /^\/[!-~]{0,511}$/.test(path);

/** The services that a description names (UPnP Device Architecture 1.1 section 2.3). Never throws. */
export function wanServicesOf(xml: string, description: Place): readonly WanService[] {
  const services: WanService[] = [];
  let base = description;
  /** What was said of the service that has not ended yet. */
  let about = new Map<string, string>();
  for (const { name, text } of leavesOf(xml)) {
    if (name === 'URLBase') base = placeOn(description.at.address, text) ?? base;
    if (name !== 'service') about.set(name, text);
    else {
      services.push(...serviceOf(base, about));
      about = new Map();
    }
  }
  return services.slice(0, MOST_SERVICES);
}

function serviceOf(base: Place, about: ReadonlyMap<string, string>): WanService[] {
  const [type = '', url = ''] = [about.get('serviceType'), about.get('controlURL')];
  const control = WAN_SERVICE.test(type) ? resolve(base, url) : null;
  return control ? [{ type, control }] : [];
}

function resolve(base: Place, url: string): Place | null {
  if (/^[a-z]+:/i.test(url)) return placeOn(base.at.address, url);
  if (url === '' || url.startsWith('//')) return null;
  const path = url.startsWith('/') ? url : base.path.replace(/[^/]*$/, '') + url;
  return isPath(path) ? { at: base.at, path } : null;
}

/** SOAP, as UPnP Device Architecture 1.1 section 3.2.1 has it. `fields`: of our own making, without what XML would take for markup. */
export function actionRequest(
  { type, control }: WanService,
  action: string,
  fields: readonly (readonly [name: string, value: string | number])[] = [],
): Uint8Array {
  const envelope = 'http://schemas.xmlsoap.org/soap/';
  const inside = fields.map(([name, value]) => `<${name}>${value}</${name}>`).join('');
  const body =
    `<?xml version="1.0"?>\r\n<s:Envelope xmlns:s="${envelope}envelope/" s:encodingStyle="${envelope}encoding/">` +
    `<s:Body><u:${action} xmlns:u="${type}">${inside}</u:${action}></s:Body></s:Envelope>\r\n`;
  return postRequest(control, ['Content-Type: text/xml; charset="utf-8"', `SOAPAction: "${type}#${action}"`], body);
}

/** It changes nothing in the router. */
export const externalAddressQuestion = (service: WanService): Uint8Array =>
  actionRequest(service, 'GetExternalIPAddress');

/** As the router says it; an empty text: it has none. null: the answer does not say. Never throws. */
export function readExternalAddress(xml: string): string | null {
  for (const { name, text } of leavesOf(xml))
    if (name === 'NewExternalIPAddress') return text === '' || isIpv4(text) ? text : null;
  return null;
}

/** The UPnP error code of a refusal (section 3.2.2); null: there is none. Never throws. */
export function readErrorCode(xml: string): number | null {
  for (const { name, text } of leavesOf(xml))
    if (name === 'errorCode') return /^\d{1,5}$/.test(text) ? Number(text) : null;
  return null;
}
