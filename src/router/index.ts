/**
 * What the gateway says of itself: its own internet address, asked by NAT-PMP and UPnP, which changes nothing in it. And,
 * only where somebody asked for it, mappings: made, deleted and listed by PCP, NAT-PMP and UPnP.
 */
export { leadsHere } from './igd-map.ts';
export { IgdMapper, type IgdTask } from './igd-mapper.ts';
export type { MapEntry, MapObservation, MapOutcome, Mapping, MapTask, NotSpoken } from './mapping.ts';
export { NAT_PMP } from './nat-pmp-map.ts';
export { NONCE_BYTES, pcp } from './pcp-map.ts';
export { isLanAddress, RouterCheck, type RouterTarget } from './router-check.ts';
export type { RouterObservation, RouterProtocol } from './types.ts';
export { UdpMapper } from './udp-mapper.ts';
export { type RouterSaid, RouterWho } from './who.ts';
