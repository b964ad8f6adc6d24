import { type NatRequest, startNat } from '../app/index.ts';
import { type NatReport, renderNat, renderNatJson } from '../report/index.ts';
import { type CheckOptions, readNatRequest } from './input.ts';
import { sayMistake } from './say.ts';
import { type Context, EXIT } from './types.ts';

export interface NatCommand extends Pick<CheckOptions, 'server' | 'bindAddress'> {
  readonly json?: boolean;
  readonly lang?: string;
}

const DEFAULT_COLUMNS = 80;

/** `fullcone nat`: how the NAT behaves, in the words of RFC 4787. */
export async function nat(command: NatCommand, context: Context): Promise<number> {
  const request = readNatRequest(command);
  if (request.kind === 'error') return sayMistake(request.error, context);
  const { bindAddress } = request.value;
  if (bindAddress !== '0.0.0.0' && !(await context.system.host.canBind(bindAddress))) {
    const here = context.system.host.addresses().join(', ');
    return sayMistake({ key: 'bind-address.not-here', facts: { given: bindAddress, here } }, context);
  }
  const report = await carryOut(request.value, context);
  const { out, environment } = context.terminal;
  const colour = out.isTerminal && !environment['NO_COLOR'] && environment['TERM'] !== 'dumb';
  const columns = (out.isTerminal ? out.columns : null) ?? DEFAULT_COLUMNS;
  out.write(
    command.json ? renderNatJson(report) : renderNat(report, context.language, { columns, colour, verbose: false }),
  );
  return exitCodeOf(report);
}

async function carryOut(request: NatRequest, { system, version, terminal }: Context): Promise<NatReport> {
  const running = startNat(system, request, version);
  const stop = terminal.onInterrupt(() => running.cancel());
  try {
    return await running.finished;
  } finally {
    stop();
  }
}

/** It judges nothing: 0 says that the behaviour was found out. */
function exitCodeOf({ cancelled, mapping, filtering }: NatReport): number {
  if (cancelled) return EXIT.cancelled;
  return mapping === null || filtering === null ? EXIT.inconclusive : EXIT.supported;
}
