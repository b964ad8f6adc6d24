/**
 * The systemd service in the text of /proc/PID/cgroup (cgroups(7), systemd.slice(5)); null: the process belongs to none.
 *
 * Version 2 has one line (`0::PATH`); with version 1 systemd keeps its tree under `name=systemd`, and other lines name
 * groups that are none of its own. The innermost service counts: one of a user lies inside `user@1000.service`, one in a
 * container inside the service of the container. A process that somebody started in a session, or a container that is
 * a scope, has no service of its own.
 */
export function unitOf(cgroup: string): string | null {
  const lines = cgroup.split('\n').map((line) => /^(\d+):([^:]*):(.*)$/.exec(line));
  const own = lines.find((line) => line?.[2] === 'name=systemd' && line[3] !== '/');
  const path = (own ?? lines.find((line) => line?.[1] === '0' && line[2] === ''))?.[3] ?? '';
  const parts = path.split('/').filter((part) => UNIT.test(part));
  const innermost = parts.at(-1);
  return innermost?.endsWith('.service') ? plain(innermost) : null;
}

/** What systemd calls a group; groups below, such as those that a service makes for itself, have other names. */
const UNIT = /.\.(?:service|scope)$/;

/** systemd puts `_` in front of a name that the kernel would take for its own file. */
const plain = (name: string): string => name.replace(/^_/, '');
