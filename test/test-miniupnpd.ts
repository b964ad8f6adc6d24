import { accessSync, constants } from 'node:fs';
import type { KernelLab } from '../lab/kernel/index.ts';

/* For tests: Debian's miniupnpd on the lab's router, in its own nft tables. */

/** Where it has to run, a missing program is a failure. */
export function miniupnpdIsHere(): boolean {
  try {
    accessSync('/usr/sbin/miniupnpd', constants.X_OK);
    return true;
  } catch (error) {
    if (process.env['CI']) throw error;
    process.stderr.write('the tests of a real router are left out: miniupnpd is not installed\n');
    return false;
  }
}

export interface Daemon {
  /** What it says, instead of the address that it has. */
  readonly says?: string;
  readonly natPmp: boolean;
  readonly upnp: boolean;
  /** Further lines of its configuration. */
  readonly lines?: readonly string[];
}

/** Only UPnP answers connections; NAT-PMP is known by its socket. */
const READY = /HTTP listening on port|Listening for NAT-PMP/;

/** Where it puts its rules; without a policy of its own, since the lab's router has one. */
const TABLE = `table inet filter {
  chain miniupnpd { }
  chain prerouting_miniupnpd { }
  chain postrouting_miniupnpd { }
  chain prerouting { type nat hook prerouting priority -100; jump prerouting_miniupnpd; }
  chain postrouting { type nat hook postrouting priority 90; jump postrouting_miniupnpd; }
}`;

/** Begins it, or begins it again, as after a restart of the router: then its rules are gone. */
export async function startMiniupnpd(
  lab: KernelLab,
  { says, natPmp, upnp, lines = [] }: Daemon,
  log = '/run/upnp.log',
): Promise<void> {
  const all = [
    ...['ext_ifname=wan', 'listening_ip=lan', 'http_port=5000', 'secure_mode=yes'],
    ...[`enable_natpmp=${natPmp ? 'yes' : 'no'}`, `enable_upnp=${upnp ? 'yes' : 'no'}`],
    ...(says ? [`ext_ip=${says}`] : []),
    ...lines,
  ];
  const words = all.map((line) => `'${line}'`).join(' ');
  const start = `nft delete table inet filter 2>/dev/null; echo '${TABLE}' | nft -f - || exit 1
    printf '%s\\n' ${words} >/run/upnp.conf
    exec miniupnpd -d -f /run/upnp.conf -P /run/upnp.pid 2>${log}`;
  void lab.run('router', ['sh', '-c', start]);
  const read = async () => (await lab.run('router', ['cat', log])).stdout;
  for (let tries = 0; tries < 100; tries++) {
    if (READY.test(await read())) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`miniupnpd did not start: ${await read()}`);
}

/** As when the router loses its power: nothing is tidied up. */
export async function killMiniupnpd(lab: KernelLab): Promise<void> {
  await lab.run('router', ['sh', '-c', 'kill -9 $(cat /run/upnp.pid); nft delete table inet filter']);
}
