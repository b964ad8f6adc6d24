import type { Service } from '../../services.ts';

/** What is asked of each unit; those that an older systemd does not know it leaves out. */
export const PROPERTIES = [
  'Id',
  'LoadState',
  'ActiveState',
  'SubState',
  // What stops with it (systemd.unit(5), "Mapping of unit properties to their inverses").
  'RequiredBy',
  'RequisiteOf',
  'BoundBy',
  'ConsistsOf',
  'PropagatesStopTo',
  // What would start it in the middle.
  'TriggeredBy',
  'After',
] as const;

type Unit = Readonly<Partial<Record<string, string>>>;

/** `systemctl show` prints units in the order in which they were named, with an empty line in between. */
export function readUnits(names: readonly string[], text: string): Service[] {
  const blocks = text.split(/\n\s*\n/).map(readUnit);
  return names.map((name, index) => toService(name, blocks[index] ?? {}));
}

const readUnit = (block: string): Unit =>
  Object.fromEntries(
    block.split('\n').flatMap((line): [string, string][] => {
      const at = line.indexOf('=');
      return at > 0 ? [[line.slice(0, at).trim(), line.slice(at + 1).trim()]] : [];
    }),
  );

const STOPS_WITH_IT = ['RequiredBy', 'RequisiteOf', 'BoundBy', 'ConsistsOf', 'PropagatesStopTo'] as const;

const toService = (name: string, unit: Unit): Service => ({
  name,
  state: stateOf(unit),
  takesAlong: [
    ...new Set([...STOPS_WITH_IT.flatMap((property) => namesIn(unit[property])), ...triggers(unit['TriggeredBy'])]),
  ].filter((other) => other !== name),
  after: namesIn(unit['After']),
});

const namesIn = (list = ''): string[] => list.split(' ').filter(isUnitName);

/** A timer starts nothing because a packet came; started again, it might do so at once. */
const triggers = (list?: string): string[] => namesIn(list).filter((name) => /\.(socket|path)$/.test(name));

function stateOf({ LoadState: load, ActiveState: active, SubState: sub }: Unit): Service['state'] {
  // A unit whose file was removed or masked under a running service would not start again.
  if (load !== 'loaded') return 'missing';
  // It died, and systemd is about to try once more.
  if (sub === 'auto-restart') return 'failed';
  switch (active) {
    case 'active':
    case 'reloading':
      return 'running';
    case 'inactive':
      return 'stopped';
    case 'failed':
      return 'failed';
    default:
      return 'changing';
  }
}

/** What systemd itself takes for the name of a unit (systemd.unit(5)); nothing of it can be taken for an option. */
export const isUnitName = (name: string): boolean =>
  name.length <= 255 && /^[A-Za-z0-9:_.\\@][A-Za-z0-9:_.\\@-]*\.[a-z]+$/.test(name);

/**
 * The service of the system whose process this is, from /proc/PID/cgroup; null: of none that can be stopped. Unlike for
 * people, the outermost group counts: a service of a user, or inside of a container, is not one of this systemd.
 */
export function systemServiceOf(cgroup: string): string | null {
  const lines = cgroup.split('\n').map((line) => /^(\d+):([^:]*):(.*)$/.exec(line));
  const own = lines.find((line) => line?.[2] === 'name=systemd' && line[3] !== '/');
  const path = (own ?? lines.find((line) => line?.[1] === '0' && line[2] === ''))?.[3] ?? '';
  const unit = path.split('/').find((part) => /.\.(service|scope)$/.test(part)) ?? '';
  const name = unit.replace(/^_/, '');
  return name.endsWith('.service') && !name.startsWith('user@') && isUnitName(name) ? name : null;
}

/** Of `systemctl status`: how it is, and what its log says; not where its file is and how much it takes. */
export function readStatus(text: string): readonly string[] {
  const lines = text.split('\n');
  const log = lines.indexOf('');
  const state = lines.find((line) => /^\s*Active:/.test(line))?.trim();
  const said = log === -1 ? [] : lines.slice(log + 1).filter((line) => line.trim() !== '');
  return [...(state === undefined ? [] : [state]), ...said];
}
