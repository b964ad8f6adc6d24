import { findAsterisk } from './asterisk/find.ts';
import type { FoundProduct, Machine } from './config/types.ts';
import { findFreeswitch } from './freeswitch/find.ts';
import { findKamailio } from './kamailio/find.ts';
import { findThreeCx } from './three-cx/find.ts';

/**
 * The phone systems of this machine with the ports of their own configuration: those that run, and only where none
 * does, those that are installed.
 */
export async function discover(machine: Machine): Promise<readonly FoundProduct[]> {
  const found = [
    ...(await findThreeCx(machine)),
    ...(await findAsterisk(machine)),
    ...(await findFreeswitch(machine)),
    ...(await findKamailio(machine)),
  ].map(withNetwork);
  const running = found.filter(({ processes }) => processes.length > 0);
  return running.length > 0 ? running : found;
}

function withNetwork(product: FoundProduct): FoundProduct {
  const isOwn = product.processes.some(({ network }) => network === 'own');
  const warning = { code: 'own-network', file: null, line: null, what: '' } as const;
  return isOwn ? { ...product, warnings: [...product.warnings, warning] } : product;
}
