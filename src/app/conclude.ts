import { findFindings } from '../advice/index.ts';
import { type Endpoint, portsOf } from '../base/index.ts';
import type { Observation, ServerObservation } from '../engine/index.ts';
import { collectEvidence, collectServer } from '../evidence/index.ts';
import { buildReport, type Report } from '../report/index.ts';
import { judgeRun, judgeServer, type ServerVerdict, unresolvable } from '../verdict/index.ts';
import type { RunEvent, ServerName } from './events.ts';

type EventOf<K extends RunEvent['kind']> = Extract<RunEvent, { kind: K }>;

/** From the events of a run to its report. Pure: a stored run gives the same report again. */
export function conclude(events: readonly RunEvent[]): Report {
  const started = only(events, 'started');
  const ended = only(events, 'ended');
  const planned = events.find((event) => event.kind === 'planned');
  const plan = planned?.plan ?? null;
  const observations = events.flatMap((event) => (event.kind === 'observed' ? [event.observation] : []));
  const evidence = plan && collectEvidence(plan, observations);
  const asked = plan ? plan.slices.flat() : portsOf(started.request.udp);
  const verdict = judgeRun({ servers: judgeServers(events), asked, plan, evidence, cancelled: ended.cancelled });
  const holders = new Map(events.flatMap((event) => (event.kind === 'holders' ? event.holders : [])));
  const localAddress = planned?.localAddress ?? started.request.bindAddress;
  const plannedPorts = planned?.plannedPorts ?? asked.length;
  const tries = mostTries(observations);
  const context = {
    plannedPorts,
    askedPorts: plan ? asked.length : 0,
    bindAddress: localAddress,
    holders,
    ...(tries > 0 ? { tries } : {}),
  };
  return buildReport(verdict, findFindings(verdict, context), {
    version: started.version,
    startedAt: new Date(started.date),
    durationMs: ended.duration,
    bindAddress: localAddress,
    plannedPorts,
    loss: controlLoss(observations),
    holders,
  });
}

/** In the order in which the user named them; one per address. */
export function judgeServers(events: readonly RunEvent[]): ServerVerdict[] {
  const aboutServers = events.filter((event) => event.kind === 'server');
  return events.flatMap((event) => {
    if (event.kind === 'unresolved') return [unresolvable(identity(event.server, null), event.error)];
    if (event.kind !== 'resolved') return [];
    return event.addresses.map((address) => {
      const seen = observationsOf(aboutServers, event.server, address);
      return judgeServer(identity(event.server, address), collectServer(seen));
    });
  });
}

const observationsOf = (
  events: readonly EventOf<'server'>[],
  server: ServerName,
  address: string,
): ServerObservation[] =>
  events
    .filter((event) => event.server.name === server.name && isAt(event.primary, server, address))
    .map(({ observation }) => observation);

const isAt = (primary: Endpoint, server: ServerName, address: string) =>
  primary.address === address && primary.port === server.port;

const identity = ({ name, port }: ServerName, address: string | null) => ({ name, address, port });

function only<K extends RunEvent['kind']>(events: readonly RunEvent[], kind: K): EventOf<K> {
  const found = events.find((event): event is EventOf<K> => event.kind === kind);
  if (!found) throw new Error(`a run without "${kind}" cannot be concluded`);
  return found;
}

const mostTries = (observations: readonly Observation[]): number =>
  observations.reduce((most, seen) => (seen.kind === 'silent' ? Math.max(most, seen.tries) : most), 0);

function controlLoss(observations: readonly Observation[]): { sent: number; answered: number } {
  const answered = observations.filter(({ kind }) => kind === 'control-answered').length;
  return { sent: answered + observations.filter(({ kind }) => kind === 'control-lost').length, answered };
}
