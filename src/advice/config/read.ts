import { canonicalIp, err, type Family, familyOf, isAnyAddress, ok, type Result } from '../../base/index.ts';
import { needsOfAll, portsThatNeed, type Unasked } from '../routers/index.ts';
import type { Finding } from '../types.ts';
import type { Chain, Dialect, Repair } from './types.ts';

/** What a report says, and what its owner adds. Texts, as anybody may have written them. */
export interface RepairSource {
  readonly findings: readonly Finding[];
  readonly unasked: readonly Unasked[];
  readonly pbx: string | null;
  readonly publicAddress: string | null;
  readonly sources: readonly string[];
}

export interface RepairOptions {
  readonly wan: string | null;
  readonly forwardChain: string | null;
  readonly scanChain: string | null;
}

/** Why no configuration can be written. */
export type RepairProblem =
  /** No finding asks for anything that a router could be told. */
  | { readonly kind: 'nothing-to-do' }
  /** Over IPv6, and where the PBX has the public address, nothing is translated; the rules of this dialect translate. */
  | { readonly kind: 'not-translated' }
  /** `given`: what there is instead of an address of the PBX; where something is translated, of IPv4. */
  | { readonly kind: 'no-pbx'; readonly given: string }
  | { readonly kind: 'no-wan' }
  | { readonly kind: 'not-a-wan'; readonly given: string }
  | { readonly kind: 'not-a-chain'; readonly given: string };

/** Nothing gets into a configuration that is not an address, a port or a name as these are. */
export function readRepair(
  source: RepairSource,
  options: RepairOptions,
  dialect: Dialect,
): Result<Repair, RepairProblem> {
  const needs = needsOfAll(source.findings);
  if (needs.length === 0) return err({ kind: 'nothing-to-do' });
  const translated = isTranslated(source.findings);
  if (!translated && !dialect.admit) return err({ kind: 'not-translated' });
  const found = pbxOf(source, translated);
  if (found.kind === 'error') return found;
  const { pbx, family } = found.value;
  const wan = options.wan ?? dialect.wan;
  if (wan === null) return err({ kind: 'no-wan' });
  if (!dialect.wanNames.test(wan)) return err({ kind: 'not-a-wan', given: wan });
  const chains = { forward: chainOf(options.forwardChain, family), scan: chainOf(options.scanChain, family) };
  for (const chain of Object.values(chains)) if (chain.kind === 'error') return chain;
  const portsOf = (need: keyof Repair['ports']) => portsThatNeed(need, source.findings, source.unasked);
  const own = (address: string | null): address is string =>
    address !== null && canonicalIp(address) === address && familyOf(address) === family && !isAnyAddress(address);
  return ok({
    ...{ needs, family, pbx, wan },
    publicAddress: own(source.publicAddress) ? source.publicAddress : null,
    sources: [...new Set(source.sources.filter(own))],
    ports: {
      forward: portsOf('forward'),
      'keep-source-port': portsOf('keep-source-port'),
      'let-out': portsOf('let-out'),
    },
    chains: { forward: chainIn(chains.forward), scan: chainIn(chains.scan) },
  });
}

/** Forwards lead to an address of IPv4. */
function pbxOf(
  { pbx: given }: RepairSource,
  translated: boolean,
): Result<{ readonly pbx: string; readonly family: Family }, RepairProblem> {
  const pbx = canonicalIp(given ?? '');
  const family = familyOf(pbx ?? '');
  if (pbx === null || family === null || isAnyAddress(pbx) || (translated && family === 'ipv6'))
    return err({ kind: 'no-pbx', given: given ?? '' });
  return ok({ pbx, family });
}

const CHAIN = /^(ip6?|inet) ([A-Za-z_][A-Za-z0-9_]{0,31}) ([A-Za-z_][A-Za-z0-9_]{0,31})$/;

const FAMILIES = { ipv4: 'ip', ipv6: 'ip6' } as const;

/** One of another family sees none of these packets. */
function chainOf(text: string | null, family: Family): Result<Chain | null, RepairProblem> {
  if (text === null) return ok(null);
  const [, kind, table = '', chain = ''] = CHAIN.exec(text.trim().replace(/\s+/g, ' ')) ?? [];
  if (kind !== 'inet' && kind !== FAMILIES[family]) return err({ kind: 'not-a-chain', given: text });
  return ok({ family: kind, table, chain });
}

/** Nothing is, over IPv6, and where the PBX itself has the public address. */
export const isTranslated = (findings: readonly Finding[]): boolean =>
  findings.every(({ facts }) => facts['way'] !== 'firewall');

const chainIn = <T>(result: Result<T | null, unknown>): T | null => (result.kind === 'ok' ? result.value : null);
