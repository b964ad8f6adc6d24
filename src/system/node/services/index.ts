import { existsSync, readFileSync } from 'node:fs';
import { err, ok, type Result } from '../../../base/index.ts';
import type { Keeper, ServiceControl, ServiceFailure, Services } from '../../services.ts';
import { lastOf, runCommand } from './command.ts';
import type { ControllerSpec } from './controller.ts';
import { controllerOf } from './controllers.ts';
import { keepHere, startKeeper } from './keeper-client.ts';
import { systemServiceOf } from './systemctl-show.ts';
import { failureOf, SYSTEMD_RUNS } from './systemd.ts';
import { readServices, servicesOfProcess, textOf } from './windows.ts';

/** `self`: program and arguments by which another process of this program begins. */
export const nodeServices = (self: readonly string[]): ServiceControl => ({
  ofSystem() {
    if (process.platform === 'win32') return servicesBy({ kind: 'windows' }, self);
    return existsSync(SYSTEMD_RUNS) ? servicesBy({ kind: 'systemd' }, self) : null;
  },
  ofCommands: (services) => servicesBy({ kind: 'commands', services }, self),
});

function servicesBy(spec: ControllerSpec, self: readonly string[]): Services {
  const controller = controllerOf(spec);
  return {
    kind: spec.kind,
    ofProcess: OF_PROCESS[spec.kind],
    look: controller.look,
    lastLines: controller.lastLines,
    mayControl: MAY_CONTROL[spec.kind],
    keeper: (how, stopped) => (how === 'guarded' ? guarded(spec, self, stopped) : Promise.resolve(ok(keepHere(spec)))),
  };
}

/** A unit of its own outlives everything; commands of the user's own belong into the user's environment, though. */
async function guarded(
  spec: ControllerSpec,
  self: readonly string[],
  stopped: readonly string[],
): Promise<Result<Keeper, ServiceFailure>> {
  const first = spec.kind === 'systemd' ? await startKeeper('systemd', self, spec, stopped) : null;
  return first?.kind === 'ok' ? first : startKeeper('process', self, spec, stopped);
}

const OF_PROCESS: Readonly<Record<ControllerSpec['kind'], Services['ofProcess']>> = {
  commands: () => Promise.resolve(null),
  systemd: (pid) => Promise.resolve(systemServiceOf(cgroupOf(pid))),
  async windows(pid) {
    const ran = await runCommand(['sc.exe', 'queryex', 'type=', 'service', 'state=', 'all'], 10_000);
    const names = servicesOfProcess(readServices(textOf(ran)), pid === 'self' ? process.pid : pid);
    // Which of several it is cannot be told.
    return names.length === 1 ? (names[0] ?? null) : null;
  },
};

function cgroupOf(pid: number | 'self'): string {
  try {
    return readFileSync(`/proc/${pid}/cgroup`, 'utf8');
  } catch {
    // It has just ended.
    return '';
  }
}

const DENIED: ServiceFailure = { kind: 'permission', lines: [] };

const MAY_CONTROL: Readonly<Record<ControllerSpec['kind'], Services['mayControl']>> = {
  commands: () => Promise.resolve(ok(null)),
  /** To begin a unit that does nothing needs the same right (org.freedesktop.systemd1.manage-units). */
  async systemd() {
    if (process.getuid?.() === 0) return ok(null);
    const ran = await runCommand(
      ['systemd-run', '--no-ask-password', '--quiet', '--collect', '--wait', '--', 'true'],
      10_000,
    );
    if (ran.kind === 'ended' && ran.code === 0) return ok(null);
    const failure = failureOf(ran, []);
    return err({ ...failure, kind: failure.kind === 'failed' ? 'permission' : failure.kind });
  },
  /** net.exe tells sessions to administrators only. */
  async windows() {
    const ran = await runCommand(['net.exe', 'session'], 10_000);
    return ran.kind === 'ended' && ran.code === 0 ? ok(null) : err({ ...DENIED, lines: lastOf(textOf(ran), 2) });
  },
};
