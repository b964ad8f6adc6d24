import { err, type Milliseconds, ok } from '../../../base/index.ts';
import type { ServiceFailure } from '../../services.ts';
import { lastOf, type Ran, type RunCommand } from './command.ts';
import type { Controller } from './controller.ts';
import { isUnitName, PROPERTIES, readStatus, readUnits } from './systemctl-show.ts';

/** It asks nobody for a password: nobody may be there. */
const SYSTEMCTL = ['systemctl', '--no-ask-password'] as const;

/** For questions. */
const PATIENCE: Milliseconds = 10_000;

/** What a unit wrote last is on its way to the journal for a moment: seconds, where the machine is busy (journalctl(1)). */
const SYNC = ['journalctl', '--sync'] as const;
const SYNC_PATIENCE: Milliseconds = 2_000;
const JOURNAL = ['journalctl', '--no-pager', '--quiet', '--since=-10s', '--lines=8'] as const;

/** systemd by its own command (systemctl(1)). */
export function systemd(run: RunCommand): Controller {
  async function lastLines(name: string): Promise<readonly string[]> {
    // Who may not do so, or has no journal, reads what is there.
    await run(SYNC, SYNC_PATIENCE);
    const ran = await run([...SYSTEMCTL, '--no-pager', '--full', '--lines=8', 'status', '--', name], PATIENCE);
    // It ends with 3 where the unit does not run.
    const lines = ran.kind === 'ended' ? readStatus(ran.out) : [];
    return lastOf([...lines, ...(lines.length === 1 ? await justSaid(name) : [])].join('\n'));
  }

  /** A unit that ends at once may have spoken before systemd had noted when it began: its status hides these lines. */
  async function justSaid(name: string): Promise<readonly string[]> {
    const ran = await run([...JOURNAL, `--unit=${name}`], SYNC_PATIENCE);
    return ran.kind === 'ended' && ran.code === 0 ? ran.out.split('\n').filter((line) => line.trim() !== '') : [];
  }

  async function control(verb: readonly string[], names: readonly string[], patience: Milliseconds) {
    const ran = await run([...SYSTEMCTL, ...verb, '--', ...names], patience);
    if (ran.kind === 'ended' && ran.code === 0) return ok(null);
    const [first = ''] = names;
    return err(failureOf(ran, ran.kind === 'not-started' ? [] : await lastLines(first)));
  }

  return {
    mayStartWhileStopping: true,
    lastLines,
    async look(names) {
      if (names.length === 0) return ok([]);
      const known = names.filter(isUnitName);
      const asked = ['--no-pager', `--property=${PROPERTIES.join(',')}`, 'show', '--', ...known];
      const ran = await run([...SYSTEMCTL, ...asked], PATIENCE);
      if (ran.kind !== 'ended' || ran.code !== 0) return err(failureOf(ran, []));
      const units = new Map(readUnits(known, ran.out).map((unit) => [unit.name, unit]));
      return ok(names.map((name) => units.get(name) ?? { name, state: 'missing', takesAlong: [], after: [] }));
    },
    stop: (name, patience) => control(['stop'], [name], patience),
    async start(names, patience) {
      const services = names.filter((name) => !name.endsWith('.target'));
      const targets = names.filter((name) => name.endsWith('.target'));
      const started = services.length > 0 ? await control(['start'], services, patience) : ok(null);
      // A target would start all that belongs to it, also what the admin has stopped.
      const reached = targets.length > 0 ? await control([IGNORING, 'start'], targets, patience) : ok(null);
      return started.kind === 'error' ? started : reached;
    },
  };
}

const IGNORING = '--job-mode=ignore-dependencies';

/** How systemd and polkit say that somebody may not. */
const NOT_ALLOWED = /access denied|authentication (?:is )?required|not authorized|permission denied/i;

export function failureOf(ran: Ran, log: readonly string[]): ServiceFailure {
  if (ran.kind === 'not-started') return { kind: 'failed', lines: [`systemctl: ${ran.code}`] };
  if (ran.kind === 'timed-out') return { kind: 'timed-out', lines: log };
  const said = ran.error.split('\n').filter((line) => line.trim() !== '' && !/^(See |Use ')/.test(line));
  if (NOT_ALLOWED.test(ran.error)) return { kind: 'permission', lines: lastOf(said.join('\n')) };
  if (/not found|not loaded/i.test(ran.error)) return { kind: 'missing', lines: lastOf(said.join('\n')) };
  return { kind: 'failed', lines: lastOf([...said, ...log].join('\n')) };
}

/** Whether systemd began this system (sd_booted(3)). */
export const SYSTEMD_RUNS = '/run/systemd/system';
