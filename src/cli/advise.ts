import {
  type AdviseOptions,
  ANY_ROUTER,
  adviseRouter,
  askWho,
  configureRouter,
  findKnownRouter,
  listRouters,
  recogniseRouter,
} from '../app/index.ts';
import { canonicalIp, err, isAnyAddress, ok, type Result } from '../base/index.ts';
import { type Report, renderAdvice, renderAdviceJson, renderConfig, renderRoutersJson } from '../report/index.ts';
import { displayOf } from './display.ts';
import { sayMistake, sayNotice, TEXTS } from './say.ts';
import { readStored } from './stored.ts';
import { type Context, EXIT, type Mistake, wrong } from './types.ts';

export interface AdviseCommand {
  /** A file, or `-`. */
  readonly report?: string;
  /** An id, `auto`, or nothing. */
  readonly router?: string;
  readonly listRouters?: boolean;
  readonly config?: boolean;
  readonly wan?: string;
  readonly pbx?: string;
  readonly forwardChain?: string;
  readonly scanChain?: string;
  readonly json?: boolean;
  readonly lang?: string;
}

/** `fullcone advise`: what to change, in the router that stands there. */
export async function advise(command: AdviseCommand, context: Context): Promise<number> {
  if (command.listRouters) return list(command, context);
  const read = await readInput(command, context);
  if (read.kind === 'error') return sayMistake(read.error, context);
  const chosen = await choose(command, read.value, context);
  if (chosen.kind === 'error') return chosen.error ? sayMistake(chosen.error, context) : EXIT.cancelled;
  const text = await textFor(chosen.value, read.value, command, context);
  if (text.kind === 'error') return sayMistake(text.error, context);
  context.terminal.out.write(text.value);
  return EXIT.supported;
}

async function list({ json }: AdviseCommand, { terminal, language, version }: Context): Promise<number> {
  const routers = await listRouters();
  if (json) {
    terminal.out.write(renderRoutersJson(routers, version));
    return EXIT.supported;
  }
  const widest = Math.max(...routers.map(({ id }) => id.length));
  const lines = routers.map(({ id, name, known, verified, config }) => {
    const facts = TEXTS.one(language, 'advise.facts', { known, verified });
    return `${id.padEnd(widest)}  ${name}: ${facts}${config ? TEXTS.one(language, 'advise.config') : ''}`;
  });
  terminal.out.write(`${lines.join('\n')}\n`);
  return EXIT.supported;
}

/** All that can be wrong with what was typed, and with the file, before anybody is asked anything. */
async function readInput(command: AdviseCommand, context: Context): Promise<Result<Report, Mistake>> {
  const { report: path, router, pbx, config } = command;
  if (path === undefined) return wrong('advise.no-report');
  if (pbx !== undefined && (canonicalIp(pbx) === null || isAnyAddress(pbx))) return wrong('advise.pbx', { given: pbx });
  if (router !== undefined && router !== AUTO && !(await findKnownRouter(router)))
    return wrong('advise.unknown-router', { given: router });
  const only = [command.wan, command.forwardChain, command.scanChain].some((option) => option !== undefined);
  if (only && !config) return wrong('advise.only-config');
  return readStored(path, context);
}

const AUTO = 'auto';

/** Which router is meant; null as an error: whoever was asked wants no answer any more. */
async function choose(
  { router, config }: AdviseCommand,
  report: Report,
  context: Context,
): Promise<Result<string, Mistake | null>> {
  if (router !== undefined && router !== AUTO) return ok(router.trim().toLowerCase());
  const interruption = interruptionOf(context);
  try {
    const found = router === AUTO ? await recognise(report, interruption, context) : null;
    if (interruption.happened()) return err(null);
    if (found !== null) return ok(found);
    const answer = await askFor(interruption.came, context);
    if (interruption.happened()) return err(null);
    if (answer.kind === 'error') return answer;
    return config && answer.value === ANY_ROUTER ? wrong('advise.no-router') : answer;
  } finally {
    interruption.stop();
  }
}

interface Interruption {
  readonly came: Promise<unknown>;
  happened(): boolean;
  stop(): void;
}

function interruptionOf({ terminal }: Context): Interruption {
  let happened = false;
  let tell: () => void = () => undefined;
  const came = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const stop = terminal.onInterrupt(() => {
    happened = true;
    tell();
  });
  return { came, happened: () => happened, stop };
}

/** null: it does not say, or it says something that is not known. */
async function recognise(report: Report, { came }: Interruption, context: Context): Promise<string | null> {
  const running = askWho(context.system, report);
  void came.then(() => running.cancel());
  const who = await running.finished;
  if (who.kind === 'not-asked') {
    sayNotice(`advise.${who.why}`, context);
    return null;
  }
  const words = who.kind === 'said' ? who.said.flatMap((one) => one.words) : [];
  const router = who.kind === 'said' ? await recogniseRouter(who.said) : null;
  if (router) sayNotice('advise.recognised', context, { name: router.name, id: router.id });
  else if (words.length > 0) sayNotice('advise.not-known', context, { words: words.join(', ') });
  else sayNotice('advise.silent', context);
  return router?.id ?? null;
}

/** On a terminal; elsewhere it is any router. */
async function askFor(enough: Promise<unknown>, context: Context): Promise<Result<string, Mistake>> {
  const { terminal, language } = context;
  if (!terminal.ask) return ok(ANY_ROUTER);
  const routers = await listRouters();
  const ids = routers.map(({ id }) => id).sort();
  const question = TEXTS.one(language, 'advise.question', { routers: ids.join(', ') });
  const answer = ((await terminal.ask(`${question} `, enough)) ?? '').trim();
  if (answer === '') return ok(ANY_ROUTER);
  const router = await findKnownRouter(answer);
  return router ? ok(router.id) : wrong('advise.unknown-router', { given: answer });
}

async function textFor(
  id: string,
  report: Report,
  command: AdviseCommand,
  { terminal, language, version }: Context,
): Promise<Result<string, Mistake>> {
  const options: AdviseOptions = {
    pbx: command.pbx ?? null,
    wan: command.wan ?? null,
    forwardChain: command.forwardChain ?? null,
    scanChain: command.scanChain ?? null,
  };
  const config = command.config ? await configureRouter(report, id, options) : ok(null);
  if (config.kind === 'error') return err(await whyNoConfig(config.error, id));
  const advise = () => adviseRouter(report, id, options);
  if (command.json) return ok(renderAdviceJson(await advise(), config.value, report, language, version));
  if (config.value) return ok(renderConfig(config.value, language));
  return ok(renderAdvice(await advise(), report, language, { ...displayOf(terminal), verbose: false }));
}

type ConfigProblem = Extract<Awaited<ReturnType<typeof configureRouter>>, { kind: 'error' }>['error'];

async function whyNoConfig(problem: ConfigProblem, id: string): Promise<Mistake> {
  if (problem.kind !== 'no-dialect')
    return { key: `advise.${problem.kind}`, facts: 'given' in problem ? { given: problem.given } : {} };
  const routers = (await listRouters()).filter((router) => router.config).map((router) => router.id);
  return { key: 'advise.no-dialect', facts: { given: id, routers: routers.join(', ') } };
}
