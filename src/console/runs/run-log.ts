import type { RunEvent } from '../../app/index.ts';
import type { Milliseconds } from '../../base/index.ts';
import type { RunProgress } from '../api/index.ts';

export type LogLine = RunProgress['log'][number];
type Said = Omit<LogLine, 'atMs'>;
type Observed = Extract<RunEvent, { kind: 'observed' }>['observation'];
type EventOf<K extends RunEvent['kind']> = Extract<RunEvent, { kind: K }>;

/** As many as a reader looks over; the report has all. */
const KEPT = 12;

/** What a reader is told of a run while it goes on: few lines, the newest first. Pure. */
export class RunLog {
  #lines: readonly LogLine[] = [];
  /** By name and address: the second address that it named, if it answered at all. */
  readonly #answered = new Map<string, string | null>();

  get lines(): readonly LogLine[] {
    return this.#lines;
  }

  apply(event: RunEvent, atMs: Milliseconds): void {
    if (event.kind === 'server') this.#remember(event);
    const said = this.#saidOf(event);
    if (said) this.note(said, atMs);
  }

  /** What was said just before is not said again. */
  note(said: Said, atMs: Milliseconds): void {
    const [last] = this.#lines;
    if (last && last.code === said.code && JSON.stringify(last.facts) === JSON.stringify(said.facts)) return;
    this.#lines = [{ atMs: Math.round(atMs), ...said }, ...this.#lines].slice(0, KEPT);
  }

  #remember({ server, primary, observation }: EventOf<'server'>): void {
    if (observation.kind !== 'server-answered') return;
    const key = keyOf(server.name, primary.address);
    this.#answered.set(key, observation.other?.address ?? this.#answered.get(key) ?? null);
  }

  #saidOf(event: RunEvent): Said | null {
    switch (event.kind) {
      case 'unresolved':
        return { code: 'server-unresolved', facts: { server: event.server.name } };
      case 'server-checked':
        return this.#checked(event);
      case 'gateway':
        return event.gateway === null ? null : { code: 'router', facts: { gateway: event.gateway } };
      case 'waiting':
        return { code: 'waiting', facts: { seconds: Math.ceil(event.for / 1000) } };
      case 'mode':
        return { code: `mode-${event.mode}`, facts: {} };
      case 'planned':
        return { code: `asked-${event.round}`, facts: { server: event.plan.server.name, count: countOf(event.plan) } };
      case 'extended':
        return { code: 'asked-more', facts: { count: countOf(event) } };
      case 'calls-planned':
        return { code: 'calls', facts: { server: event.plan.server, count: countOf(event.plan) } };
      case 'service':
        return saidOfService(event.step);
      case 'observed':
        return saidOfPorts(event.observation);
      default:
        return null;
    }
  }

  #checked({ server, primary }: EventOf<'server-checked'>): Said {
    const other = this.#answered.get(keyOf(server.name, primary.address));
    const facts = { address: primary.address };
    if (other === undefined) return { code: 'server-silent', facts };
    return other === null ? { code: 'server-one', facts } : { code: 'server-two', facts: { ...facts, other } };
  }
}

const keyOf = (name: string, address: string): string => `${name} ${address}`;

const countOf = ({ slices }: { readonly slices: readonly (readonly number[])[] }): number =>
  slices.reduce((sum, slice) => sum + slice.length, 0);

function saidOfService(step: EventOf<'service'>['step']): Said {
  if (step.step !== 'failed') return { code: `service-${step.step}`, facts: { service: step.service } };
  return { code: `service-failed-${step.what}`, facts: { service: step.service ?? '' } };
}

function saidOfPorts(seen: Observed): Said | null {
  switch (seen.kind) {
    case 'paused':
      return { code: `paused-${seen.by}`, facts: {} };
    case 'resumed':
    case 'throttled':
    case 'server-lost':
    case 'refused-by-router':
      return { code: seen.kind, facts: {} };
    default:
      return null;
  }
}
