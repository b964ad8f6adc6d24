import type { Command } from 'commander';
import type { MapCommand } from './map.ts';

export function addMap(program: Command, action: (options: MapCommand, command: Command) => Promise<void>): void {
  const join = (value: string, before?: string): string => (before === undefined ? value : `${before},${value}`);
  program
    .command('map')
    .description('Has the router forward ports to this machine, by PCP, NAT-PMP or UPnP; asks first.')
    .option('--udp <ports>', 'ports and ranges, such as 5060,9000-10999; may be repeated', join)
    .option('--tcp <ports>', 'TCP ports, the same', join)
    .option('--profile <name>', 'the ports of a product, such as 3cx; "auto": of the one on this machine')
    .option('--lifetime <seconds>', 'how long they last (default: 86400); 0: until they are deleted, by UPnP alone')
    .option('--keep', 'renew them until Ctrl-C, then delete them')
    .option('--list', 'what the router has, for whomever (UPnP), and what this machine has asked for')
    .option('--delete', 'delete what this machine has asked for; with ports: only those')
    .option('--protocol <protocol>', 'pcp, nat-pmp, upnp; otherwise the first of these that the router speaks')
    .option('--check <host[:port]>', 'then check them, with this reflector or STUN server, and end as a check does')
    .option('--bind-address <ip>', 'for this address of the machine')
    .option('--yes', 'without a question')
    .option('--json', 'print it as JSON')
    .option('--lang <language>', 'en or de; otherwise as the locale says')
    .option('--no-progress', 'show no progress on the terminal')
    .allowExcessArguments()
    .addHelpText('after', MAP_HELP)
    .action(action);
}

const MAP_HELP = `
Each port to the same number, and to no other machine.

Exit codes:
  0 the router says yes to all, 1 not to all,
  with --check: 0 and what it says yes to is open too,
  2 the router could not be asked, 64 bad usage,
  70 internal error, 130 cancelled, or the answer was no

Examples:
  fullcone map --profile 3cx
  fullcone map --udp 5060,9000-10999 --keep
  fullcone map --profile 3cx --check stun.example.com
  fullcone map --list
  fullcone map --delete
`;
