import { type DrawnServers, type FoundProduct, familyFor, isAlike } from '../app/index.ts';
import { type Family, familyOf } from '../base/index.ts';
import { type CheckOptions, serversMeant } from './input.ts';
import type { Context } from './types.ts';

/**
 * A phone system may listen at other ports in either family: then its servers tell which one it will be, as they will
 * tell the run (docs/decisions/0012). null: nothing depends on it, or it is named.
 */
export function familyOfProduct(
  options: CheckOptions,
  drawn: DrawnServers,
  product: FoundProduct | null,
  { system }: Context,
): Promise<Family | null> | null {
  if (!product || isAlike(product) || isNamed(options)) return null;
  const servers = serversMeant(options, drawn);
  // What is wrong with them is told when they are read.
  if (servers.kind === 'error' || servers.value.some(({ host }) => familyOf(host) !== null)) return null;
  return familyFor(servers.value, system);
}

const isNamed = ({ ipv4 = false, ipv6 = false, bindAddress }: CheckOptions): boolean =>
  ipv4 || ipv6 || bindAddress !== undefined;
