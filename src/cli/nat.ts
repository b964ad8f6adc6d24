import { type NatRequest, startNat } from '../app/index.ts';
import { isAnyAddress } from '../base/index.ts';
import { type NatReport, renderNat, renderNatJson } from '../report/index.ts';
import { Countdown } from './countdown.ts';
import { displayOf, showsProgress } from './display.ts';
import { type NatCommandOptions, readNatRequest } from './input.ts';
import { sayMistake } from './say.ts';
import { type Context, EXIT } from './types.ts';

export interface NatCommand extends NatCommandOptions {
  readonly json?: boolean;
  readonly lang?: string;
  readonly progress: boolean;
}

/** `fullcone nat`: how the NAT behaves, in the words of RFC 4787. */
export async function nat(command: NatCommand, context: Context): Promise<number> {
  const request = readNatRequest(command);
  if (request.kind === 'error') return sayMistake(request.error, context);
  const { bindAddress } = request.value;
  if (!isAnyAddress(bindAddress) && !(await context.system.host.canBind(bindAddress))) {
    const here = context.system.host.addresses().join(', ');
    return sayMistake({ key: 'bind-address.not-here', facts: { given: bindAddress, here } }, context);
  }
  const report = await carryOut(request.value, command, context);
  const options = { ...displayOf(context.terminal), verbose: false };
  context.terminal.out.write(command.json ? renderNatJson(report) : renderNat(report, context.language, options));
  return exitCodeOf(report);
}

/** On a terminal, a line says how long it still takes; Ctrl-C ends it, and what is known by then is reported. */
async function carryOut(request: NatRequest, { progress }: NatCommand, context: Context): Promise<NatReport> {
  const { system, version, terminal, language } = context;
  const countdown = showsProgress(terminal, progress) ? new Countdown(terminal.error, system.clock, language) : null;
  const running = startNat(system, request, version, (event) => countdown?.start(event.for));
  const stop = terminal.onInterrupt(() => running.cancel());
  try {
    return await running.finished;
  } finally {
    countdown?.clear();
    stop();
  }
}

/** It judges nothing: 0 says that everything was found out that was asked for. */
function exitCodeOf({ cancelled, mapping, filtering, hairpin, fragments, lifetime }: NatReport): number {
  if (cancelled) return EXIT.cancelled;
  const asked = [hairpin, fragments?.outward, fragments?.inward, lifetime];
  const isMissing = asked.some((one) => one && one.reason !== null && one.reason !== 'no-nat');
  return mapping === null || filtering === null || isMissing ? EXIT.inconclusive : EXIT.supported;
}
