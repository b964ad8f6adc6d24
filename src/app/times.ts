import { type Milliseconds, portLabel } from '../base/index.ts';
import type { CallObservation, Observation } from '../engine/index.ts';
import type { RunEvent } from './events.ts';

/** By label, such as `udp/5060`: from when a port listened until all was known; of several servers, in sum. */
export function timesOf(
  legs: readonly { readonly observations: readonly Observation[] }[],
  events: readonly RunEvent[],
): ReadonlyMap<string, Milliseconds> {
  const took = new Map<string, Milliseconds>();
  for (const { observations } of legs) {
    const spans = new Spans();
    for (const seen of observations) {
      if (seen.kind === 'listening') spans.begin(seen.port, seen.at);
      if (seen.kind === 'finished') spans.end(seen.port, seen.at);
    }
    spans.addTo(took, 'udp');
  }
  // A port that was reached is called along when later ones are asked: that is not its own time.
  const calls = new Map<number, Spans>();
  for (const event of events)
    if (event.kind === 'call') {
      const spans = calls.get(event.leg) ?? new Spans();
      calls.set(event.leg, spans);
      addCall(spans, event.observation);
    }
  for (const spans of calls.values()) spans.addTo(took, 'tcp');
  return took;
}

function addCall(calls: Spans, seen: CallObservation): void {
  if (seen.kind === 'call-listening') calls.begin(seen.port, seen.at);
  if (seen.kind === 'call-arrived' || seen.kind === 'call-ended') calls.end(seen.port, seen.at);
}

/** From the first beginning to the last end; a port without both is left out. */
class Spans {
  readonly #began = new Map<number, Milliseconds>();
  readonly #ended = new Map<number, Milliseconds>();

  begin(port: number, at: Milliseconds): void {
    this.#began.set(port, Math.min(at, this.#began.get(port) ?? at));
  }

  end(port: number, at: Milliseconds): void {
    this.#ended.set(port, Math.max(at, this.#ended.get(port) ?? at));
  }

  addTo(took: Map<string, Milliseconds>, protocol: 'udp' | 'tcp'): void {
    for (const [port, end] of this.#ended) {
      const began = this.#began.get(port);
      const label = portLabel(protocol, port);
      if (began !== undefined) took.set(label, (took.get(label) ?? 0) + Math.max(0, end - began));
    }
  }
}
