import { type ReflectorError, type ReflectorOptions, startReflector } from '../app/index.ts';
import { formatEndpoint } from '../base/index.ts';
import { sayMistake, TEXTS } from './say.ts';
import type { Context, Mistake } from './types.ts';

/** `fullcone reflector`, as commander leaves it. */
export interface ReflectorCommand {
  readonly primary?: string;
  readonly alternate?: string;
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

async function serve(options: ReflectorOptions, interrupted: Promise<void>, context: Context): Promise<number> {
  const started = await startReflector(context.system, options);
  if (started.kind === 'error') return sayMistake(reflectorMistake(started.error, context), context);
  const endpoints = Object.values(started.value.endpoints).map(formatEndpoint).join(', ');
  const { terminal, language } = context;
  terminal.out.write(`${TEXTS.one(language, 'reflector.ready', { endpoints })}\n`);
  await interrupted;
  const { received, answered } = started.value.counts();
  started.value.close();
  terminal.out.write(`${TEXTS.one(language, 'reflector.ended', { received, answered })}\n`);
  return 0;
}

function readOptions(command: ReflectorCommand): ReflectorOptions | Mistake {
  const { primary, alternate, single = false, rfc3489 = false, lab = false } = command;
  if (primary === undefined) return { key: 'reflector.no-primary', facts: {} };
  if (alternate === undefined && !single) return { key: 'reflector.no-alternate', facts: { primary } };
  if (alternate !== undefined && single) return { key: 'reflector.single-and-alternate', facts: {} };
  const fault = FAULTS.find((known) => known === command.labFault) ?? null;
  if (command.labFault !== undefined && !fault)
    return { key: 'reflector.fault', facts: { given: command.labFault, faults: FAULTS.join(', ') } };
  const port = toPort(command.port);
  if (port === null) return notAPort('--port', command.port);
  const alternatePort = toPort(command.alternatePort);
  if (alternatePort === null) return notAPort('--alternate-port', command.alternatePort);
  return { primary, alternate: alternate ?? null, port, alternatePort, rfc3489, lab, fault };
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
