import { type Endpoint, endpoint } from '../base/index.ts';
import type {
  Control,
  ControlRole,
  Patience,
  ProbePlan,
  Question,
  Rate,
  ServerFacts,
  Step,
  TryPolicy,
} from './types.ts';

/** See docs/decisions/0001: at 5 % loss each way seven tries leave a chance of one in ten million. */
const TRIES: TryPolicy = { atLeast: 3, atMost: 90, acceptedError: 1e-6, shortestGap: 100, longestGap: 1000 };

/**
 * Below the lowest flood threshold that firewalls ship with (1000 packets per second), with room for the
 * burst that a timer's delay lets build up.
 */
const DEFAULT_RATE = 920;

/** To a server that did not say that it allows more (RFC 5780 section 5). */
const STRANGERS_RATE = 10;

/** Ports that listen at the same time; more would cost memory and gain nothing. */
const LARGEST_SLICE = 4096;

/** Sockets left for the control probes, for four sentinels of the slice before, and for what else the process opens. */
const SPARE_SOCKETS = 12;

const CAUSE_SAMPLE = 16;

/** See docs/decisions/0009. */
const PATIENCE: Patience = { router: 65_000, server: 65_000, slow: 240_000 };

/** The share of a paced run that control probes may take. */
const CONTROL_SHARE = 0.15;

export interface PlanInput {
  readonly server: ServerFacts;
  readonly ports: readonly number[];
  readonly bindAddress: string;
  /** What the user asked for; null: what server and path allow. */
  readonly rate: Rate | null;
  /** How many sockets may be opened; at least `fewestSockets`. */
  readonly freeSockets: number;
  /** Those for which an entry of an earlier check may still answer for the primary's other port. */
  readonly stalePorts: readonly number[];
  /** Another server could be asked: none is waited for. */
  readonly hasOthers: boolean;
  /** Ports are asked by several servers. */
  readonly needsFilter: ProbePlan['needsFilter'];
}

/** One port, two control sockets, and what the process needs besides. */
export const fewestSockets = SPARE_SOCKETS + 1;

/** What to ask of which port: data, without side effects. */
export function planProbes(input: PlanInput): ProbePlan {
  const { server, bindAddress, stalePorts, hasOthers, needsFilter } = input;
  const rate = input.rate ?? defaultRate(server);
  const controls = planControls(server);
  return {
    server,
    bindAddress,
    stalePorts,
    slices: planSlices(input.ports, input.freeSockets),
    steps: planSteps(server),
    controls,
    controlEvery:
      rate.kind === 'max' ? 100 : Math.max(200, (1000 * controls.length) / (rate.packetsPerSecond * CONTROL_SHARE)),
    rate,
    tries: TRIES,
    patience: hasOthers ? { ...PATIENCE, server: 0 } : PATIENCE,
    needsFilter: server.alternate && !server.responsePort ? 'always' : needsFilter,
    causeSample: CAUSE_SAMPLE,
  };
}

/** What every server bears needs no permission: one that allows less is not believed. */
function defaultRate({ allowedRate }: Pick<ServerFacts, 'allowedRate'>): Rate {
  const packetsPerSecond = Math.max(STRANGERS_RATE, Math.min(DEFAULT_RATE, allowedRate ?? STRANGERS_RATE));
  return { kind: 'paced', packetsPerSecond };
}

/**
 * The one table of who asks whom for an answer from where. Cold and warm answers come from different roles,
 * and neither from the primary: what one leaves in the router's connection table cannot answer for the other,
 * and the mapping that the primary sees is never coloured by a packet that came in before.
 */
function planSteps(server: ServerFacts): Partial<Record<Question, Step>> {
  const { primary, alternate } = server;
  const plain = { from: 'port', change: null, answerTo: 'asker' } as const;
  const outbound: Step = { ...plain, to: primary, answerFrom: primary };
  const relay: Step = { ...plain, answerTo: 'control', to: primary, answerFrom: primary };
  if (!alternate) return { outbound };
  const { primaryOther, alternateFirst } = otherRoles(primary, alternate);
  const cold: Step = {
    from: 'control',
    to: primary,
    change: { address: true, port: false },
    answerTo: 'port',
    answerFrom: alternateFirst,
  };
  const warm: Step = { ...plain, to: primary, change: { address: true, port: true }, answerFrom: alternate };
  const coldNear: Step = { ...cold, change: { address: false, port: true }, answerFrom: primaryOther };
  const sentinel: Step = { ...cold, change: warm.change, answerFrom: alternate };
  // Of the same kind as what it stands for: an answer of a role that has not sent to that port before.
  const warmSentinel: Step = { ...warm, change: cold.change, answerFrom: alternateFirst };
  return {
    ...(server.responsePort ? { cold, 'cold-near': coldNear, relay, sentinel } : { sentinel: warmSentinel }),
    warm,
    outbound,
    'change-port': { ...plain, to: primary, change: { address: false, port: true }, answerFrom: primaryOther },
    elsewhere: { ...plain, to: primaryOther, answerFrom: primaryOther },
    'far-elsewhere': { ...plain, to: alternateFirst, answerFrom: alternateFirst },
    'fresh-elsewhere': { ...plain, to: alternate, answerFrom: alternate },
  };
}

function planControls(server: ServerFacts): Control[] {
  const primary: Control = { role: 'primary', endpoint: server.primary, change: null };
  if (!server.alternate) return [primary];
  const { alternateFirst } = otherRoles(server.primary, server.alternate);
  const control = (role: ControlRole, at: Endpoint, port: boolean): Control => ({
    role,
    endpoint: at,
    change: server.responsePort ? { address: true, port } : null,
  });
  return [
    primary,
    control('alternate', server.alternate, true),
    control('alternate-primary-port', alternateFirst, false),
  ];
}

const otherRoles = (primary: Endpoint, alternate: Endpoint) => ({
  primaryOther: endpoint(primary.address, alternate.port),
  alternateFirst: endpoint(alternate.address, primary.port),
});

/** Ports of one slice listen at the same time. */
export function planSlices(ports: readonly number[], freeSockets: number): number[][] {
  const size = Math.max(1, Math.min(LARGEST_SLICE, freeSockets - SPARE_SOCKETS));
  const slices: number[][] = [];
  for (let at = 0; at < ports.length; at += size) slices.push(ports.slice(at, at + size));
  return slices;
}
