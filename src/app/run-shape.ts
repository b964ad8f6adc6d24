import type { JsonSchema } from '../base/index.ts';
import type { CallObservation, Observation, ServerObservation } from '../engine/index.ts';
import type { CallPlan, ControlRole, ProbePlan, ServerFacts } from '../plan/index.ts';
import type { RouterObservation } from '../router/index.ts';
import type { CheckRequest, RunEvent } from './events.ts';

/* What the events of a stored run look like; the compiler sees that no kind and no field of one is forgotten. */

type Fields<T, Known extends string = never> = { readonly [F in Exclude<keyof T, Known>]-?: JsonSchema };

type Shapes<T extends { readonly kind: string }> = {
  readonly [K in T['kind']]: Fields<Extract<T, { kind: K }>, 'kind'>;
};

const TEXT: JsonSchema = { type: 'string' };
const NUMBER: JsonSchema = { type: 'number' };
const FLAG: JsonSchema = { type: 'boolean' };
const ANYTHING: JsonSchema = {};
const PORT: JsonSchema = { type: 'integer', minimum: 0, maximum: 65_535 };
/** Sockets that are not checked have negative numbers. */
const LEG: JsonSchema = { type: 'integer', minimum: 0, maximum: 1_000 };

const list = (items: JsonSchema): JsonSchema => ({ type: 'array', items });
const orNull = (schema: JsonSchema): JsonSchema => ({ anyOf: [{ type: 'null' }, schema] });
const oneOf = (...words: readonly string[]): JsonSchema => ({ type: 'string', enum: words });

const object = (properties: Readonly<Record<string, JsonSchema>>, optional: readonly string[] = []): JsonSchema => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
});

const ENDPOINT = object({ address: TEXT, port: PORT });
const RANGE = object({ from: PORT, to: PORT });
const FAILURE = object({ kind: TEXT, code: TEXT });
const FAMILY = oneOf('ipv4', 'ipv6');
const SLICES = list(list(PORT));
const SEEN = { at: NUMBER, port: NUMBER };
const ASKED = { ...SEEN, question: TEXT };
const PAUSE_BY = oneOf('router', 'outbound', 'server');

const SERVER = object({ name: TEXT, host: TEXT, port: PORT, mayBeDomain: FLAG }, ['mayBeDomain']);

const PASS = object({ token: TEXT, until: NUMBER });

const SERVER_FACTS = object({
  name: TEXT,
  primary: ENDPOINT,
  alternate: orNull(ENDPOINT),
  responsePort: FLAG,
  changeRequest: FLAG,
  allowedRate: orNull(NUMBER),
  pass: orNull(PASS),
  calls: FLAG,
} satisfies Fields<ServerFacts>);

const ROLE = oneOf(...(['primary', 'alternate', 'alternate-primary-port'] satisfies ControlRole[]));

const PLAN = object({
  server: SERVER_FACTS,
  bindAddress: TEXT,
  stalePorts: list(PORT),
  slices: SLICES,
  steps: { type: 'object', additionalProperties: object({ to: ENDPOINT, answerFrom: ENDPOINT }) },
  controls: list(object({ role: ROLE, endpoint: ENDPOINT })),
  controlEvery: NUMBER,
  rate: object({ kind: oneOf('paced', 'max') }),
  tries: { type: 'object' },
  patience: { type: 'object' },
  needsFilter: oneOf('never', 'if-ports-fail', 'always'),
  causeSample: NUMBER,
} satisfies Fields<ProbePlan>);

const CALL_PLAN = object({
  server: TEXT,
  primary: ENDPOINT,
  caller: orNull(ENDPOINT),
  pass: orNull(PASS),
  bindAddress: TEXT,
  witness: orNull(NUMBER),
  slices: SLICES,
  callsNeeded: NUMBER,
  mostCalls: NUMBER,
  callGap: NUMBER,
  pollEvery: NUMBER,
  longestPause: NUMBER,
  patience: NUMBER,
  grace: NUMBER,
  lostAfter: NUMBER,
} satisfies Fields<CallPlan>);

const REQUEST = object(
  {
    servers: list(SERVER),
    serverList: orNull(TEXT),
    discovered: { type: 'object' },
    udp: list(RANGE),
    tcp: list(RANGE),
    tcpIfPossible: FLAG,
    hostName: orNull(TEXT),
    publicAddresses: list(TEXT),
    family: orNull(FAMILY),
    bindAddress: TEXT,
    rate: ANYTHING,
    sample: ANYTHING,
    order: TEXT,
    mode: oneOf('auto', 'bind', 'live', 'exclusive'),
    noWait: FLAG,
    noRouter: FLAG,
  } satisfies Fields<CheckRequest>,
  ['discovered', 'publicAddresses'],
);

const OBSERVATIONS: Shapes<Observation> = {
  listening: SEEN,
  'not-listening': { ...SEEN, failure: FAILURE },
  sent: { ...ASKED, attempt: NUMBER },
  answered: { ...ASKED, attempt: NUMBER, sentAt: NUMBER, arrivedOn: NUMBER, source: ENDPOINT, mapped: ENDPOINT },
  silent: { ...ASKED, tries: NUMBER, needed: NUMBER, lastSentAt: NUMBER },
  'given-up': ASKED,
  refused: { ...ASKED, code: NUMBER },
  strange: { ...ASKED, what: TEXT, source: ENDPOINT },
  'not-sent': { ...SEEN, failure: FAILURE },
  captured: { ...ASKED, attempt: NUMBER },
  'passed-on': { ...ASKED, attempt: NUMBER, to: ENDPOINT },
  'turned-back': { ...ASKED, by: TEXT, type: NUMBER, code: NUMBER },
  'not-watching': { at: NUMBER, failure: FAILURE },
  'control-answered': { at: NUMBER, role: TEXT, sentAt: NUMBER, local: NUMBER, mapped: ENDPOINT },
  'control-lost': { at: NUMBER, role: TEXT, sentAt: NUMBER },
  'filter-open': { at: NUMBER },
  'filter-closed': { at: NUMBER },
  throttled: { at: NUMBER },
  paused: { at: NUMBER, by: PAUSE_BY, until: NUMBER },
  resumed: { at: NUMBER, by: PAUSE_BY, since: NUMBER },
  'refused-by-router': { at: NUMBER },
  'server-lost': { at: NUMBER },
  'control-failed': { at: NUMBER, failure: FAILURE },
  finished: SEEN,
  cancelled: { at: NUMBER },
};

const CALLS: Shapes<CallObservation> = {
  'call-listening': SEEN,
  'call-not-listening': { ...SEEN, failure: FAILURE },
  'call-asked': { ...SEEN, call: NUMBER },
  'call-arrived': { ...SEEN, arrivedOn: NUMBER, call: NUMBER, from: ENDPOINT },
  'call-knocked': { ...SEEN, from: ENDPOINT, isAnswered: FLAG },
  'call-passed-on': { ...SEEN, from: ENDPOINT, to: ENDPOINT },
  'call-visited': { ...SEEN, from: ENDPOINT },
  'call-ended': { ...SEEN, call: NUMBER, state: orNull(TEXT), counts: FLAG, sentinel: orNull(TEXT) },
  'call-shut-out': { at: NUMBER },
  'call-given-up': SEEN,
  'call-refused': { at: NUMBER, code: NUMBER },
  'call-failed': { at: NUMBER, failure: FAILURE },
  'call-cancelled': { at: NUMBER },
};

const TO_SERVER = { at: NUMBER, server: TEXT };
const ASKED_SERVER = { ...TO_SERVER, question: TEXT };

const SERVERS: Shapes<ServerObservation> = {
  'server-answered': {
    ...ASKED_SERVER,
    source: ENDPOINT,
    mapped: ENDPOINT,
    other: orNull(ENDPOINT),
    otherUnusable: orNull(TEXT),
    allowedRate: orNull(NUMBER),
    token: orNull(TEXT),
    calls: FLAG,
  },
  'server-refused': { ...ASKED_SERVER, code: NUMBER },
  'server-strange': { ...ASKED_SERVER, what: TEXT, source: ENDPOINT },
  'server-repeated': ASKED_SERVER,
  'server-silent': { ...ASKED_SERVER, tries: NUMBER },
  'server-turned-back': { ...ASKED_SERVER, by: TEXT, type: NUMBER, code: NUMBER },
  'server-socket-failed': { ...TO_SERVER, failure: FAILURE },
};

const ROUTERS: Shapes<RouterObservation> = {
  'router-address': { at: NUMBER, by: TEXT, address: TEXT },
  'router-refused': { at: NUMBER, by: TEXT, code: orNull(NUMBER) },
  'router-malformed': { at: NUMBER, by: TEXT },
  'router-silent': { at: NUMBER },
  'router-failed': { at: NUMBER, failure: FAILURE },
  'router-cancelled': { at: NUMBER },
};

/** Of one kind among several. */
const kinds = (
  shapes: Readonly<Record<string, Readonly<Record<string, JsonSchema>>>>,
): ReadonlyMap<string, JsonSchema> =>
  new Map(Object.entries(shapes).map(([kind, fields]) => [kind, object({ kind: TEXT, ...fields })]));

/** Those of which `observation` is one: looked up by its kind, since there may be a hundred thousand. */
export const OBSERVED: Readonly<Partial<Record<RunEvent['kind'], ReadonlyMap<string, JsonSchema>>>> = {
  observed: kinds(OBSERVATIONS),
  call: kinds(CALLS),
  server: kinds(SERVERS),
  router: kinds(ROUTERS),
};

const GROUP = object({
  udp: list(RANGE),
  tcp: list(RANGE),
  holders: list(TEXT),
  waves: list(list(TEXT)),
  awaited: list(TEXT),
});

const HOLDER = object({ pid: orNull(NUMBER), name: orNull(TEXT), unit: orNull(TEXT) });

const CERTIFICATE = object({
  names: list(TEXT),
  isForName: orNull(FLAG),
  issuer: TEXT,
  validFrom: TEXT,
  validTo: TEXT,
  key: object({ type: TEXT, bits: orNull(NUMBER) }),
  oldHash: orNull(TEXT),
  chain: TEXT,
  protocol: TEXT,
});

const LOOK: JsonSchema = {
  anyOf: [
    object({ kind: { const: 'shown' }, certificate: CERTIFICATE }),
    object({ kind: { const: 'nobody' } }),
    object({ kind: { const: 'failed' }, why: TEXT, code: TEXT }),
  ],
};

const STEP: JsonSchema = {
  anyOf: [
    object({ step: oneOf('stopping', 'stopped', 'starting', 'started', 'held'), service: TEXT, at: NUMBER }),
    object({
      step: { const: 'failed' },
      what: oneOf('guard', 'stop', 'start', 'hold'),
      service: orNull(TEXT),
      at: NUMBER,
      failure: object({ kind: TEXT, lines: list(TEXT) }),
    }),
  ],
};

const KIND = { type: 'object' } as const;

export const EVENTS: ReadonlyMap<string, JsonSchema> = kinds({
  started: { date: TEXT, version: TEXT, request: REQUEST },
  family: { family: FAMILY, isHere: FLAG },
  services: { servers: list(SERVER) },
  resolved: { server: SERVER, addresses: list(TEXT) },
  unresolved: { server: SERVER, error: FAILURE },
  server: { server: SERVER, primary: ENDPOINT, observation: KIND },
  'server-checked': { server: SERVER, primary: ENDPOINT },
  gateway: { local: TEXT, gateway: orNull(TEXT), unknown: orNull(TEXT) },
  router: { observation: KIND },
  waiting: { for: NUMBER },
  'not-waited': { for: NUMBER },
  mode: { mode: oneOf('bind', 'live', 'exclusive') },
  planned: {
    leg: LEG,
    round: oneOf('first', 'refine', 'again'),
    plan: PLAN,
    localAddress: TEXT,
    plannedPorts: NUMBER,
  },
  extended: { leg: LEG, slices: SLICES },
  observed: { leg: LEG, observation: KIND },
  holders: { holders: list(ANYTHING) },
  certificate: { port: PORT, look: LOOK },
  'calls-planned': { leg: LEG, plan: CALL_PLAN },
  call: { leg: LEG, observation: KIND },
  exclusive: { plan: object({ groups: list(GROUP), rest: object({ udp: list(RANGE), tcp: list(RANGE) }) }) },
  service: { step: STEP },
  ended: { duration: NUMBER, cancelled: FLAG },
} satisfies Shapes<RunEvent>);

/** What `holders` lists: a label, and who has that port. */
export const isHolding = (value: unknown): value is readonly [unknown, unknown] =>
  Array.isArray(value) && value.length === 2;

export { HOLDER };
