import { err, isAnyAddress, isIpv4, ok, type Result } from '../../base/index.ts';
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
  /** Over IPv6, and where the PBX has the public address, nothing is translated; these rules translate. */
  | { readonly kind: 'not-translated' }
  /** `given`: what there is instead of an IPv4 address of the PBX. */
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
  if (source.findings.some(({ facts }) => facts['way'] === 'firewall')) return err({ kind: 'not-translated' });
  const { pbx } = source;
  if (pbx === null || !isIpv4(pbx) || isAnyAddress(pbx)) return err({ kind: 'no-pbx', given: pbx ?? '' });
  const wan = options.wan ?? dialect.wan;
  if (wan === null) return err({ kind: 'no-wan' });
  if (!dialect.wanNames.test(wan)) return err({ kind: 'not-a-wan', given: wan });
  const chains = { forward: chainOf(options.forwardChain), scan: chainOf(options.scanChain) };
  for (const chain of Object.values(chains)) if (chain.kind === 'error') return chain;
  const portsOf = (need: keyof Repair['ports']) => portsThatNeed(need, source.findings, source.unasked);
  return ok({
    needs,
    pbx,
    wan,
    publicAddress: source.publicAddress !== null && isIpv4(source.publicAddress) ? source.publicAddress : null,
    sources: [...new Set(source.sources.filter((address) => isIpv4(address) && !isAnyAddress(address)))],
    ports: {
      forward: portsOf('forward'),
      'keep-source-port': portsOf('keep-source-port'),
      'let-out': portsOf('let-out'),
    },
    chains: { forward: chainIn(chains.forward), scan: chainIn(chains.scan) },
  });
}

const CHAIN = /^(ip|inet) ([A-Za-z_][A-Za-z0-9_]{0,31}) ([A-Za-z_][A-Za-z0-9_]{0,31})$/;

function chainOf(text: string | null): Result<Chain | null, RepairProblem> {
  if (text === null) return ok(null);
  const [, family, table = '', chain = ''] = CHAIN.exec(text.trim().replace(/\s+/g, ' ')) ?? [];
  if (family !== 'ip' && family !== 'inet') return err({ kind: 'not-a-chain', given: text });
  return ok({ family, table, chain });
}

const chainIn = <T>(result: Result<T | null, unknown>): T | null => (result.kind === 'ok' ? result.value : null);
