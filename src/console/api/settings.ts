import { z } from 'zod';
import { language, portList, serverName } from './common.ts';

/** What is checked, and against whom. Each section is replaced as a whole. */
export const network = z.strictObject({
  /** `static`: the check compares what the servers see with the address of its family; one of them is there. */
  publicAddress: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('stun') }),
    z
      .strictObject({ kind: z.literal('static'), ipv4: z.ipv4().nullable(), ipv6: z.ipv6().nullable() })
      .refine(({ ipv4, ipv6 }) => ipv4 !== null || ipv6 !== null, { path: ['ipv4'] }),
  ]),
  /** In the order in which they are asked. Empty: public ones, drawn from the list that comes along. */
  servers: z.array(serverName).max(10),
  /** The reflector inside: nothing leaves this machine; for a first look. Then `servers` are not asked. */
  embedded: z.boolean(),
  /** null: wherever the system lets packets out. */
  bindAddress: z.union([z.ipv4(), z.ipv6()]).nullable(),
  family: z.enum(['ipv4', 'ipv6']).nullable(),
});

export const pbx = z.strictObject({
  /** `auto`: the one that runs here, and its own configuration. */
  profile: z.string().max(64),
  /** Beside those of the profile. */
  udp: portList,
  tcp: portList,
  /** By which phones connect: for certificates. */
  hostName: z.string().trim().max(253).nullable(),
  mode: z.enum(['auto', 'live', 'bind', 'exclusive']),
  /** Packets per second; `max`; null: what server and path allow. */
  rate: z.union([z.int().min(1).max(1_000_000), z.literal('max')]).nullable(),
});

export const router = z.strictObject({
  /** Of `GET /routers`; `any`: vendor-neutral; `auto`: as it says who it is. */
  product: z.string().max(64),
  wanInterface: z.string().trim().max(64).nullable(),
});

/** Local time of the machine. */
const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/);

export const schedule = z.strictObject({
  isOn: z.boolean(),
  /** Five fields of cron. */
  cron: z.string().trim().min(9).max(100),
  /** Nothing begins by itself between these. */
  quiet: z.strictObject({ from: clockTime, to: clockTime }).nullable(),
  /** Unattended checks are live or sampled; this allows exclusive ones, too. */
  mayStopServices: z.boolean(),
});

export const notifications = z.strictObject({
  /** `change`: of the verdict, or of a port's result. */
  on: z.enum(['change', 'not-supported', 'always']),
  language,
  mail: z
    .strictObject({
      to: z.array(z.email()).min(1).max(20),
      from: z.email(),
      host: z.string().trim().min(1).max(253),
      port: z.int().min(1).max(65_535),
      /** `tls`: from the first byte (465); `starttls`: demanded; `none`: in the clear. */
      security: z.enum(['tls', 'starttls', 'none']),
      user: z.string().max(253).nullable(),
      /** Never sent out again: null on reading. null on writing: as it was. */
      password: z.string().max(500).nullable(),
    })
    .nullable(),
  webhook: z
    .strictObject({
      url: z.url({ protocol: /^https?$/ }),
      /** As the password. Signs the body: `x-fullcone-signature: sha256=...`. */ secret: z
        .string()
        .max(500)
        .nullable(),
    })
    .nullable(),
});

export const general = z.strictObject({
  language,
  /** Finished runs beyond these are deleted, the oldest first. */
  retention: z.strictObject({ runs: z.int().min(1).max(100_000), days: z.int().min(1).max(3_650).nullable() }),
  /** The five questions of the first run have been answered, or skipped. */
  isWelcomed: z.boolean(),
});

export const SECTIONS = { network, pbx, router, schedule, notifications, general } as const;
export type SectionName = keyof typeof SECTIONS;

export const settings = z.strictObject(SECTIONS);
export type Settings = z.infer<typeof settings>;

/** What is known of a server: by a run, or because it was asked. */
export const serverState = z.strictObject({
  server: serverName,
  /** As in a report: `ok`, `unresolvable`, `no-answer`, ... */
  state: z.string(),
  address: z.string().nullable(),
  otherAddress: z.string().nullable(),
  /** By it. */
  publicAddress: z.string().nullable(),
  roundTripMs: z.number().nullable(),
});
const yes = z.strictObject({ kind: z.literal('yes') });
const no = <const W extends readonly string[]>(...why: W) =>
  z.strictObject({ kind: z.literal('no'), why: z.enum(why) });
/** `failed`: what came instead of an answer; `code` of an error of STUN, `by` of whoever sent it back. */
const failed = [
  no('silent', 'invalid'),
  no('refused').extend({ code: z.number() }),
  no('turned-back').extend({ by: z.string() }),
] as const;
const notAsked = <const W extends readonly string[]>(...why: W) =>
  z.strictObject({ kind: z.literal('not-asked'), why: z.enum(['no-name', 'no-family', 'not-sent', ...why]) });

/** What a test has found out, a line each; what was not asked is neither a yes nor a no. */
const serverLines = z.strictObject({
  name: z.union([
    yes.extend({ host: z.string(), addresses: z.array(z.string()).readonly() }),
    /** `code`: the resolver's own, such as `ENOTFOUND`. */
    no('no-such-name', 'no-address', 'refused', 'timeout', 'other').extend({ host: z.string(), code: z.string() }),
    z.strictObject({ kind: z.literal('not-asked'), why: z.literal('is-address') }),
  ]),
  /** `from`: `198.51.100.10:3478`. */
  answer: z.union([yes.extend({ from: z.string(), tookMs: z.number().nullable() }), ...failed, notAsked()]),
  /** Named, and alive. `address`: as it was named. */
  second: z.union([
    yes.extend({ address: z.string() }),
    no('not-named'),
    no('same-address', 'same-port', 'other-family', 'not-public', 'ignored').extend({ address: z.string() }),
    ...failed.map((one) => one.extend({ address: z.string() })),
    notAsked('no-answer'),
  ]),
  /** Whether it answers from there when it is asked to; `unknown`: that answer may have been kept out. */
  change: z.union([
    yes,
    ...failed,
    no('ignored'),
    z.strictObject({ kind: z.literal('unknown'), why: z.literal('silent') }),
    notAsked('no-answer', 'no-second-address'),
  ]),
  /** Whether it sends to a port that did not ask; `elsewhere`: not where it says that it sees us. */
  cold: z.union([yes, ...failed, no('ignored', 'elsewhere'), notAsked('no-answer', 'no-second-address')]),
  /** As far as it tells; `calls`: TCP ports, from a second address that is alive. */
  limits: z.union([
    yes.extend({ packetsPerSecond: z.number().nullable(), calls: z.boolean() }),
    no('not-said'),
    notAsked('no-answer'),
  ]),
});

/** What a server answered when it was asked by the button *Test*. */
export const serverTest = serverState.extend({
  /** As in a report: what exactly was seen, such as `no-response-port`; null: nothing to add. */
  detail: z.string().nullable(),
  /** At the address that leads, if the server has several. */
  lines: serverLines,
});
export type ServerTest = z.infer<typeof serverTest>;
export const testServer = z.strictObject({ server: serverName });
export const testNotification = z.strictObject({ channel: z.enum(['mail', 'webhook']), settings: notifications });
export const testedNotification = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('sent') }),
  z.strictObject({ kind: z.literal('failed'), code: z.string(), detail: z.string() }),
]);
