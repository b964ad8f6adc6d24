import { type ReflectorError, type ReflectorOptions, type RunningReflector, startReflector } from '../app/index.ts';
import { err, familyOf, formatEndpoint, ok, type Result } from '../base/index.ts';
import { sayMistake, TEXTS } from './say.ts';
import type { Context, Mistake } from './types.ts';

/** `fullcone reflector`, as commander leaves it. */
export interface ReflectorCommand {
  readonly primary?: readonly string[];
  readonly alternate?: readonly string[];
  readonly single?: boolean;
  readonly port: string;
  readonly alternatePort: string;
  readonly rfc3489?: boolean;
  readonly lab?: boolean;
  readonly labFault?: string;
  readonly lang?: string;
}

const FAULTS = ['ignores-change-request', 'no-response-port', 'no-calls', 'throttles'] as const;

/** Serves until it is interrupted. */
export async function reflector(command: ReflectorCommand, context: Context): Promise<number> {
  const options = readOptions(command);
  if ('key' in options) return sayMistake(options, context);
  let stop: () => void = () => undefined;
  // Listens before it says that it is ready: who reads that may end it at once.
  const interrupted = new Promise<void>((resolve) => {
    stop = context.terminal.onInterrupt(resolve);
  });
  try {
    return await serve(options, interrupted, context);
  } finally {
    stop();
  }
}

async function serve(options: Options, interrupted: Promise<void>, context: Context): Promise<number> {
  const started = await startAll(options, context);
  if (started.kind === 'error') return sayMistake(reflectorMistake(started.error, context), context);
  const endpoints = started.value.flatMap((one) => Object.values(one.endpoints).map(formatEndpoint)).join(', ');
  const { terminal, language } = context;
  terminal.out.write(`${TEXTS.one(language, 'reflector.ready', { endpoints })}\n`);
  await interrupted;
  const counts = started.value.map((one) => one.counts());
  for (const one of started.value) one.close();
  const received = counts.reduce((sum, one) => sum + one.received, 0);
  const answered = counts.reduce((sum, one) => sum + one.answered, 0);
  terminal.out.write(`${TEXTS.one(language, 'reflector.ended', { received, answered })}\n`);
  return 0;
}

/** Those of both families, or none: what the one counts and knows of its askers is nothing to the other. */
async function startAll(options: Options, { system }: Context): Promise<Result<RunningReflector[], ReflectorError>> {
  const running: RunningReflector[] = [];
  for (const one of options) {
    const started = await startReflector(system, one);
    if (started.kind === 'error') {
      for (const other of running) other.close();
      return started;
    }
    running.push(started.value);
  }
  return ok(running);
}

/** One reflector for each family. */
type Options = readonly ReflectorOptions[];

function readOptions(command: ReflectorCommand): Options | Mistake {
  const { single = false, rfc3489 = false, lab = false } = command;
  const pairs = readPairs(command, single);
  if (pairs.kind === 'error') return pairs.error;
  const fault = FAULTS.find((known) => known === command.labFault) ?? null;
  if (command.labFault !== undefined && !fault)
    return { key: 'reflector.fault', facts: { given: command.labFault, faults: FAULTS.join(', ') } };
  const port = toPort(command.port);
  if (port === null) return notAPort('--port', command.port);
  const alternatePort = toPort(command.alternatePort);
  if (alternatePort === null) return notAPort('--alternate-port', command.alternatePort);
  return pairs.value.map((pair) => ({ ...pair, port, alternatePort, rfc3489, lab, fault }));
}

type Pair = Pick<ReflectorOptions, 'primary' | 'alternate'>;

/** A second address belongs to the first one of its family. */
function readPairs(command: ReflectorCommand, single: boolean): Result<readonly Pair[], Mistake> {
  const { primary: primaries = [], alternate: alternates = [] } = command;
  const wrong = (key: string, facts: Mistake['facts'] = {}) => err({ key: `reflector.${key}`, facts });
  const [first] = primaries;
  if (first === undefined) return wrong('no-primary');
  if (single && alternates.length > 0) return wrong('single-and-alternate');
  const twice = [primaries, alternates].map(twoOfOneFamily).find((two) => two !== null);
  if (twice) return wrong('two-of-one-family', twice);
  // What is no address is for the reflector to refuse, in whichever place it stands.
  if (primaries.length === 1 && alternates.length === 1)
    return ok([{ primary: first, alternate: alternates[0] ?? null }]);
  const partner = (primary: string) => alternates.find((one) => familyOf(one) === familyOf(primary)) ?? null;
  const alone = single ? undefined : primaries.find((primary) => partner(primary) === null);
  if (alone !== undefined) return wrong('no-alternate', { primary: alone });
  const orphan = alternates.find((one) => !primaries.some((primary) => familyOf(primary) === familyOf(one)));
  if (orphan !== undefined) return wrong('other-family', { address: orphan });
  return ok(primaries.map((primary) => ({ primary, alternate: partner(primary) })));
}

function twoOfOneFamily(addresses: readonly string[]): { readonly one: string; readonly other: string } | null {
  for (const [index, other] of addresses.entries()) {
    const one = addresses.slice(0, index).find((before) => familyOf(before) === familyOf(other));
    if (one !== undefined) return { one, other };
  }
  return null;
}

const notAPort = (option: string, given: string): Mistake => ({
  key: 'reflector.not-a-port',
  facts: { option, given },
});

function toPort(text: string): number | null {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : null;
}

export function reflectorMistake(error: ReflectorError, { system }: Context): Mistake {
  switch (error.kind) {
    case 'same-address':
    case 'not-an-address':
    case 'link-local':
    case 'other-family':
      return { key: `reflector.${error.kind}`, facts: { address: error.address } };
    case 'same-port':
      return { key: 'reflector.same-port', facts: { port: error.port } };
    case 'not-a-port':
      return notAPort('--port', String(error.port));
    case 'in-use':
    case 'permission':
    case 'no-such-address':
    case 'no-more-sockets':
      return {
        key: `reflector.${error.kind}`,
        facts: {
          endpoint: formatEndpoint(error.endpoint),
          address: error.endpoint.address,
          here: system.host.addresses().join(', '),
        },
      };
    case 'unreachable':
    case 'refused':
    case 'other':
      return { key: 'reflector.other', facts: { endpoint: formatEndpoint(error.endpoint), code: error.code } };
    default:
      return error satisfies never;
  }
}
