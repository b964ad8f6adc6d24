import { ALTERNATE, PUBLIC, seenFrom } from '../engine/test-plan.ts';
import type { Answer, PortEvidence, RunEvidence, Unknown } from '../evidence/index.ts';
import type { Question } from '../plan/index.ts';
import type { Leg } from './legs.ts';
import type { RunFacts, Sampled } from './run-facts.ts';
import type { ServerVerdict } from './types.ts';

/** For the tests: evidence in few words. */

export const PORT = 9000;

export const QUESTIONS = [
  'cold',
  'cold-near',
  'warm',
  'outbound',
  'change-port',
  'relay',
  'sentinel',
  'elsewhere',
  'far-elsewhere',
  'fresh-elsewhere',
] as const satisfies readonly Question[];

export const UNKNOWN = [
  'cannot-ask',
  'not-asked',
  'server-silent',
  'scan-protection',
  'loss',
  'refused',
  'malformed',
  'late',
] as const satisfies readonly Unknown[];

export type Says = 'yes' | 'no' | Unknown;

const says = (what: Says): Answer =>
  what === 'yes' || what === 'no' ? { kind: what, because: [] } : { kind: 'unknown', why: what, because: [] };

/** What is known of a port; what is not named was not asked. Places by the port that they see. */
export interface Known extends Partial<Record<Exclude<Question, Place>, Says>> {
  readonly port?: number;
  readonly mapped?: number;
  readonly at?: Partial<Record<Place, number>>;
  readonly rest?: Partial<PortEvidence>;
}

type Place = 'elsewhere' | 'far-elsewhere' | 'fresh-elsewhere';

export function seen({ port = PORT, mapped, at = {}, rest = {}, ...answers }: Known): PortEvidence {
  const given: Partial<Record<Question, Says>> = answers;
  const places = Object.entries(at).map(([place, number]) => [place, seenFrom(number)]);
  return {
    port,
    listening: { kind: 'yes' },
    answers: Object.fromEntries(
      QUESTIONS.map((question) => [question, says(given[question] ?? 'not-asked')]),
    ) as PortEvidence['answers'],
    mapped: mapped === undefined ? null : seenFrom(mapped),
    mappedElsewhere: Object.fromEntries(places) as PortEvidence['mappedElsewhere'],
    arrivedOn: null,
    notSent: null,
    strange: [],
    heldBack: {},
    passedOn: {},
    turnedBack: null,
    ...rest,
  };
}

export interface Facts extends Partial<Omit<RunFacts, 'sampled'>> {
  readonly changePort?: Sampled;
  readonly relay?: Sampled;
}

/** By default most ports are preserved, and the controls look like most. */
export const facts = ({ changePort = 'mixed', relay = 'mixed', ...rest }: Facts): RunFacts => ({
  family: 'ipv4',
  mostPreserved: true,
  bystandersRewritten: rest.mostPreserved === false,
  mappingChanges: false,
  controlAddress: PUBLIC,
  shutOut: false,
  filter: 'closed',
  turnedBack: null,
  sampled: { changePort, relay },
  ...rest,
});

export const runOf = (ports: readonly PortEvidence[], rest: Partial<RunEvidence> = {}): RunEvidence => ({
  family: 'ipv4',
  ports,
  cancelled: false,
  publicAddresses: [PUBLIC],
  bystanders: [],
  mappingChanges: false,
  controlAddress: PUBLIC,
  throttled: false,
  filter: 'closed',
  pauses: [],
  controlFailure: null,
  ...rest,
});

export const legOf = (evidence: RunEvidence, name = 'stun.example'): Leg => ({
  server: name,
  address: '198.51.100.10',
  coldAsked: true,
  evidence,
  doubtful: new Set(),
});

export const server = (state: ServerVerdict['state'], rest: Partial<ServerVerdict> = {}): ServerVerdict => ({
  name: 'stun.example',
  address: '198.51.100.10',
  port: 3478,
  state,
  otherAddress: state === 'ok' ? ALTERNATE : null,
  detail: null,
  ...rest,
});
