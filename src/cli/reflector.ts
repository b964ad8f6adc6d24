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
  readonly labFault?: string;
}

const FAULTS = ['ignores-change-request', 'no-response-port'] as const;

/** Serves until it is interrupted. */
export async function reflector(command: ReflectorCommand, context: Context): Promise<number> {
  const options = readOptions(command);
  if ('key' in options) return sayMistake(options, context);
  const started = await startReflector(context.system, options);
  if (started.kind === 'error') return sayMistake(reflectorMistake(started.error), context);
  const endpoints = Object.values(started.value.endpoints).map(formatEndpoint).join(', ');
  const { terminal, language } = context;
  terminal.out.write(`${TEXTS.one(language, 'reflector.ready', { endpoints })}\n`);
  await new Promise<void>((resolve) => terminal.onInterrupt(resolve));
  const { received, answered } = started.value.counts();
  started.value.close();
  terminal.out.write(`${TEXTS.one(language, 'reflector.ended', { received, answered })}\n`);
  return 0;
}

function readOptions(command: ReflectorCommand): ReflectorOptions | Mistake {
  const { primary, alternate, single = false } = command;
  if (primary === undefined) return { key: 'reflector.no-primary', facts: {} };
  if (alternate === undefined && !single) return { key: 'reflector.no-alternate', facts: { primary } };
  if (alternate !== undefined && single) return { key: 'reflector.single-and-alternate', facts: {} };
  const fault = FAULTS.find((known) => known === command.labFault) ?? null;
  if (command.labFault !== undefined && !fault)
    return { key: 'reflector.fault', facts: { given: command.labFault, faults: FAULTS.join(', ') } };
  return {
    primary,
    alternate: alternate ?? null,
    port: toPort(command.port),
    alternatePort: toPort(command.alternatePort),
    rfc3489: command.rfc3489 ?? false,
    fault,
  };
}

/** What is no number becomes one that is no port: the reflector itself refuses it. */
const toPort = (text: string): number => (/^\d{1,9}$/.test(text) ? Number(text) : Number.NaN);

export function reflectorMistake(error: ReflectorError): Mistake {
  switch (error.kind) {
    case 'same-address':
    case 'not-an-address':
      return { key: `reflector.${error.kind}`, facts: { address: error.address } };
    case 'same-port':
    case 'not-a-port':
      return { key: `reflector.${error.kind}`, facts: { port: error.port } };
    case 'in-use':
    case 'permission':
    case 'no-such-address':
    case 'no-more-sockets':
      return {
        key: `reflector.${error.kind}`,
        facts: { endpoint: formatEndpoint(error.endpoint), address: error.endpoint.address },
      };
    case 'unreachable':
    case 'refused':
    case 'other':
      return { key: 'reflector.other', facts: { endpoint: formatEndpoint(error.endpoint), code: error.code } };
    default:
      return error satisfies never;
  }
}
