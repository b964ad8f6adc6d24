import {
  type CheckRequest,
  type ExclusivePlan,
  type ExclusiveProblem,
  parseOwnServices,
  planExclusive,
  type ServicePlan,
} from '../app/index.ts';
import { err, formatRanges, ok, type Result } from '../base/index.ts';
import type { OwnService } from '../system/index.ts';
import { TEXTS } from './say.ts';
import { type Context, EXIT, type Mistake } from './types.ts';

/** What may be stopped, and how much of a yes there is. */
export interface ExclusiveOptions {
  readonly yes?: boolean;
  readonly services?: string;
}

/** Not to be begun: `code` is what the process ends with. */
export interface Refusal {
  readonly code: number;
  /** null: it was the user's own wish. */
  readonly mistake: Mistake | null;
}

/** Whether anybody could say yes, if there were something to be asked. */
export function whoeverAgrees({ yes = false }: ExclusiveOptions, { terminal }: Context): Mistake | null {
  return yes || terminal.ask ? null : { key: 'exclusive.nobody-to-ask', facts: {} };
}

/** Options that mean nothing in another mode. */
export function notExclusive({ yes, services }: ExclusiveOptions): Mistake | null {
  const option = yes ? '--yes' : services === undefined ? null : '--services';
  return option === null ? null : { key: 'exclusive.only-there', facts: { option } };
}

/** Looks at what would be stopped, says it, and asks. Nothing is changed before the answer. */
export async function agree(
  request: CheckRequest,
  options: ExclusiveOptions,
  context: Context,
  interrupted: Promise<unknown>,
): Promise<Result<ExclusivePlan, Refusal>> {
  const own = await readOwnServices(options.services, context);
  if (own.kind === 'error') return err({ code: EXIT.usage, mistake: own.error });
  const planned = await planExclusive(context.system, request, own.value);
  if (planned.kind === 'error') {
    const isElsewhere = (await context.system.live.hindrance({ family: 'ipv4', udp: [] }))?.kind === 'not-this-system';
    return err({ code: EXIT.inconclusive, mistake: mistakeOf(planned.error, context, isElsewhere) });
  }
  const { plan } = planned.value;
  if (plan.groups.length === 0) return planned;
  const { terminal, language } = context;
  terminal.error.write(`${describe(plan, context).join('\n')}\n`);
  if (options.yes) return planned;
  const answer = await terminal.ask?.(`${TEXTS.one(language, 'exclusive.question')} `, interrupted);
  if (isYes(answer ?? '')) return planned;
  terminal.error.write(`${TEXTS.one(language, 'exclusive.declined')}\n`);
  return err({ code: EXIT.cancelled, mistake: null });
}

/** In either language, whichever was asked in. */
const isYes = (answer: string): boolean => /^(y|yes|j|ja)$/i.test(answer.trim());

async function readOwnServices(
  path: string | undefined,
  { system }: Context,
): Promise<Result<readonly OwnService[] | null, Mistake>> {
  if (path === undefined) return ok(null);
  const text = await system.files.readInput(path);
  if (text.kind === 'error') return err({ key: 'exclusive.cannot-read', facts: { path, code: text.error } });
  const services = parseOwnServices(text.value);
  return services.kind === 'ok'
    ? services
    : err({ key: 'exclusive.not-services', facts: { path, at: services.error } });
}

/** What will be stopped, with what, and whether somebody may be talking. */
function describe({ groups, coversMedia }: ServicePlan, { language }: Context): string[] {
  const say = (key: string, facts: Mistake['facts'] = {}) => TEXTS.one(language, `exclusive.${key}`, facts);
  const lines = groups.flatMap(({ holders, waves, udp, tcp }) => {
    const ports = [
      ...(udp.length > 0 ? [`UDP ${formatRanges(udp)}`] : []),
      ...(tcp.length > 0 ? [`TCP ${formatRanges(tcp)}`] : []),
    ];
    const along = waves.flat().filter((name) => !holders.includes(name));
    return [
      `  ${holders.join(', ')}: ${ports.join(', ')}`,
      ...(along.length > 0 ? [`    ${say('along', { services: along.join(', ') })}`] : []),
    ];
  });
  const sum = (count: (group: ServicePlan['groups'][number]) => number) =>
    groups.reduce((total, group) => total + count(group), 0);
  const [busy, standing] = [sum((group) => group.busy), sum((group) => group.standing)];
  const calls = busy > 0 ? 'busy' : standing > 0 || !coversMedia ? 'unseen' : 'idle';
  return [say('title'), ...lines, say(calls, { count: TEXTS.amount(language, busy) })];
}

/** `isElsewhere`: no right and no package makes the live mode possible on this system. */
function mistakeOf(problem: ExclusiveProblem, { language, program }: Context, isElsewhere: boolean): Mistake {
  switch (problem.kind) {
    case 'no-controller': {
      const [first] = problem.held;
      const key = isElsewhere ? 'exclusive.no-controller-nor-live' : 'exclusive.no-controller';
      return { key, facts: { port: first ? `${first.protocol}/${first.port}` : '' } };
    }
    case 'own-service':
      return { key: 'exclusive.own-service', facts: { service: problem.service } };
    case 'not-running': {
      const { service, port, lines } = problem;
      return { key: 'exclusive.not-running', facts: { service, port, said: saidIn(lines, language) } };
    }
    case 'trouble':
      return troubleMistake(problem, { language, program });
    default:
      return problem satisfies never;
  }
}

function troubleMistake(
  { service, failure }: Extract<ExclusiveProblem, { kind: 'trouble' }>,
  { language, program }: Pick<Context, 'language' | 'program'>,
): Mistake {
  const key = service !== null && (failure.kind === 'missing' || failure.kind === 'timed-out') ? failure.kind : null;
  if (failure.kind === 'permission') return { key: 'exclusive.permission', facts: { program } };
  if (key) return { key: `exclusive.${key}`, facts: { service: service ?? '' } };
  return { key: 'exclusive.controller', facts: { said: saidIn(failure.lines, language) } };
}

const saidIn = (lines: readonly string[], language: Context['language']): string =>
  lines.join(' ') || TEXTS.one(language, 'exclusive.nothing-said');
