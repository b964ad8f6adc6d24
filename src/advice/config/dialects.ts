import { CISCO_ASA, CISCO_IOS, JUNOS } from './by-commands.ts';
import { IPTABLES, NFTABLES, OPENWRT } from './linux.ts';
import { PF, PF_FREEBSD } from './pf.ts';
import { EDGEOS, FORTIOS, MIKROTIK, VYOS } from './routers.ts';
import type { Dialect } from './types.ts';

export const DIALECTS: readonly Dialect[] = [
  ...[NFTABLES, IPTABLES, OPENWRT, VYOS, EDGEOS, MIKROTIK],
  ...[PF, PF_FREEBSD, FORTIOS, CISCO_IOS, CISCO_ASA, JUNOS],
];

/** null: that router has no text form that we could write. */
export const dialectOf = (router: string): Dialect | null => DIALECTS.find(({ id }) => id === router) ?? null;
