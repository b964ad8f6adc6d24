import { parsePorts, portsOf } from '../../src/base/index.ts';
import type { NetworkSpec, Scenario } from './types.ts';

/** A service of the phone system that has ports of a scenario, for the column `exclusive`. */
export interface PortService {
  readonly name: string;
  readonly udp: readonly number[];
  readonly tcp: readonly number[];
}

/** From here on they are of the voice; below, and of TCP, of the signalling. */
const FIRST_MEDIA = 9000;

/** Services that have all ports that a scenario asks of, as in a phone system that is at work. One without ports is none. */
export function servicesOf({ steps, services: how }: Pick<Scenario, 'steps' | 'services'>): readonly PortService[] {
  const numbers = (texts: readonly (string | undefined)[]): number[] =>
    [...new Set(texts.flatMap((text) => (text === undefined ? [] : numbersIn(text))))].sort((a, b) => a - b);
  const udp = numbers(steps.map(({ check }) => check.udp));
  const tcp = numbers(steps.map(({ check }) => check.tcp));
  if (how === 'one') return [{ name: 'pbx', udp, tcp }];
  const services = [
    { name: 'sip', udp: udp.filter((port) => port < FIRST_MEDIA), tcp },
    { name: 'media', udp: udp.filter((port) => port >= FIRST_MEDIA), tcp: [] },
  ];
  return services.filter((service) => service.udp.length + service.tcp.length > 0);
}

/** The same network without the programs that hold ports and cannot be stopped: the services are in their place. */
export const withServices = ({ held, heldTcp, heldTcpInside, ...network }: NetworkSpec): NetworkSpec => network;

function numbersIn(text: string): readonly number[] {
  const ranges = parsePorts(text);
  if (ranges.kind === 'error') throw new Error(`a scenario names the ports "${text}"`);
  return portsOf(ranges.value);
}
