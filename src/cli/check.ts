import {
  type CheckRequest,
  drawServers,
  EMBEDDED,
  type ExclusivePlan,
  type FinishedCheck,
  isEmbedded,
  PUBLIC_SERVERS,
  parseServerList,
  type ReflectorError,
  type RunEvent,
  type RunningCheck,
  type RunningReflector,
  type ServerList,
  socketsNeeded,
  startCheck,
  startReflector,
  writeRun,
} from '../app/index.ts';
import { err, formatEndpoint, isAnyAddress, ok, type Result } from '../base/index.ts';
import type { OutputFile } from '../system/index.ts';
import { agree, type ExclusiveOptions, notExclusive, whoeverAgrees } from './consent.ts';
import { areSame, type DeliveryOptions, deliver, openOutput, readFormats } from './deliver.ts';
import { showsProgress } from './display.ts';
import { type CheckOptions, readCheckRequest } from './input.ts';
import { productMeant, sayFound } from './ports.ts';
import { familyOfProduct } from './product-family.ts';
import { Progress } from './progress.ts';
import { reflectorMistake } from './reflector.ts';
import { sayMistake, sayNotice, sayTrouble } from './say.ts';
import type { ThreeCxOptions } from './three-cx.ts';
import { type Context, EXIT, type Mistake, type Terminal, wrong } from './types.ts';

export interface CheckCommand extends CheckOptions, ExclusiveOptions, DeliveryOptions, Pick<ThreeCxOptions, '3cxUrl'> {
  /** The events of the run are written there. */
  readonly record?: string;
  readonly lang?: string;
  readonly progress: boolean;
}

/** `fullcone check`: everything that can be wrong with the input is known before the first packet. */
export async function check(command: CheckCommand, context: Context): Promise<number> {
  const interruption = interruptionOf(context.terminal);
  try {
    const prepared = await prepare(command, interruption, context);
    if (prepared.kind === 'error') return interruption.hasCome() ? EXIT.cancelled : sayMistake(prepared.error, context);
    return await carryOutAndDeliver(prepared.value, interruption, command, context);
  } finally {
    interruption.stop();
  }
}

/** Ctrl-C, from the first moment to the last: it may come before there is anything to be cancelled. */
interface Interruption {
  /** Calls on Ctrl-C, at once if it has come before. */
  cancels(run: RunningCheck): void;
  readonly came: Promise<void>;
  hasCome(): boolean;
  stop(): void;
}

function interruptionOf(terminal: Terminal): Interruption {
  let interrupted = false;
  let running: RunningCheck | null = null;
  let tell: () => void = () => undefined;
  const came = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const stop = terminal.onInterrupt(() => {
    interrupted = true;
    running?.cancel();
    tell();
  });
  return {
    came,
    hasCome: () => interrupted,
    cancels(run) {
      running = run;
      if (interrupted) run.cancel();
    },
    stop,
  };
}

async function carryOutAndDeliver(
  { request, output, record, reflector }: Prepared,
  interruption: Interruption,
  command: CheckCommand,
  context: Context,
): Promise<number> {
  try {
    const exclusive = request.mode === 'exclusive' ? await agree(request, command, context, interruption.came) : null;
    if (exclusive?.kind === 'error') {
      await abandon([output, record]);
      if (exclusive.error.mistake) sayMistake(exclusive.error.mistake, context);
      return exclusive.error.code;
    }
    const run = await carryOut(request, exclusive?.value ?? null, interruption, command, context);
    const isRecorded = await keepRecord(run.events, record, command, context);
    const isDelivered = await deliver(run.report, output, command, context);
    if (!run.remembered) sayNotice('not-remembered', context);
    return isRecorded && isDelivered ? EXIT[run.report.verdict] : EXIT.internal;
  } catch (error) {
    await abandon([output, record]);
    throw error;
  } finally {
    reflector?.close();
  }
}

const abandon = (files: readonly (OutputFile | null)[]): Promise<unknown> =>
  Promise.all(files.map((file) => file?.abandon()));

interface Prepared {
  readonly request: CheckRequest;
  readonly output: OutputFile | null;
  readonly record: OutputFile | null;
  readonly reflector: RunningReflector | null;
}

async function prepare(
  command: CheckCommand,
  interruption: Interruption,
  context: Context,
): Promise<Result<Prepared, Mistake>> {
  const formats = readFormats(command, context);
  if (formats.kind === 'error') return formats;
  const list = await readServerList(command.servers, context);
  if (list.kind === 'error') return list;
  const product = await productMeant(command, context, interruption.came);
  if (product.kind === 'error') return product;
  const drawn = drawServers(list.value, context.system.random);
  const family = await familyOfProduct(command, drawn, product.value, context);
  const options = family ? { ...command, [family]: true } : command;
  const request = readCheckRequest(options, drawn, product.value);
  if (request.kind === 'error') return request;
  const impossible = await whatIsImpossible(request.value, command, context);
  if (impossible) return err(impossible);
  const files = await openFiles(command, context);
  if (files.kind === 'error') return files;
  if (request.value.discovered) sayFound(request.value.discovered, context);
  if (!isEmbedded(request.value.servers)) return ok({ request: request.value, ...files.value, reflector: null });
  const reflector = await startReflector(context.system, { ...EMBEDDED.options, fault: null, rfc3489: false });
  if (reflector.kind === 'ok') return ok({ request: request.value, ...files.value, reflector: reflector.value });
  await abandon([files.value.output, files.value.record]);
  return err(embeddedMistake(reflector.error, context));
}

async function readServerList(path: string | undefined, { system }: Context): Promise<Result<ServerList, Mistake>> {
  if (path === undefined) return ok(PUBLIC_SERVERS);
  const text = await system.files.readInput(path);
  if (text.kind === 'error') return err({ key: 'servers.cannot-read', facts: { path, code: text.error } });
  const list = parseServerList(text.value);
  return list ? ok(list) : err({ key: 'servers.not-a-list', facts: { path } });
}

/** Its ports are fixed: others cannot be chosen here. */
const embeddedMistake = (error: ReflectorError, context: Context): Mistake =>
  error.kind === 'in-use'
    ? { key: 'embedded.in-use', facts: { endpoint: formatEndpoint(error.endpoint) } }
    : reflectorMistake(error, context);

/** What is well written, but not to be had on this machine. */
async function whatIsImpossible(
  request: CheckRequest,
  command: CheckCommand,
  context: Context,
): Promise<Mistake | null> {
  const { system, program } = context;
  const { bindAddress } = request;
  if (!isAnyAddress(bindAddress) && !(await system.host.canBind(bindAddress)))
    return { key: 'bind-address.not-here', facts: { given: bindAddress, here: system.host.addresses().join(', ') } };
  const notAgreed = request.mode === 'exclusive' ? whoeverAgrees(command, context) : notExclusive(command);
  if (notAgreed) return notAgreed;
  const hindrance = request.mode === 'live' ? await system.live.hindrance(wishOf(request)) : null;
  if (hindrance) return { key: `live.${hindrance.kind}`, facts: { code: hindrance.code, program } };
  const [free, needed] = [Math.max(0, system.udp.freeSockets()), socketsNeeded(request)];
  return free < needed ? { key: 'sockets.too-few', facts: { free, needed } } : null;
}

/** Which family it will be, only the servers know; a run that finds out otherwise says so. */
const wishOf = ({ family, udp }: CheckRequest) => ({ family: family ?? 'ipv4', udp }) as const;

/** Of both, or of none. */
async function openFiles(
  command: CheckCommand,
  context: Context,
): Promise<Result<Pick<Prepared, 'output' | 'record'>, Mistake>> {
  if (areSame(command.output, command.record)) return wrong('output.is-record', { path: command.output ?? '' });
  const output = await openOutput(command.output, context);
  if (output.kind === 'error') return output;
  const record = await openOutput(command.record, context, 'record.cannot-open');
  if (record.kind === 'ok') return ok({ output: output.value, record: record.value });
  await abandon([output.value]);
  return record;
}

/** Runs it with progress on a terminal; Ctrl-C ends it, and what is known by then is reported. */
async function carryOut(
  request: CheckRequest,
  exclusive: ExclusivePlan | null,
  interruption: Interruption,
  command: CheckCommand,
  context: Context,
): Promise<FinishedCheck> {
  const { system, terminal, language, version } = context;
  const progress = showsProgress(terminal, command.progress)
    ? new Progress(terminal.error, system.clock, language)
    : null;
  const resume = exclusive ? terminal.withoutSuspending() : () => undefined;
  const listen = (event: RunEvent) => {
    progress?.show(event);
    // A minute without a word would look like a hang.
    if (!progress && event.kind === 'waiting') sayNotice('waiting', context, { seconds: Math.ceil(event.for / 1000) });
    if (event.kind === 'service' && event.step.step === 'failed') {
      progress?.wipe();
      sayTrouble(event.step, context);
    }
  };
  const run = startCheck(system, request, version, listen, exclusive);
  interruption.cancels(run);
  try {
    return await run.finished;
  } finally {
    progress?.clear();
    resume();
  }
}

/** false: the file did not take it, which has been said. */
async function keepRecord(
  events: readonly RunEvent[],
  record: OutputFile | null,
  command: CheckCommand,
  context: Context,
): Promise<boolean> {
  if (!record) return true;
  const written = await record.write(writeRun(events));
  if (written.kind === 'ok') return true;
  sayMistake({ key: 'record.cannot-write', facts: { path: command.record ?? '', code: written.error } }, context);
  return false;
}
