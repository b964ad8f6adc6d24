import type { Command } from 'commander';
import type { AdviseCommand } from './advise.ts';

export function addAdvise(program: Command, action: (options: AdviseCommand, command: Command) => Promise<void>): void {
  program
    .command('advise')
    .description('Tells what to change in your router, by the report of a check: in its own menus or commands.')
    .argument('[report]', 'the report of a check as JSON; "-": standard input')
    .option('--router <id>', 'which router it is; "auto": ask it by UPnP and HTTP; otherwise you are asked')
    .option('--list-routers', 'which routers are known')
    .option('--config', 'print the change as configuration to paste, where the router has a text form')
    .option('--wan <name>', 'with --config: its interface, zone or port to the internet')
    .option('--pbx <ip>', "the PBX's address on the LAN, where the report does not say it")
    .option(
      '--forward-chain <chain>',
      'nftables: the chain that decides what is passed on, such as "inet filter forward"',
    )
    .option('--scan-chain <chain>', 'nftables: the chain that counts new connections, such as "ip filter guard"')
    .option('--json', 'print it as JSON')
    .option('--lang <language>', 'en or de; otherwise as the locale says')
    .allowExcessArguments()
    .addHelpText('after', ADVISE_HELP)
    .action((report: string | undefined, options: AdviseCommand, command: Command) =>
      action(report === undefined ? options : { ...options, report }, command),
    );
}

const ADVISE_HELP = `
Exit codes:
  0 printed, 64 bad usage, or no report of a check,
  70 internal error, or it could not be printed, 130 cancelled

Examples:
  fullcone check --server stun.example.com --profile 3cx --output report.json
  fullcone advise --router pfsense report.json
  fullcone advise --router nftables --config --wan eth0 report.json
  fullcone advise --list-routers
`;
