import { type Milliseconds, parseJson } from '../base/index.ts';
import type { RunEvent } from './events.ts';

/** Of a kept run only these lines are read: it may be long, and all others are about ports. */
const ABOUT = /"kind":"(planned|control-answered)"/;

/**
 * How far away the servers of a run that is kept as text were, by their primary address: from a control probe to its
 * answer, the quickest of all: the others waited while this machine was busy with ports. A server whose probes nobody
 * sent, or answered, is left out.
 */
export function roundTripsIn(text: string): ReadonlyMap<string, Milliseconds> {
  const events = text
    .split('\n')
    .filter((line) => ABOUT.test(line))
    .flatMap(eventIn);
  return roundTripsOf(events);
}

/** The text is one of ours, written by `writeRun`; a line that was cut off tells nothing. */
function eventIn(line: string): RunEvent[] {
  const parsed = parseJson(line);
  return parsed.kind === 'ok' ? [(parsed.value as { readonly event: RunEvent }).event] : [];
}

function roundTripsOf(events: readonly RunEvent[]): ReadonlyMap<string, Milliseconds> {
  const servers = new Map<number, string>();
  const quickest = new Map<string, Milliseconds>();
  for (const event of events) {
    if (event.kind === 'planned') servers.set(event.leg, event.plan.server.primary.address);
    if (event.kind !== 'observed' || event.observation.kind !== 'control-answered') continue;
    const { role, at, sentAt } = event.observation;
    const server = servers.get(event.leg);
    // An answer from the other address came another way.
    if (server === undefined || role !== 'primary') continue;
    quickest.set(server, Math.min(at - sentAt, quickest.get(server) ?? Number.POSITIVE_INFINITY));
  }
  return quickest;
}
