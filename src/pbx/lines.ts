import type { ProfilePort, Protocol, Purpose } from './types.ts';

/** A line of a profile: `5060`, or `[10000, 20000]`. */
type Ports = number | readonly [from: number, to: number];

const line =
  (protocol: Protocol) =>
  (ports: Ports, purpose: Purpose, source: Source): ProfilePort => {
    const [from, to] = typeof ports === 'number' ? [ports, ports] : ports;
    return { protocol, from, to, purpose, direction: 'in', optional: false, ...source };
  };

export const udp = line('udp');
export const tcp = line('tcp');

export const optional = (port: ProfilePort): ProfilePort => ({ ...port, optional: true });

export interface Source {
  readonly source: string;
  readonly verified: boolean;
}

/** Read there. */
export const readIn = (source: string): Source => ({ source, verified: true });

/** Not read anywhere by us; `what` says whose habit it is. */
export const commonKnowledge = (what: string): Source => ({
  source: `common knowledge, not checked: ${what}`,
  verified: false,
});
