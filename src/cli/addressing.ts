import type { CheckRequest, ServerName } from '../app/index.ts';
import { ANY, canonicalIp, type Family, familyOf, ok, type Result, scopeOf, wrappedIpv4 } from '../base/index.ts';
import { type Mistake, wrong } from './types.ts';

/** In which family, and from which address. */
export type Addressing = Pick<CheckRequest, 'family' | 'bindAddress'>;

export interface AddressingOptions {
  readonly ipv4?: boolean;
  readonly ipv6?: boolean;
  readonly bindAddress?: string;
}

/** All that names a family must name the same one; null: nothing does. */
export function readAddressing(
  options: AddressingOptions,
  servers: readonly ServerName[],
): Result<Addressing, Mistake> {
  const { ipv4 = false, ipv6 = false, bindAddress } = options;
  if (ipv4 && ipv6) return wrong('family.both');
  const bound = bindAddress === undefined ? ok(null) : readBindAddress(bindAddress);
  if (bound.kind === 'error') return bound;
  const family = oneFamily([
    ...(ipv4 ? [{ what: '-4', family: 'ipv4' } as const] : []),
    ...(ipv6 ? [{ what: '-6', family: 'ipv6' } as const] : []),
    ...servers.flatMap(({ name, host }) => familyNamed(`--server ${name}`, host)),
    ...(bound.value === null ? [] : familyNamed(`--bind-address ${bound.value}`, bound.value)),
  ]);
  if (family.kind === 'error') return family;
  return ok({ family: family.value, bindAddress: bound.value ?? ANY[family.value ?? 'ipv4'] });
}

/** What names a family. */
interface Named {
  /** As it was typed. */
  readonly what: string;
  readonly family: Family;
}

export const FAMILY_NAMES: Readonly<Record<Family, string>> = { ipv4: 'IPv4', ipv6: 'IPv6' };

function oneFamily(named: readonly Named[]): Result<Family | null, Mistake> {
  const [first] = named;
  const other = named.find(({ family }) => family !== first?.family);
  if (!first || !other) return ok(first?.family ?? null);
  const families = { firstFamily: FAMILY_NAMES[first.family], secondFamily: FAMILY_NAMES[other.family] };
  return wrong('family.mixed', { first: first.what, second: other.what, ...families });
}

function familyNamed(what: string, address: string): Named[] {
  const family = familyOf(address);
  return family === null ? [] : [{ what, family }];
}

/** In brackets or not: there is no port that could be meant. */
function readBindAddress(given: string): Result<string, Mistake> {
  const text = given.replace(/^\[(.*)\]$/, '$1');
  if (familyOf(text) === 'ipv6' && scopeOf(text) === 'link-local') return wrong('bind-address.link-local', { given });
  const address = canonicalIp(text);
  return address === null || wrappedIpv4(address) ? wrong('bind-address.not-an-address', { given }) : ok(address);
}
