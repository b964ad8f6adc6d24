import { type RepairOptions, type RepairProblem, type Router, routerKnowledge } from '../advice/index.ts';
import { canonicalIp, err, isAnyAddress, ok, portLabel, type Result } from '../base/index.ts';
import type { Report, RouterAdvice, RouterConfig } from '../report/index.ts';
import type { RouterSaid } from '../router/index.ts';

/** A router that can be chosen. */
export interface KnownRouter {
  readonly id: string;
  readonly name: string;
  readonly versions: string;
  /** Of the five facts: those that are known, and those of them that were read in a source. */
  readonly known: number;
  readonly verified: number;
  /** Configuration can be written for it. */
  readonly config: boolean;
}

/** The id of what stands for every router. */
export const ANY_ROUTER = 'any';

export async function listRouters(): Promise<readonly KnownRouter[]> {
  const { ROUTERS, dialectOf } = await routerKnowledge();
  return ROUTERS.map(({ id, name, versions, steps }) => {
    // Five: what is let out is a rule like any other, and no fact of its own.
    const known = Object.entries(steps).flatMap(([need, step]) => (need === 'let-out' ? [] : [step]));
    const verified = known.filter(({ source }) => source !== null).length;
    return { id, name, versions, known: known.length, verified, config: dialectOf(id) !== null };
  });
}

/** null: no such router. */
export async function findKnownRouter(id: string): Promise<{ readonly id: string; readonly name: string } | null> {
  return (await routerKnowledge()).findRouter(id);
}

/** Who that is, by what it says; null: none of those that are known. */
export async function recogniseRouter(
  said: readonly RouterSaid[],
): Promise<{ readonly id: string; readonly name: string } | null> {
  const wordsOf = (by: RouterSaid['by']) => said.filter((one) => one.by === by).flatMap(({ words }) => words);
  return (await routerKnowledge()).recognise({ device: wordsOf('upnp'), page: wordsOf('page') });
}

/** What the owner of the router adds to the report. */
export interface AdviseOptions extends RepairOptions {
  /** The PBX's address on the LAN, where the report does not say it. */
  readonly pbx: string | null;
}

/** What to change in that router, by what the report found. */
export async function adviseRouter(report: Report, id: string, options: AdviseOptions): Promise<RouterAdvice> {
  const { ANY_ROUTER: any, dialectOf, findRouter, isTranslated, needsOf, stepsFor } = await routerKnowledge();
  const router = findRouter(id) ?? any;
  // The menus that are known are those of translation; over IPv6, and without it, a firewall is meant.
  const translated = isTranslated(report.findings);
  const wan = options.wan ?? dialectOf(router.id)?.wan ?? null;
  const values = { ...sourceOf(report, options), wan };
  return {
    router: nameOf(router),
    isTranslated: translated,
    steps: translated ? stepsFor(router, report.findings, values, values.unasked) : [],
    others: report.findings.filter(
      (finding) => finding.severity !== 'info' && (!translated || needsOf(finding).length === 0),
    ),
    config: translated ? dialectOf(router.id) !== null : dialectOf(router.id)?.admit !== undefined,
  };
}

/** The rules for that router, as text to paste. */
export async function configureRouter(
  report: Report,
  id: string,
  options: AdviseOptions,
): Promise<Result<RouterConfig, RepairProblem | { readonly kind: 'no-dialect' }>> {
  const { dialectOf, findRouter, isTranslated, readRepair } = await routerKnowledge();
  const router = findRouter(id);
  const dialect = dialectOf(id);
  if (!router || !dialect) return err({ kind: 'no-dialect' });
  const source = sourceOf(report, options);
  const repair = readRepair(source, options, dialect);
  if (repair.kind === 'error') return repair;
  const { pbx, wan } = repair.value;
  const write = isTranslated(source.findings) ? dialect.write : (dialect.admit ?? dialect.write);
  const { comment, proven } = dialect;
  return ok({ router: nameOf(router), pbx, wan, comment, proven, sections: write(repair.value) });
}

const nameOf = ({ id, name, versions }: Router): RouterAdvice['router'] => ({ id, name, versions });

function sourceOf(report: Report, { pbx }: AdviseOptions) {
  const { bindAddress = '', publicAddresses, servers, findings, sample } = report;
  return {
    findings,
    unasked: (sample?.inferred ?? []).flatMap((group) => likeOf(group, report).map((like) => ({ ...group, like }))),
    pbx: pbx ?? (isAnyAddress(bindAddress) ? null : addressIn(bindAddress)),
    publicAddress: addressIn(publicAddresses[0]),
    sources: sourcesOf(servers),
  };
}

/** One of those between which they lie; none: nothing can be said of them. */
function likeOf({ result, cause }: { result: string; cause: string | null }, { ports }: Report): string[] {
  const like = ports.find((port) => port.protocol === 'udp' && port.result === result && port.cause === cause);
  return like ? [portLabel(like.protocol, like.port)] : [];
}

/** Where the packets of the check came from: the servers' first and second addresses. */
const sourcesOf = (servers: Report['servers']): readonly string[] => [
  ...new Set(
    servers
      .filter(({ state }) => state === 'ok' || state === 'throttling')
      .flatMap(({ address, otherAddress }) => [addressIn(address ?? ''), addressIn(hostOf(otherAddress ?? ''))])
      .filter((address) => address !== null),
  ),
];

/** Of `198.51.100.20:3479`, `[2001:db8::1]:3479`. */
const hostOf = (endpoint: string): string => endpoint.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');

/** Without a zone, which may be any text. */
const addressIn = (text = ''): string | null => canonicalIp(text);
