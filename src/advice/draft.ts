import { isAnyAddress, rangeLabel, toRanges } from '../base/index.ts';
import type { PortVerdict, RunVerdict, ServerVerdict } from '../verdict/index.ts';
import { CATALOGUE, type FindingCode, type Severity } from './catalogue.ts';
import type { Facts, Finding, FindingContext } from './types.ts';

/** All that a finding may be made of. */
export interface Scene {
  readonly run: RunVerdict;
  readonly context: FindingContext;
  /** The server that answered for the run, or the first that should have. */
  readonly lead: ServerVerdict | null;
}

/** A finding before its ports are written as ranges. */
export interface Draft {
  readonly code: FindingCode;
  readonly ports: readonly Pick<PortVerdict, 'protocol' | 'port'>[];
  readonly facts: Facts;
  /** Where it differs from the catalogue. */
  readonly severity?: Severity;
}

export function sceneOf(run: RunVerdict, context: FindingContext): Scene {
  const inState = (state: string) => run.servers.find((server) => server.state === state);
  return { run, context, lead: inState('ok') ?? inState('throttling') ?? inState('basic') ?? run.servers[0] ?? null };
}

const portLabels = (ports: Draft['ports']): string[] =>
  (['udp', 'tcp'] as const).flatMap((protocol) =>
    toRanges(ports.filter((port) => port.protocol === protocol).map(({ port }) => port)).map((range) =>
      rangeLabel(protocol, range),
    ),
  );

export function toFinding(draft: Draft, scene: Scene): Finding {
  const { code, ports, facts } = draft;
  return {
    code,
    severity: draft.severity ?? CATALOGUE[code],
    ports: portLabels(ports),
    facts: { count: ports.length, ...sharedFacts(scene), ...facts },
  };
}

/** What most of the steps name: where packets must arrive, and from where the check sends them. */
function sharedFacts({ run, context, lead }: Scene): Facts {
  const addresses = [lead?.address, lead?.otherAddress?.address].filter((address) => address != null);
  return {
    bindAddress: context.bindAddress,
    ...(lead ? { server: lead.name } : {}),
    ...(addresses.length > 0 ? { sources: [...new Set(addresses)].join(', ') } : {}),
    ...(context.tries === undefined ? {} : { tries: context.tries }),
    ...(isFiltered(run, context) ? { way: 'firewall' } : {}),
  };
}

/** The PBX's own address is the public one, or of IPv6: a firewall may stand in front of it, but nothing is forwarded. */
function isFiltered({ ports, publicAddresses }: RunVerdict, { bindAddress }: FindingContext): boolean {
  if (publicAddresses.length === 0) return false;
  return ports.some(({ family }) => family === 'ipv6') || isSeenAs(publicAddresses, bindAddress);
}

const isSeenAs = (publicAddresses: readonly string[], bindAddress: string): boolean =>
  publicAddresses.every((address) => address === bindAddress);

/** The router gives the PBX another address, though there are enough of them: by NPTv6 (RFC 6296), or NAT66. */
export const isPrefixTranslated = ({ run, context }: Scene): boolean =>
  run.ports.some(({ family, cause }) => family === 'ipv6' && cause !== 'wrong-family') &&
  run.publicAddresses.length > 0 &&
  !isAnyAddress(context.bindAddress) &&
  !run.publicAddresses.includes(context.bindAddress);
