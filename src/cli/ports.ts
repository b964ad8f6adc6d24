import { type FoundProduct, findProducts, findProfile, isFoundOut, listPorts, type Profile } from '../app/index.ts';
import { ok, type Result } from '../base/index.ts';
import { type ReportDiscovered, renderPorts, renderPortsJson, warningTexts } from '../report/index.ts';
import { displayOf } from './display.ts';
import { asksToDiscover, profileNames } from './input.ts';
import { sayMistake, sayNotice, sayPlainly } from './say.ts';
import { findThreeCx, readThreeCx, type ThreeCxOptions } from './three-cx.ts';
import { type Context, EXIT, type Mistake, wrong } from './types.ts';

export interface PortsCommand extends Pick<ThreeCxOptions, 'profile' | '3cxUrl'> {
  readonly json?: boolean;
  readonly lang?: string;
}

/** `fullcone ports`: which ports the phone system of this machine has, where that is written, and who holds them. */
export async function ports(command: PortsCommand, context: Context): Promise<number> {
  const what = await whatIsMeant(command, context);
  if (what.kind === 'error') return sayMistake(what.error, context);
  const report = await listPorts(context.system, what.value, context.version);
  const options = { ...displayOf(context.terminal), verbose: false };
  context.terminal.out.write(command.json ? renderPortsJson(report) : renderPorts(report, context.language, options));
  return isFoundOut(report) ? EXIT.supported : EXIT.inconclusive;
}

async function whatIsMeant(
  command: PortsCommand,
  context: Context,
): Promise<Result<readonly FoundProduct[] | Profile, Mistake>> {
  const { profile } = command;
  const { system } = context;
  const url = readThreeCx(command);
  if (url.kind === 'error') return url;
  if (url.value !== null) {
    const asked = await findThreeCx(url.value, context, new Promise(() => undefined));
    return asked.kind === 'ok' ? ok([asked.value]) : asked;
  }
  if (profile !== undefined && !asksToDiscover({ profile })) {
    const named = findProfile(profile.trim().toLowerCase());
    return named ? ok(named) : wrong('profile.unknown', { given: profile, profiles: profileNames() });
  }
  const found = await findProducts(system);
  return found.length > 0 ? ok(found) : wrong('profile.none-found', { profiles: profileNames() });
}

/** The one of which the ports are to be found out; null: none, they are named. */
export async function productMeant(
  options: ThreeCxOptions,
  context: Context,
  enough: Promise<unknown>,
): Promise<Result<FoundProduct | null, Mistake>> {
  const url = readThreeCx(options);
  if (url.kind === 'error') return url;
  if (url.value !== null) return findThreeCx(url.value, context, enough);
  return asksToDiscover(options) ? await findOne(context) : ok(null);
}

/** The one that `--profile auto` means. */
export async function findOne({ system }: Context): Promise<Result<FoundProduct, Mistake>> {
  const found = await findProducts(system);
  const [first, ...others] = found;
  if (!first) return wrong('profile.none-found', { profiles: profileNames() });
  if (others.length > 0) {
    const names = found.map(({ profile, processes: [main] }) => (main ? `${profile.id} (${main.pid})` : profile.id));
    return wrong('profile.several-found', { found: names.join(', '), first: first.profile.id });
  }
  return ok(first);
}

/** What is going to be checked, since nobody has named it, and what may be wrong with it. */
export function sayFound({ name, ports: found, warnings }: ReportDiscovered, context: Context): void {
  sayNotice('discovered', context, { name, ports: found.map((port) => port.ports).join(', ') });
  for (const text of warningTexts(warnings, context.language)) sayPlainly(text, context);
}
