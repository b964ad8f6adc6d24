/** What the gateway says of itself: its own internet address, asked by NAT-PMP and UPnP; nothing in it is changed. */
export { isLanAddress, RouterCheck, type RouterTarget } from './router-check.ts';
export type { RouterObservation, RouterProtocol } from './types.ts';
export { type RouterSaid, RouterWho } from './who.ts';
