import type { ServicesEvidence } from '../evidence/index.ts';
import type { PortVerdict } from '../verdict/index.ts';
import type { FindingCode } from './catalogue.ts';
import type { Draft, Scene } from './draft.ts';

const CODES = {
  guard: 'services-unguarded',
  stop: 'service-not-stopped',
  start: 'service-not-started',
  hold: 'service-not-held',
} as const satisfies Record<ServicesEvidence['failures'][number]['what'], FindingCode>;

/** Services that are not as they were, or would not stop: the first trouble is why these ports were not asked. */
export function findServices({ context: { services } }: Scene, idle: readonly PortVerdict[]): Draft[] {
  return (services?.failures ?? []).map(({ what, service, failure }, index) => ({
    code: CODES[what],
    ports: index === 0 ? idle : [],
    facts: {
      why: failure.kind,
      ...(service === null ? {} : { service }),
      ...(failure.lines.length > 0 ? { said: failure.lines.at(-1) ?? '' } : {}),
    },
  }));
}
