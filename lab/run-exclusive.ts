import {
  type CheckRequest,
  type FinishedCheck,
  planExclusive,
  type RunEvent,
  type RunningCheck,
  startCheck,
} from '../src/app/index.ts';
import type { Milliseconds } from '../src/base/index.ts';
import type { Model } from './model/index.ts';
import type { PortService } from './scenarios/index.ts';

/** Beside the time that its ports are asked, a service may be down so long. */
export const DOWN_BESIDES: Milliseconds = 1_000;

/** A check in the place of these services; and what is wrong with what became of them, one line each. */
export async function checkInPlace(
  model: Model,
  services: readonly PortService[],
  request: CheckRequest,
  begun: (run: RunningCheck) => void = () => undefined,
): Promise<{ readonly finished: FinishedCheck; readonly differences: readonly string[] }> {
  const asked: CheckRequest = { ...request, mode: 'exclusive' };
  const before = model.units.changes.length;
  const plan = await model.run(planExclusive(model.pbx, asked, null));
  if (plan.kind === 'error') throw new Error(`nothing may be stopped: ${JSON.stringify(plan.error)}`);
  const run = startCheck(model.pbx, asked, 'lab', undefined, plan.value);
  begun(run);
  const finished = await model.run(run.finished);
  const changes = model.units.changes.slice(before);
  const differences = services.flatMap((service) => [
    ...wrongWith(
      service,
      changes.filter(({ name }) => name === service.name),
      finished.events,
    ),
    ...(isHeld(model, service) ? [] : [`${service.name}: does not hold its ports again`]),
  ]);
  const keepers = model.units.keepers();
  return { finished, differences: keepers === 0 ? differences : [...differences, `${keepers} keepers are left`] };
}

function wrongWith(service: PortService, changes: Model['units']['changes'], events: readonly RunEvent[]): string[] {
  const { name } = service;
  const times = events.flatMap(testingOf(service, events));
  const [first, last] = [changes[0], changes.at(-1)];
  // Nothing is stopped where there is no server to ask, nor for ports that are not asked.
  if (!first || !last) return times.length > 0 ? [`${name}: was never stopped`] : [];
  if (last.state !== 'running') return [`${name}: is ${last.state}`];
  const stops = changes.filter(({ state }) => state === 'stopped');
  if (stops.length !== 1) return [`${name}: was stopped ${stops.length} times`];
  const testing = times.length === 0 ? 0 : Math.max(...times) - Math.min(...times);
  const down = last.at - first.at;
  return down <= testing + DOWN_BESIDES ? [] : [`${name}: down for ${down} ms, and asked for ${testing} ms`];
}

/** When its ports were asked, or said something; or the control sockets did that tell what their silence is worth. */
function testingOf({ udp, tcp }: PortService, events: readonly RunEvent[]): (event: RunEvent) => Milliseconds[] {
  const hasOneOf = (ports: readonly number[], plan: { readonly slices: readonly (readonly number[])[] }) =>
    plan.slices.flat().some((port) => ports.includes(port));
  const legs = events.flatMap((event) => (event.kind === 'planned' && hasOneOf(udp, event.plan) ? [event.leg] : []));
  const calls = events.flatMap((event) =>
    event.kind === 'calls-planned' && hasOneOf(tcp, event.plan) ? [event.leg] : [],
  );
  return (event) =>
    (event.kind === 'observed' && legs.includes(event.leg)) || (event.kind === 'call' && calls.includes(event.leg))
      ? [event.observation.at]
      : [];
}

const isHeld = ({ units }: Model, { udp, tcp }: PortService): boolean =>
  udp.every((port) => units.holderOf('udp', port)) && tcp.every((port) => units.holderOf('tcp', port));
