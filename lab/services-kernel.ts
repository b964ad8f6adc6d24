import {
  type KernelLab,
  lookAtServices,
  readServices,
  SERVICES_FILE,
  type ServiceNote,
  startServices,
} from './kernel/index.ts';
import { DOWN_BESIDES } from './run-exclusive.ts';
import type { NetworkSpec, PortService, ReportShape } from './scenarios/index.ts';

/* Services of the kernel lab's PBX, for the column `exclusive`. */

/** How a check is told to stop them. */
export const EXCLUSIVE: readonly string[] = ['--mode', 'exclusive', '--services', SERVICES_FILE, '--yes'];

export async function beginServices(
  lab: KernelLab,
  services: readonly PortService[],
  network: NetworkSpec,
): Promise<void> {
  if (services.length === 0) return;
  const { status, stderr } = await lab.run('pbx', ['bash', '-c', startServices(services, network)]);
  if (status !== 0) throw new Error(`the services did not start: ${stderr}`);
}

/** What is wrong with what became of them in the last check, one line each. */
export async function wrongWithServices(
  lab: KernelLab,
  services: readonly PortService[],
  report: ReportShape,
): Promise<readonly string[]> {
  if (services.length === 0) return [];
  const { stdout } = await lab.run('pbx', ['bash', '-c', lookAtServices(services)]);
  const notes = readServices(stdout);
  return services.flatMap(({ name }) => wrongWith(name, notes.get(name) ?? [], report));
}

function wrongWith(name: string, notes: readonly ServiceNote[], { services, ports }: ReportShape): string[] {
  const last = notes.at(-1);
  if (last?.what !== 'up') return [`${name}: is ${last?.what ?? 'unknown'}`];
  const failures = (services?.failures ?? []).map(({ what, lines }) => `${name}: ${what} failed, ${lines.join(' ')}`);
  if (failures.length > 0) return failures;
  const steps = services?.services.find(({ service }) => service === name)?.steps ?? [];
  const at = (step: string) => steps.find((one) => one.step === step)?.atMs ?? Number.NaN;
  // Nothing is stopped where there is no server to ask, nor for a port whose turn does not come.
  if (steps.length === 0) return ports.some(({ result }) => result === 'open') ? [`${name}: was never stopped`] : [];
  const [before, again] = notes.slice(-2);
  const down = (again?.at ?? Number.NaN) - (before?.at ?? Number.NaN);
  const testing = at('starting') - at('stopped');
  return down <= testing + DOWN_BESIDES ? [] : [`${name}: down for ${down} ms, and asked for ${testing} ms`];
}
