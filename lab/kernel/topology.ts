import type { NetworkSpec, OuterNat, RouterSpec } from '../scenarios/index.ts';
import {
  ALTERNATE,
  ALTERNATE6,
  GATEWAY,
  GATEWAY6,
  HOST2,
  HOST26,
  HOSTS,
  type Host,
  ISP,
  ISP6,
  LAN6,
  OTHER_LINE,
  OTHERS,
  PBX,
  PBX6,
  PREFIXED6,
  PRIMARY,
  PRIMARY6,
  PUBLIC,
  PUBLIC6,
  RESOLVER,
  RESOLVER6,
} from './addresses.ts';

/** Where a host's namespace is found, inside the lab's own /run. */
export const netnsPath = (lab: string, host: Host): string => `/run/netns/${lab}-${host}`;

/** Scratch places of the lab's commands; all on the lab's own tmpfs. */
export const SCRATCH = { tmp: '/run/tmp', state: '/run/state', cache: '/run/cache', config: '/run/config' } as const;

/**
 * Bash text that builds the network, for the first process of fresh network, mount and process namespaces.
 * Its last output line is `ready` and that process' id as the machine counts; then it waits for the end of its
 * standard input. When it ends, by whatever cause, the kernel ends all that runs in the lab.
 */
export function topologyScript(lab: string, spec: NetworkSpec): string {
  const hosts = HOSTS.filter((host) => host !== 'outer' || spec.outer !== undefined);
  return [
    'set -e',
    // Before /proc is the lab's own.
    'read -r pid _ </proc/self/stat',
    ...privateFiles(spec),
    batch([...hosts.map((host) => `netns add ${lab}-${host}`), ...links(lab, spec)]),
    ...hosts.map((host) =>
      hostScript(
        lab,
        host,
        [...addresses(host, spec), ...addresses6(host, spec)],
        host === 'router' || host === 'outer',
      ),
    ),
    'for job in $(jobs -p); do wait $job; done',
    'echo ready $pid',
    'read -r end || exit 0',
  ].join('\n');
}

function privateFiles({ families = ['ipv4'] }: NetworkSpec): string[] {
  return [
    'resolv=$(readlink -f /etc/resolv.conf) || { echo "there is no /etc/resolv.conf" >&2; exit 1; }',
    'mount -t tmpfs -o mode=755 none /run',
    `mkdir -p /run/netns ${Object.values(SCRATCH).join(' ')} "\${resolv%/*}"`,
    `echo nameserver ${families.includes('ipv4') || families.length === 0 ? RESOLVER : RESOLVER6} >/run/resolv.conf`,
    // The file may itself live below /run, which is empty now.
    'case $resolv in /run/*) : >"$resolv";; esac',
    'mount --bind /run/resolv.conf "$resolv"',
    // Containers may forbid it; then the lab's commands see the machine's process list, which does no harm.
    'mount -t proc proc /proc 2>/dev/null || :',
  ];
}

const batch = (lines: readonly string[]): string => ['ip -batch - <<END', ...lines, 'END'].join('\n');

const veth = (lab: string, [a, hostA]: readonly [string, Host], [b, hostB]: readonly [string, Host]): string =>
  `link add ${a} netns ${lab}-${hostA} type veth peer name ${b} netns ${lab}-${hostB}`;

const links = (lab: string, { router, outer }: NetworkSpec): string[] =>
  router === null
    ? [veth(lab, ['wan', 'pbx'], ['isp', 'inet'])]
    : [
        ...(outer
          ? [veth(lab, ['wan', 'router'], ['sub', 'outer']), veth(lab, ['wan', 'outer'], ['isp', 'inet'])]
          : [veth(lab, ['wan', 'router'], ['isp', 'inet'])]),
        veth(lab, ['eth0', 'pbx'], ['lan-pbx', 'router']),
        veth(lab, ['eth0', 'host2'], ['lan-host2', 'router']),
      ];

function addresses(host: Host, { router, outer, families, inside }: NetworkSpec): string[] {
  if (host === 'inet') {
    // On the link and not on lo, which some servers skip when they look for their addresses.
    const own = [
      `${inside ? GATEWAY : ISP}/24`,
      ...[PRIMARY, ALTERNATE, ...OTHERS, RESOLVER].map((address) => `${address}/24`),
    ];
    return ['link set isp up', ...own.map((address) => `address add ${address} dev isp`)];
  }
  const has = host !== 'pbx' || !families || families.includes('ipv4');
  if (router === null) return host === 'pbx' && has ? ownLink(inside) : [];
  if (host === 'router') return [...lanBridge(), ...lines(router, outer)];
  if (host === 'outer')
    return outer ? ['link set sub up', `address add ${sideOf(outer)}/24 dev sub`, ...publicLink()] : [];
  if (!has) return ['link set eth0 up'];
  return [
    'link set eth0 up',
    `address add ${host === 'pbx' ? PBX : HOST2}/24 dev eth0`,
    `route add default via ${GATEWAY}`,
  ];
}

/** Comes after those of IPv4, which bring the links up. */
function addresses6(host: Host, { router, ipv6, families }: NetworkSpec): string[] {
  if (ipv6 === undefined || (host === 'pbx' && families && !families.includes('ipv6'))) return [];
  const at = (device: string, ...own: readonly string[]) => own.map((one) => `address add ${one}/64 dev ${device}`);
  const by = (gateway: string, to = '::/0') => `route add ${to} via ${gateway}`;
  if (host === 'inet')
    return [...at('isp', ISP6, PRIMARY6, ALTERNATE6, RESOLVER6), by(PUBLIC6, LAN6), by(PUBLIC6, PREFIXED6)];
  if (router === null) return host === 'pbx' ? ['link set wan up', ...at('wan', PUBLIC6), by(ISP6)] : [];
  if (host === 'router') return [...at('wan', PUBLIC6), by(ISP6), ...at('lan', GATEWAY6)];
  return [...at('eth0', host === 'pbx' ? PBX6 : HOST26), by(GATEWAY6)];
}

/** Of a PBX without a router. */
const ownLink = (inside: NetworkSpec['inside']): string[] => (inside ? wanLink(PBX, GATEWAY) : publicLink());

const lines = ({ otherLine }: RouterSpec, outer: NetworkSpec['outer']): string[] => [
  ...(outer ? wanLink(outer.inside, sideOf(outer)) : publicLink()),
  ...(otherLine ? [`address add ${OTHER_LINE}/24 dev wan`] : []),
];

const publicLink = (): string[] => wanLink(PUBLIC, ISP);

const wanLink = (address: string, gateway: string): string[] => [
  'link set wan up',
  `address add ${address}/24 dev wan`,
  `route add default via ${gateway}`,
];

/** The second NAT's own address on the router's side. */
const sideOf = ({ inside }: OuterNat): string => inside.replace(/\d+$/, '1');

const lanBridge = (): string[] => [
  'link add lan type bridge',
  ...['lan-pbx', 'lan-host2'].map((port) => `link set ${port} master lan up`),
  'link set lan up',
  `address add ${GATEWAY}/24 dev lan`,
];

/**
 * New namespaces inherit the machine's IPv4 settings, so each that matters is set. Duplicate address detection would
 * cost the first second of IPv6; netfilter on the bridge would show the router packets that it does not route.
 */
function hostScript(lab: string, host: Host, setup: readonly string[], forwarding: boolean): string {
  return [
    `nsenter --net=${netnsPath(lab, host)} bash -e <<'HOST' &`,
    'set_all() { for file in $1; do [ ! -e $file ] || echo $2 >$file; done; }',
    'cd /proc/sys/net',
    "set_all 'ipv6/conf/*/accept_dad' 0",
    "set_all 'ipv4/conf/*/rp_filter' 0",
    "set_all 'bridge/bridge-nf-call-ip*tables' 0",
    `echo ${forwarding ? 1 : 0} >ipv4/ip_forward`,
    `echo ${forwarding ? 1 : 0} >ipv6/conf/all/forwarding`,
    batch(['link set lo up', ...setup]),
    'HOST',
  ].join('\n');
}
