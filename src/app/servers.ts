import { endpoint, type Family } from '../base/index.ts';
import { ServerCheck, type ServerObservation } from '../engine/index.ts';
import { collectServer, type ServerEvidence } from '../evidence/index.ts';
import type { ServerFacts } from '../plan/index.ts';
import type { System } from '../system/index.ts';
import { canAskInbound, canAskOutbound, judgeServer, type ServerVerdict } from '../verdict/index.ts';
import type { RunEvent, ServerName } from './events.ts';
import { bindAddressFor, type Resolve } from './family.ts';
import type { PumpUntilCancelled } from './pumps.ts';
import { Turns } from './turns.ts';

/** A server at one of its addresses, and what it is good for. */
export interface Candidate {
  readonly server: ServerName;
  readonly address: string;
  readonly seen: ServerEvidence;
  readonly verdict: ServerVerdict;
}

/** Of each address: `control` and `listener`. */
const SOCKETS_PER_ADDRESS = 2;
/** For the resolver, and what else the process opens meanwhile. */
const SPARE_SOCKETS = 4;

/** As many addresses at the same time as there are sockets for: one that finds none would look like a server that is not there. */
export const turnsFor = (freeSockets: number): Turns =>
  new Turns(Math.max(1, Math.floor((freeSockets - SPARE_SOCKETS) / SOCKETS_PER_ADDRESS)));

/** A name with more addresses than this is not a STUN server's. */
const MOST_ADDRESSES = 4;

export interface ServerTools {
  readonly system: System;
  readonly family: Family;
  readonly resolve: Resolve;
  /** As the user wants it; any address: `bindAddressFor` has the one that it becomes. */
  readonly bindAddress: string;
  /** UDP ports that the checks of servers leave alone. */
  readonly isChecked: (port: number) => boolean;
  readonly pumps: PumpUntilCancelled;
  /** Of the addresses of all servers. */
  readonly turns: Turns;
  readonly tell: (event: RunEvent) => void;
}

/** Finds out what every address of a server is good for; nothing if the run is cancelled before. */
export async function checkServer(server: ServerName, tools: ServerTools): Promise<Candidate[]> {
  const { family, resolve, pumps, tell } = tools;
  const resolved = await Promise.race([resolve(server.host, family), pumps.cancellation]);
  if (resolved === 'cancelled') return [];
  if (resolved.kind === 'error') {
    tell({ kind: 'unresolved', server, error: resolved.error });
    return [];
  }
  const addresses = resolved.value.slice(0, MOST_ADDRESSES);
  tell({ kind: 'resolved', server, addresses });
  return Promise.all(addresses.map((address) => tools.turns.take(() => checkAddress(server, address, tools))));
}

async function checkAddress(server: ServerName, address: string, tools: ServerTools): Promise<Candidate> {
  const { system, bindAddress, isChecked, pumps, tell } = tools;
  const primary = endpoint(address, server.port);
  const from = await bindAddressFor(address, bindAddress, system);
  const engine = new ServerCheck({ name: server.name, primary }, from, isChecked, system.random);
  const observations: ServerObservation[] = [];
  await pumps.run(engine, (observation) => {
    observations.push(observation);
    tell({ kind: 'server', server, primary, observation });
  });
  if (!pumps.cancelled) tell({ kind: 'server-checked', server, primary });
  const seen = collectServer(observations);
  return { server, address, seen, verdict: judgeServer({ name: server.name, address, port: server.port }, seen) };
}

/** The first that can ask everything; else the first that can ask anything. */
export const lead = (candidates: readonly Candidate[]): Candidate | undefined =>
  candidates.find(({ verdict }) => canAskInbound(verdict)) ?? candidates.find(({ verdict }) => canAskOutbound(verdict));

/** It does not say that it allows more than strangers may ask (RFC 5780 section 5). */
export const isStranger = ({ allowedRate }: ServerEvidence): boolean => allowedRate === null;

/**
 * Those that could ask the same questions, and share no address with it: what a port has sent there opens the way for
 * them (docs/decisions/0001, trap 1). None with an address of one before it.
 */
export function othersThan(leader: Candidate, candidates: readonly Candidate[]): Candidate[] {
  const taken = new Set(addressesOf(leader));
  return candidates.filter((candidate) => {
    const own = addressesOf(candidate);
    if (!canAskInbound(candidate.verdict) || own.some((address) => taken.has(address))) return false;
    for (const address of own) taken.add(address);
    return true;
  });
}

/** Who calls TCP ports, in this order; a server beside the first calls from addresses of its own. */
export function callersOf(leader: Candidate, candidates: readonly Candidate[]): readonly Candidate[] {
  const [first, ...rest] = [...new Set([leader, ...candidates])].filter(({ seen }) => seen.calls);
  return first ? [first, ...othersThan(first, rest)] : [];
}

const addressesOf = ({ address, seen }: Candidate): string[] =>
  seen.other ? [address, seen.other.address] : [address];

/**
 * The ports ask the primary's *other* port where it lives: a phone of the LAN that uses the same source port as the
 * PBX talks to the usual one, and its entry in the router would make ours look translated (docs/decisions/0003).
 * The usual one is there for when the router still knows the other one from an earlier check.
 */
export function waysOf({ server, address, seen, verdict }: Candidate): readonly [ServerFacts, ...ServerFacts[]] {
  const primary = endpoint(address, server.port);
  const alternate = canAskInbound(verdict) ? seen.other : null;
  const usual: ServerFacts = {
    name: server.name,
    primary,
    alternate,
    responsePort: seen.responsePort,
    changeRequest: seen.changeRequest === 'works',
    allowedRate: seen.allowedRate,
    pass: seen.pass,
    calls: seen.calls,
  };
  // Without RESPONSE-PORT nothing would prove, during the run, that the other port honours CHANGE-REQUEST too.
  if (alternate === null || !seen.otherPortAlive || !seen.responsePort) return [usual];
  const swapped = {
    primary: endpoint(address, alternate.port),
    alternate: endpoint(alternate.address, primary.port),
  };
  return [{ ...usual, ...swapped }, usual];
}
