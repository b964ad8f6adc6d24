import { err, type Milliseconds, ok, type Result } from '../../../base/index.ts';
import type { OwnService, Service, ServiceFailure } from '../../services.ts';
import { type BeginCommand, lastOf, type Ran, type RunCommand } from './command.ts';
import type { Controller } from './controller.ts';

/** A question that takes longer is no answer. */
const PATIENCE: Milliseconds = 10_000;
const ASK_EVERY: Milliseconds = 100;

const pause = (time: Milliseconds): Promise<void> => new Promise((resolve) => setTimeout(resolve, time));

/** Services by commands of the user's own, as he wrote them: program and arguments, one after the other. */
export function ownCommands(services: readonly OwnService[], run: RunCommand, begin: BeginCommand): Controller {
  const known = new Map(services.map((service) => [service.name, service]));
  const said = new Map<string, readonly string[]>();

  async function stop(service: OwnService, patience: Milliseconds): Promise<Ran> {
    const ran = await run(service.stop, patience);
    said.set(service.name, linesOf(service.stop, ran));
    return ran;
  }

  /** A start may never end, if the service itself is what it starts; then the service tells that it is done. */
  async function start(service: OwnService, until: Milliseconds): Promise<Ran> {
    const { ended, leave } = begin(service.start);
    for (;;) {
      const ran = await Promise.race([ended, pause(ASK_EVERY).then(() => null)]);
      if (ran) said.set(service.name, linesOf(service.start, ran));
      if (ran) return ran;
      const isUp = await runs(service);
      if (!isUp && performance.now() < until) continue;
      leave();
      return isUp ? { kind: 'ended', code: 0, out: '', error: '' } : { kind: 'timed-out', out: '', error: '' };
    }
  }

  async function runs(service: OwnService): Promise<boolean | null> {
    const ran = await run(service.status, PATIENCE);
    return ran.kind === 'ended' ? ran.code === 0 : null;
  }

  /** A command may end before what it has begun. */
  async function becomes(service: OwnService, running: boolean, until: Milliseconds): Promise<boolean> {
    for (;;) {
      if ((await runs(service)) === running) return true;
      if (performance.now() >= until) return false;
      await pause(ASK_EVERY);
    }
  }

  async function bring(name: string, running: boolean, patience: Milliseconds): Promise<Result<null, ServiceFailure>> {
    const service = known.get(name);
    if (!service) return err({ kind: 'missing', lines: [] });
    const until = performance.now() + patience;
    if ((await runs(service)) === running) return ok(null);
    const ran = await (running ? start(service, until) : stop(service, patience));
    const failed = ran.kind !== 'ended' || ran.code !== 0;
    // One that fails and has done it all the same has done it.
    if (failed && (await runs(service)) !== running) return err(failureOf(ran, said.get(name) ?? []));
    if (await becomes(service, running, until)) return ok(null);
    return err({ kind: 'timed-out', lines: said.get(name) ?? [] });
  }

  return {
    mayStartWhileStopping: false,
    lastLines: (name) => Promise.resolve(said.get(name) ?? []),
    async look(names) {
      const found: Service[] = [];
      for (const name of names) {
        const service = known.get(name);
        const ran = service ? await run(service.status, PATIENCE) : null;
        if (service && ran) said.set(name, linesOf(service.status, ran));
        found.push({ name, state: stateOf(ran), takesAlong: [], after: [] });
      }
      return ok(found);
    },
    stop: (name, patience) => bring(name, false, patience),
    async start(names, patience) {
      let result: Result<null, ServiceFailure> = ok(null);
      for (const name of names) {
        const started = await bring(name, true, patience);
        if (started.kind === 'error') result = started;
      }
      return result;
    },
  };
}

function stateOf(ran: Ran | null): Service['state'] {
  if (ran === null || ran.kind === 'not-started') return 'missing';
  if (ran.kind === 'timed-out') return 'changing';
  return ran.code === 0 ? 'running' : 'stopped';
}

const linesOf = (command: readonly string[], ran: Ran): readonly string[] =>
  ran.kind === 'not-started' ? [`${command[0]}: ${ran.code}`] : lastOf(`${ran.out}\n${ran.error}`);

const failureOf = (ran: Ran, lines: readonly string[]): ServiceFailure =>
  ran.kind === 'timed-out' ? { kind: 'timed-out', lines } : { kind: 'failed', lines };
