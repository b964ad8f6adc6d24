import type { RouterObservation, RouterProtocol } from '../router/index.ts';

/** Why the router's own address is not known. */
export type RouterUnknown =
  /** This machine is not on a local network, or the gateway is not. */
  | 'no-lan'
  | 'no-gateway'
  | 'gateway-unknown'
  /** It answers none of the protocols. */
  | 'silent'
  /** It answers, and tells no address. */
  | 'refused'
  | 'malformed'
  /** It says that it has none. */
  | 'no-address'
  /** It says one thing here and another there. */
  | 'contradictory'
  /** Nothing could be sent. */
  | 'failed'
  /** The run was over first. */
  | 'cancelled';

/** What the router says of itself. */
export interface RouterEvidence {
  /** null: there is none that may be asked. */
  readonly gateway: string | null;
  /** This machine's own address, from which it was asked. */
  readonly local: string;
  /** The router's address on its way to the internet. */
  readonly wan: { readonly address: string; readonly by: RouterProtocol } | null;
  /** null: it is known. */
  readonly unknown: RouterUnknown | null;
}

const NO_ADDRESS = '0.0.0.0';

/** RFC 6886 section 3.5: for instance, it has got no address from its own network. */
const isNetworkFailure = (seen: RouterObservation): boolean =>
  seen.kind === 'router-refused' && seen.by === 'nat-pmp' && seen.code === 3;

/** The first that applies; any address goes before all of them. */
const REASONS: readonly (readonly [reason: RouterUnknown, applies: (seen: RouterObservation) => boolean])[] = [
  ['no-address', (seen) => seen.kind === 'router-address' || isNetworkFailure(seen)],
  ['malformed', ({ kind }) => kind === 'router-malformed'],
  ['refused', ({ kind }) => kind === 'router-refused'],
  ['cancelled', ({ kind }) => kind === 'router-cancelled'],
  ['failed', ({ kind }) => kind === 'router-failed'],
];

/** Folds what was seen, in any order. */
export function collectRouter(
  { gateway, local }: { readonly gateway: string; readonly local: string },
  observations: readonly RouterObservation[],
): RouterEvidence {
  const told = observations.filter((seen) => seen.kind === 'router-address');
  const [first, ...others] = told.filter(({ address }) => address !== NO_ADDRESS).sort((a, b) => a.at - b.at);
  const about = { gateway, local };
  if (!first) return { ...about, wan: null, unknown: reasonOf(observations) };
  if (others.some(({ address }) => address !== first.address)) return { ...about, wan: null, unknown: 'contradictory' };
  return { ...about, wan: { address: first.address, by: first.by }, unknown: null };
}

const reasonOf = (observations: readonly RouterObservation[]): RouterUnknown =>
  REASONS.find(([, applies]) => observations.some(applies))?.[0] ?? 'silent';
