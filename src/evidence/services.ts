import type { Milliseconds } from '../base/index.ts';
import type { ServiceFailure } from '../system/index.ts';

/** What was done to a service, or became of it; `at`: since the run began. */
export type ServiceStep =
  | {
      readonly step: 'stopping' | 'stopped' | 'starting' | 'started' /** Its ports are held again. */ | 'held';
      readonly service: string;
      readonly at: Milliseconds;
    }
  | {
      readonly step: 'failed';
      readonly what: ServiceTrouble;
      /** null: it is about the one who restores. */
      readonly service: string | null;
      readonly at: Milliseconds;
      readonly failure: ServiceFailure;
    };

/** What did not work. `guard`: nobody could be found who restores. `hold`: it runs, but does not hold its ports again. */
export type ServiceTrouble = 'guard' | 'stop' | 'start' | 'hold';

/** The times of one service. It may be stopped twice, if two others take it along; then both add up. */
export interface ServiceEvidence {
  readonly service: string;
  readonly steps: readonly { readonly step: Exclude<ServiceStep['step'], 'failed'>; readonly at: Milliseconds }[];
  /** From when it was told to stop until it ran, and held its ports, again; null: it does not, as far as is known. */
  readonly down: Milliseconds | null;
}

export interface ServicesEvidence {
  /** In the order of stopping. */
  readonly services: readonly ServiceEvidence[];
  readonly failures: readonly Extract<ServiceStep, { step: 'failed' }>[];
}

export function collectServices(steps: readonly ServiceStep[]): ServicesEvidence {
  const byService = new Map<string, { step: Exclude<ServiceStep['step'], 'failed'>; at: Milliseconds }[]>();
  for (const one of steps) {
    if (one.step === 'failed') continue;
    const known = byService.get(one.service) ?? [];
    byService.set(one.service, known);
    known.push({ step: one.step, at: one.at });
  }
  const failures = steps.filter((one) => one.step === 'failed');
  const fallen = new Set(failures.flatMap(({ what, service }) => (what === 'start' ? (service ?? []) : [])));
  const services = [...byService].map(([service, own]) => ({
    service,
    steps: own,
    down: fallen.has(service) ? null : downOf(own),
  }));
  return { services, failures };
}

function downOf(steps: ServiceEvidence['steps']): Milliseconds | null {
  let sum = 0;
  let since: Milliseconds | null = null;
  let until: Milliseconds | null = null;
  for (const { step, at } of steps) {
    if (step === 'stopping') {
      if (until !== null) [since, until] = [at, null];
      since ??= at;
    }
    if (since === null || (step !== 'started' && step !== 'held')) continue;
    // Whoever runs may need a moment until he holds his ports.
    sum += at - (until ?? since);
    until = at;
  }
  return since !== null && until === null ? null : sum;
}
