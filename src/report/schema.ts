/**
 * The report contract as zod and as JSON Schema. For tests and for the build, which writes it to a file and puts
 * `reportJsonSchema` as plain data in the place of this module: nothing that is shipped may import anything else of it,
 * since loading zod takes longer than starting the program.
 */
import { z } from 'zod';
import { FINDING_CODES } from '../advice/index.ts';
import type { Report } from './contract.ts';

const port = z.int().min(1).max(65535);

const server = z.object({
  name: z.string(),
  address: z.string().nullable(),
  port: z.int().min(0).max(65535),
  state: z.enum(['ok', 'basic', 'unresolvable', 'unreachable', 'no-second-address', 'malformed', 'throttling']),
  otherAddress: z.string().nullable(),
  detail: z.string().nullable().exactOptional(),
});

const causes = z.enum([
  'not-forwarded',
  'source-port-rewritten',
  'symmetric',
  'mapped-elsewhere',
  'works-by-accident',
  'accident-possible',
  'address-restricted',
  'shifted',
  'outbound-blocked',
  'taken-by-neighbour',
  'scan-protection',
  'server-silent',
  'throttled-by-server',
  'different-public-address',
  'wrong-family',
  'loss',
  'own-service-on-router',
  'rejected',
  'host-firewall',
  'passed-on',
  'no-call-back',
  'not-called-inside',
  'not-taken',
  'payload-dropped',
  'process',
  'permission',
]);

const results = z.enum(['open', 'closed', 'translated', 'no-answer', 'in-use', 'malformed', 'untested']);

const checkedPort = z.object({
  protocol: z.enum(['udp', 'tcp']),
  family: z.enum(['ipv4', 'ipv6']),
  port,
  result: results,
  cause: causes.nullable(),
  mapped: z.string().nullable(),
  process: z
    .object({ pid: z.int().min(0).nullable(), name: z.string().nullable(), unit: z.string().exactOptional() })
    .nullable(),
  by: z.string().exactOptional(),
  tookMs: z.int().min(0).exactOptional(),
  rule: z.string().exactOptional(),
});

const certificate = z.object({
  port,
  hostName: z.string().nullable(),
  faults: z.array(
    z.enum([
      'expired',
      'not-yet-valid',
      'wrong-name',
      'self-signed',
      'chain-incomplete',
      'untrusted',
      'weak',
      'expires-soon',
    ]),
  ),
  certificate: z
    .object({
      names: z.array(z.string()),
      isForName: z.boolean().nullable(),
      issuer: z.string(),
      validFrom: z.string(),
      validTo: z.string(),
      key: z.object({ type: z.string(), bits: z.int().min(0).nullable() }),
      oldHash: z.enum(['md5', 'sha1']).nullable(),
      chain: z.enum(['trusted', 'self-signed', 'incomplete', 'unknown-issuer', 'unknown', 'broken']),
      protocol: z.string(),
      daysLeft: z.int(),
    })
    .nullable(),
  failure: z.object({ why: z.enum(['silent', 'not-tls', 'ended', 'refused']), code: z.string() }).nullable(),
});

const PORT_LABEL = /^(udp|tcp)\/[1-9][0-9]{0,4}(-[1-9][0-9]{0,4})?$/;
const portLabels = z.array(z.string().regex(PORT_LABEL));

const discovered = z.object({
  profile: z.string(),
  name: z.string(),
  ports: z.array(
    z.object({
      ports: z.string(),
      origin: z.union([
        z.object({ kind: z.literal('configuration'), file: z.string(), line: z.int().min(1) }),
        z.object({ kind: z.literal('command-line'), pid: z.int().min(0) }),
        z.object({ kind: z.literal('built-in') }),
        z.object({ kind: z.literal('api'), url: z.string(), key: z.string() }),
        z.object({ kind: z.literal('profile'), source: z.string() }),
      ]),
    }),
  ),
  warnings: z.array(
    z.object({
      code: z.enum([
        'permission',
        'unreadable',
        'too-large',
        'too-much',
        'include-missing',
        'not-run',
        'syntax',
        'value',
        'no-configuration',
        'elsewhere',
        'in-database',
        'api',
        'no-media',
        'own-network',
      ]),
      file: z.string().nullable(),
      line: z.int().min(1).nullable(),
      what: z.string(),
    }),
  ),
});

const sample = z.object({
  inferred: z.array(z.object({ ports: portLabels, count: z.int().min(1), result: results, cause: causes.nullable() })),
  confidence: z.number().min(0).max(1),
  mostDiffering: z.int().min(0),
});

const milliseconds = z.int().min(0);
/** Since the first packet of a proof; with tenths. */
const sinceFirst = z.number();

const exchange = z.object({
  question: z.enum([
    'cold',
    'cold-near',
    'warm',
    'outbound',
    'change-port',
    'relay',
    'elsewhere',
    'far-elsewhere',
    'fresh-elsewhere',
    'sentinel',
    'call',
  ]),
  from: z.string(),
  to: z.string(),
  answerFrom: z.string(),
  answerTo: z.string().nullable(),
  answer: z.enum(['yes', 'no', 'unknown']),
  why: z
    .enum(['cannot-ask', 'not-asked', 'server-silent', 'scan-protection', 'loss', 'refused', 'malformed', 'late'])
    .nullable(),
  mapped: z.string().nullable(),
  tries: z.array(
    z.object({
      atMs: sinceFirst,
      answeredMs: sinceFirst.nullable(),
      arrivedOn: port.exactOptional(),
      state: z.enum(['under-way', 'connected', 'refused', 'timed-out', 'unreachable', 'not-called']).exactOptional(),
    }),
  ),
  moreTries: z.int().min(0),
  backedBy: z.array(
    z.object({
      role: z.enum(['primary', 'alternate', 'alternate-primary-port', 'newcomer']),
      beforeMs: sinceFirst,
      afterMs: sinceFirst,
    }),
  ),
});

const finding = z.object({
  code: z.enum(FINDING_CODES),
  severity: z.enum(['error', 'warning', 'info']),
  ports: portLabels,
  facts: z.record(z.string(), z.union([z.string().describe('A name.'), z.number().describe('An amount, or a port.')])),
  proof: z.object({ port: z.string().regex(PORT_LABEL), exchanges: z.array(exchange) }).exactOptional(),
});

const reasons = z.enum([
  'some-ports',
  'all-ports',
  'dns',
  'servers-unreachable',
  'servers-malformed',
  'server-inside',
  'no-second-address',
  'cold-not-asked',
  'scan-protection',
  'throttled',
  'taken-by-neighbour',
  'different-public-address',
  'wrong-family',
  'loss',
  'no-call-back',
  'payload-dropped',
  'passed-on',
  'ports-in-use',
  'permission',
  'services',
]);

const router = z.object({
  gateway: z.string().nullable(),
  wanAddress: z.string().nullable(),
  by: z.enum(['nat-pmp', 'pcp', 'upnp']).nullable(),
  nats: z.enum(['one-nat', 'carrier-nat', 'double-nat', 'other-public-address']).nullable(),
  reason: z
    .enum([
      'no-lan',
      'no-gateway',
      'gateway-unknown',
      'silent',
      'refused',
      'malformed',
      'no-address',
      'contradictory',
      'failed',
      'cancelled',
      'no-public-address',
      'server-inside',
      'other-way',
    ])
    .nullable(),
  rule: z.string(),
});

const services = z.object({
  services: z.array(
    z.object({
      service: z.string(),
      steps: z.array(
        z.object({ step: z.enum(['stopping', 'stopped', 'starting', 'started', 'held']), atMs: milliseconds }),
      ),
      downMs: milliseconds.nullable(),
    }),
  ),
  failures: z.array(
    z.object({
      what: z.enum(['guard', 'stop', 'start', 'hold']),
      service: z.string().nullable(),
      atMs: milliseconds,
      kind: z.enum(['missing', 'permission', 'timed-out', 'failed', 'died', 'keeper-lost', 'no-keeper']),
      lines: z.array(z.string()),
    }),
  ),
});

const report = z.object({
  schema: z.literal('fullcone.report/1'),
  redacted: z.literal(true).exactOptional(),
  version: z.string().exactOptional(),
  verdict: z.enum(['supported', 'unsupported', 'inconclusive', 'cancelled']),
  reason: reasons.nullable(),
  startedAt: z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/),
  durationMs: z.number().min(0),
  mode: z.enum(['bind', 'live', 'exclusive']),
  bindAddress: z.string().exactOptional(),
  plannedPorts: z.int().min(0).exactOptional(),
  sample: sample.exactOptional(),
  serverList: z.string().exactOptional(),
  discovered: discovered.exactOptional(),
  loss: z.object({ sent: z.int().min(0), answered: z.int().min(0) }).exactOptional(),
  servers: z.array(server),
  publicAddresses: z.array(z.string()),
  router: router.exactOptional(),
  ports: z.array(checkedPort),
  certificates: z.array(certificate).exactOptional(),
  services: services.exactOptional(),
  findings: z.array(finding),
});

type Frozen<T> = T extends object ? { readonly [K in keyof T]: Frozen<T[K]> } : T;
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

type True<T extends true> = T;

/** Fails to compile as soon as contract.ts and this file differ. */
export type InStep = True<Same<Frozen<z.infer<typeof report>>, Frozen<Report>>>;

/** `io: 'input'`: fields that a later version adds are allowed. */
export const reportJsonSchema = {
  $id: 'fullcone.report/1',
  title: 'Report of a check by fullcone',
  ...z.toJSONSchema(report, { target: 'draft-2020-12', io: 'input' }),
};
