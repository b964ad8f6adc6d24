import { formatRanges, type Milliseconds, toRanges } from '../../src/base/index.ts';
import type { NetworkSpec, PortService } from '../scenarios/index.ts';

/*
 * Services of the PBX's machine that hold ports, and can be stopped and started by commands, as a user describes them who
 * has no systemd.
 */

const HERE = '/run/services';

/** For `--services`. */
export const SERVICES_FILE = `${HERE}/services.json`;

/** Holds what its list names until it is told to end, and writes down when it had all of it and when not. */
const HOLDER = String.raw`use strict; use Socket; use Time::HiRes 'time';
my ($name, $isBoth) = @ARGV;
open my $log, '>>', "$name.log" or die $!;
sub note { syswrite $log, int(1000 * time) . " $_[0]\n" }
$SIG{TERM} = sub { note('down'); exit };
open my $list, '<', "$name.ports" or die $!;
my @held;
for (map { my ($protocol, $from, $to) = split; map { [$protocol, $_] } $from .. $to } <$list>) {
  my ($protocol, $port) = @$_;
  socket(my $socket, $isBoth ? PF_INET6 : PF_INET, $protocol eq 'udp' ? SOCK_DGRAM : SOCK_STREAM, 0) or die $!;
  setsockopt($socket, SOL_SOCKET, SO_REUSEADDR, 1) if $protocol eq 'tcp';
  my $any = $isBoth ? pack_sockaddr_in6($port, "\0" x 16) : pack_sockaddr_in($port, INADDR_ANY);
  bind($socket, $any) or die "$protocol/$port: $!";
  listen($socket, 64) if $protocol eq 'tcp';
  push @held, $socket;
}
note('up');
sleep while 1;`;

const CONTROL = `cd ${HERE} || exit
case $1 in
start) setsid perl holder.pl $2 $(cat family) </dev/null >$2.out 2>&1 & echo $! >$2.pid;;
stop) kill $(cat $2.pid) && while kill -0 $(cat $2.pid) 2>&-; do sleep 0.01; done;;
status) kill -0 $(cat $2.pid);;
esac`;

/** What is run by which word. */
const command = (what: 'start' | 'stop' | 'status', name: string): readonly string[] => [
  ...['sh', `${HERE}/control.sh`],
  what,
  name,
];

const portsOf = ({ udp, tcp }: PortService): string =>
  [
    ...toRanges(udp).map(({ from, to }) => `udp ${from} ${to}`),
    ...toRanges(tcp).map(({ from, to }) => `tcp ${from} ${to}`),
  ].join('\n');

/** A shell's text that writes all of it down, starts the services, and ends when they hold their ports. */
export function startServices(services: readonly PortService[], { ipv6 }: Pick<NetworkSpec, 'ipv6'>): string {
  const described = services.map(({ name, udp, tcp }) => ({
    name,
    ...{ start: command('start', name), stop: command('stop', name), status: command('status', name) },
    ...(udp.length > 0 ? { udp: formatRanges(toRanges(udp)) } : {}),
    ...(tcp.length > 0 ? { tcp: formatRanges(toRanges(tcp)) } : {}),
  }));
  return [
    `mkdir ${HERE}; cd ${HERE}`,
    write('holder.pl', HOLDER),
    write('control.sh', CONTROL),
    write('family', ipv6 === undefined ? '' : 'both'),
    write('services.json', JSON.stringify({ services: described })),
    ...services.flatMap((service) => [
      write(`${service.name}.ports`, portsOf(service)),
      command('start', service.name).join(' '),
    ]),
    ...services.map(({ name }) => `for i in $(seq 500); do [ -s ${name}.log ] && break; sleep 0.01; done`),
    ...services.map(({ name }) => `grep -q up ${name}.log || { cat ${name}.out >&2; exit 1; }`),
  ].join('\n');
}

const write = (file: string, text: string): string => `cat >${file} <<'TEXT'\n${text}\nTEXT`;

/** A shell's text that prints what became of them. */
export const lookAtServices = (services: readonly PortService[]): string =>
  services
    .map(({ name }) => `echo ${name}; cat ${HERE}/${name}.log; ${command('status', name).join(' ')} || echo 0 dead`)
    .join('\n');

export interface ServiceNote {
  /** Of the machine's clock. */
  readonly at: Milliseconds;
  readonly what: string;
}

/** By the name of the service; from what that prints. */
export function readServices(text: string): ReadonlyMap<string, readonly ServiceNote[]> {
  const notes = new Map<string, ServiceNote[]>();
  let current: ServiceNote[] = [];
  for (const line of text.trim().split('\n')) {
    const [first = '', what] = line.split(' ');
    if (what !== undefined) current.push({ at: Number(first), what });
    else notes.set(first, (current = []));
  }
  return notes;
}
