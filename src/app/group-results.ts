import { portsOf } from '../base/index.ts';
import { collectServices, type ServicesEvidence } from '../evidence/index.ts';
import type { RunEvent } from './events.ts';

/* What a run in several groups of ports adds up to. */

/** Nothing where nothing was going to be stopped. */
export function servicesOf(events: readonly RunEvent[]): { readonly services?: ServicesEvidence } {
  if (!events.some(({ kind }) => kind === 'exclusive')) return {};
  return { services: collectServices(events.flatMap((event) => (event.kind === 'service' ? [event.step] : []))) };
}

/** A service would not stop, or is not as it was before. */
export const isTroubled = (events: readonly RunEvent[]): boolean =>
  events.some((event) => event.kind === 'service' && event.step.step === 'failed');

interface Missed {
  readonly udp: readonly number[];
  readonly tcp: readonly number[];
}

/** Ports whose turn never came, though that of others did: their service would not stop, or the run ended before. */
export function missedOf(events: readonly RunEvent[], asked: readonly number[]): Missed {
  const plan = events.find((event) => event.kind === 'exclusive')?.plan;
  const isCut = isTroubled(events) || events.some((event) => event.kind === 'ended' && event.cancelled);
  if (!plan || !isCut || asked.length === 0) return { udp: [], tcp: [] };
  const known = new Set(asked);
  const called = new Set(events.flatMap((event) => (event.kind === 'calls-planned' ? event.plan.slices.flat() : [])));
  const groups = [plan.rest, ...plan.groups];
  // Of a sample, some of each group were asked.
  const udp = groups.map((group) => portsOf(group.udp)).filter((ports) => !ports.some((port) => known.has(port)));
  const tcp = groups.flatMap((group) => portsOf(group.tcp)).filter((port) => !called.has(port));
  return { udp: udp.flat(), tcp };
}
