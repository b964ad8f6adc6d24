import { err, type Family, ok, type Protocol, portLabel, portsOf, type Result } from '../base/index.ts';
import { closure, type HeldPort, planServices, type ServicePlan } from '../pbx/index.ts';
import type { OwnService, Service, ServiceFailure, Services, System } from '../system/index.ts';
import type { CheckRequest } from './events.ts';

/** What has to be agreed to before a check in exclusive mode, and who carries it out. */
export interface ExclusivePlan {
  readonly plan: ServicePlan;
  readonly services: Services;
}

/** Why nothing may be stopped. Nothing has been, so far. */
export type ExclusiveProblem =
  /** Ports are held, and nobody is known who could stop what holds them. */
  | { readonly kind: 'no-controller'; readonly held: readonly HeldPort[] }
  /** This program belongs to it, and would go with it. */
  | { readonly kind: 'own-service'; readonly service: string }
  /** It does not run, by its own word, and somebody holds a port that is said to be its own. */
  | { readonly kind: 'not-running'; readonly service: string; readonly port: string; readonly lines: readonly string[] }
  | { readonly kind: 'trouble'; readonly service: string | null; readonly failure: ServiceFailure };

type Asked = Pick<CheckRequest, 'udp' | 'tcp' | 'family'>;

/** Looks, and changes nothing. `own`: the services that the user has described; null: those of the system. */
export async function planExclusive(
  system: Pick<System, 'host' | 'services'>,
  request: Asked,
  own: readonly OwnService[] | null,
): Promise<Result<ExclusivePlan, ExclusiveProblem>> {
  const services = own ? system.services.ofCommands(own) : system.services.ofSystem();
  const { held, isHidden } = await heldPorts(system, request, (pid, protocol, port) =>
    own ? Promise.resolve(ownerAmong(own, protocol, port)) : ofProcess(services, pid),
  );
  const checked = { udp: request.udp, tcp: request.tcp };
  if (!services) {
    if (held.length > 0) return err({ kind: 'no-controller', held });
    const plan = planServices({ checked, held: [], services: [] });
    return ok({ plan, services: system.services.ofCommands([]) });
  }
  // Whose they are is hidden from ordinary users, who may not stop it either.
  const hindrance = isHidden && !own ? await services.mayControl() : ok(null);
  if (hindrance.kind === 'error') return err({ kind: 'trouble', service: null, failure: hindrance.error });
  const names = new Set([...(own ?? []).map(({ name }) => name), ...held.flatMap(({ service }) => service ?? [])]);
  const known = await lookAround([...names], services);
  if (known.kind === 'error') return err({ kind: 'trouble', service: null, failure: known.error });
  const missing = known.value.find(({ name, state }) => state === 'missing' && names.has(name));
  if (missing) return err(trouble(missing.name, 'missing'));
  const idle = own ? await whoseWordIsWrong(own, held, known.value, services) : null;
  if (idle) return err(idle);
  const plan = planServices({ checked, held, services: known.value });
  const problem = await whatForbids(plan, known.value, services);
  return problem ? err(problem) : ok({ plan, services });
}

/** Of the user's own services; one that names no ports may stand beside whoever holds them. */
async function whoseWordIsWrong(
  own: readonly OwnService[],
  held: readonly HeldPort[],
  known: readonly Service[],
  services: Services,
): Promise<ExclusiveProblem | null> {
  const idle = own.filter(({ name, udp, tcp }) => (udp ?? tcp) !== null && isStopped(known, name));
  const port = held.find(({ service }) => idle.some(({ name }) => name === service));
  if (!port?.service) return null;
  const lines = await services.lastLines(port.service);
  return { kind: 'not-running', service: port.service, port: portLabel(port.protocol, port.port), lines };
}

const isStopped = (known: readonly Service[], wanted: string): boolean =>
  known.some(({ name, state }) => name === wanted && state === 'stopped');

const trouble = (service: string, kind: ServiceFailure['kind']): ExclusiveProblem => ({
  kind: 'trouble',
  service,
  failure: { kind, lines: [] },
});

/** Of both families, where it is not known yet which will be asked: the PBX needs both. */
const familiesOf = ({ family }: Pick<CheckRequest, 'family'>): readonly Family[] =>
  family ? [family] : ['ipv4', 'ipv6'];

async function heldPorts(
  { host }: Pick<System, 'host'>,
  request: Asked,
  serviceOf: (pid: number | null, protocol: Protocol, port: number) => Promise<string | null>,
): Promise<{ readonly held: readonly HeldPort[]; readonly isHidden: boolean }> {
  const held: HeldPort[] = [];
  let isHidden = false;
  for (const protocol of ['udp', 'tcp'] as const) {
    const ports = portsOf(request[protocol]);
    if (ports.length === 0) continue;
    const seen = new Map<number, number | null>();
    // Those that share a port are one program's; the service of one is that of all.
    for (const family of familiesOf(request))
      for (const [port, holders] of await host.holders(protocol, ports, family))
        seen.set(port, seen.get(port) ?? holders.find(({ pid }) => pid !== null)?.pid ?? null);
    for (const [port, pid] of [...seen].sort(([one], [other]) => one - other)) {
      isHidden ||= pid === null;
      held.push({ protocol, port, service: await serviceOf(pid, protocol, port) });
    }
  }
  return { held, isHidden };
}

const ofProcess = (services: Services | null, pid: number | null): Promise<string | null> =>
  services === null || pid === null ? Promise.resolve(null) : services.ofProcess(pid);

/** Whoever names its ports goes before one that takes what is left. */
function ownerAmong(own: readonly OwnService[], protocol: Protocol, port: number): string | null {
  const named = own.find((service) => service[protocol]?.some(({ from, to }) => port >= from && port <= to));
  return (named ?? own.find(({ udp, tcp }) => udp === null && tcp === null))?.name ?? null;
}

/** These, what they take along, what that takes along, and so on. */
async function lookAround(
  names: readonly string[],
  services: Services,
): Promise<Result<readonly Service[], ServiceFailure>> {
  const known = new Map<string, Service>();
  let next = names;
  while (next.length > 0) {
    const looked = await services.look(next);
    if (looked.kind === 'error') return looked;
    for (const [index, name] of next.entries()) {
      const service = looked.value[index];
      if (service) known.set(name, service);
    }
    next = [...closure(names, known)].filter((name) => !known.has(name));
  }
  return ok([...known.values()]);
}

async function whatForbids(
  { groups }: ServicePlan,
  known: readonly Service[],
  services: Services,
): Promise<ExclusiveProblem | null> {
  if (groups.length === 0) return null;
  const own = await services.ofProcess('self');
  const all = new Set(groups.flatMap(({ waves }) => waves.flat()));
  if (own !== null && all.has(own)) return { kind: 'own-service', service: own };
  // One that is on its way somewhere could end anywhere.
  const restless = known.find(({ name, state }) => all.has(name) && state === 'changing');
  if (restless) return trouble(restless.name, 'timed-out');
  const may = await services.mayControl();
  return may.kind === 'ok' ? null : { kind: 'trouble', service: null, failure: may.error };
}
