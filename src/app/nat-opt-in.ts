import { type Endpoint, endpoint, type Milliseconds } from '../base/index.ts';
import { LifetimeCheck, type LifetimeObservation, NatOptIn, type OptInObservation } from '../engine/index.ts';
import { collectLifetime, collectOptIn } from '../evidence/index.ts';
import { lifetimeWaits } from '../plan/index.ts';
import type { System } from '../system/index.ts';
import {
  type Fragments,
  type Hairpin,
  judgeFragments,
  judgeHairpin,
  judgeLifetime,
  type Lifetime,
  type NatBehaviour,
} from '../verdict/index.ts';
import type { PumpUntilCancelled } from './pumps.ts';
import type { Candidate } from './servers.ts';

/** What `fullcone nat` asks only if it is told to. */
export interface NatOptions {
  readonly hairpin: boolean;
  readonly fragments: boolean;
  /** Seconds that are waited at most; null: not asked. */
  readonly lifetime: number | null;
}

/** null: not asked. */
export interface NatOptInFindings {
  readonly hairpin: Hairpin | null;
  readonly fragments: Fragments | null;
  readonly lifetime: (Lifetime & { readonly longestWait: number }) | null;
}

interface Tools {
  readonly system: System;
  readonly bindAddress: string;
  readonly pumps: PumpUntilCancelled;
  readonly tell: (event: { readonly kind: 'waiting'; readonly for: Milliseconds }) => void;
}

/** All of it at the same time, each from ports of its own. `leader`: a server that can be asked; null: there is none. */
export async function askOptIn(
  { hairpin, fragments, lifetime }: NatOptions,
  leader: Candidate | null,
  { publicAddress }: NatBehaviour,
  tools: Tools,
): Promise<NatOptInFindings> {
  const isOurs = publicAddress !== null && tools.system.host.addresses().includes(publicAddress);
  const [seen, lives] = await Promise.all([
    observeOptIn(leader, { hairpin: hairpin && !isOurs, fragments }, tools),
    observeLifetime(leader, lifetime, tools),
  ]);
  const missing = leader === null ? 'server' : tools.pumps.cancelled ? 'cancelled' : 'path';
  const unasked = leader && !leader.seen.responsePort ? 'no-response-port' : missing;
  const evidence = collectOptIn(seen);
  return {
    hairpin: hairpin ? judgeHairpin(evidence, isOurs ? 'no-nat' : missing) : null,
    fragments: fragments ? judgeFragments(evidence, missing) : null,
    lifetime: lifetime === null ? null : { ...judgeLifetime(collectLifetime(lives), unasked), longestWait: lifetime },
  };
}

const primaryOf = ({ address, server }: Candidate): Endpoint => endpoint(address, server.port);

/** Who has not said that he allows more is asked ten times a second (RFC 5780 section 5). */
const isStranger = ({ seen }: Candidate): boolean => seen.allowedRate === null;

async function observeOptIn(
  leader: Candidate | null,
  wanted: { readonly hairpin: boolean; readonly fragments: boolean },
  { system, bindAddress, pumps }: Tools,
): Promise<readonly OptInObservation[]> {
  const observations: OptInObservation[] = [];
  if (!leader || !(wanted.hairpin || wanted.fragments)) return observations;
  const target = { primary: primaryOf(leader), bindAddress, slowness: isStranger(leader) ? 3 : 1, ...wanted };
  await pumps.run(new NatOptIn(target, system.random), (observation) => observations.push(observation));
  return observations;
}

const [OUR_GAP, STRANGERS_GAP]: readonly [Milliseconds, Milliseconds] = [60, 200];

async function observeLifetime(
  leader: Candidate | null,
  longest: number | null,
  { system, bindAddress, pumps, tell }: Tools,
): Promise<readonly LifetimeObservation[]> {
  const observations: LifetimeObservation[] = [];
  if (!leader?.seen.responsePort || longest === null) return observations;
  const gap = isStranger(leader) ? STRANGERS_GAP : OUR_GAP;
  const target = { primary: primaryOf(leader), bindAddress, waits: lifetimeWaits(longest), gap };
  await pumps.run(new LifetimeCheck(target, system.random), (observation) => {
    observations.push(observation);
    if (observation.kind === 'lifetime-waits') tell({ kind: 'waiting', for: observation.longest });
  });
  return observations;
}
