import type { Milliseconds } from '../../../src/base/index.ts';
import type { Tuple } from '../packet.ts';

/** Takes an address for a scanner that reaches for too many different ports at a time. Sees new flows only. */
export interface ScanGuard {
  refuses(flow: Tuple, spec: { readonly after: number; readonly seconds?: number }, now: Milliseconds): boolean;
}

const MEMORY: Milliseconds = 10_000;
/** Seconds. */
const BAN = 30;

export function createScanGuard(): ScanGuard {
  /** By address: port -> until when it counts. */
  const seen = new Map<string, Map<number, Milliseconds>>();
  const banned = new Map<string, Milliseconds>();

  return {
    refuses({ from: { address }, to: { port } }, { after, seconds = BAN }, now) {
      if (now < (banned.get(address) ?? Number.NEGATIVE_INFINITY)) return true;
      const ports = seen.get(address) ?? new Map<number, Milliseconds>();
      for (const [known, until] of ports) if (until <= now) ports.delete(known);
      ports.set(port, now + MEMORY);
      seen.set(address, ports);
      if (ports.size <= after) return false;
      banned.set(address, now + 1000 * seconds);
      return true;
    },
  };
}
