import type { Family, PortRange } from '../../src/base/index.ts';

/**
 * One row of the table that the model lab and the kernel lab both run: a network, one or more checks in it,
 * and what each of them must say.
 *
 * The network is always the same picture:
 *
 *     reflector 198.51.100.10 and .20 -- internet -- 203.0.113.44 router 192.168.0.1 -- LAN -- pbx 192.168.0.100
 *                                                                                           `- host2 192.168.0.50
 *
 * and, where the network has IPv6, beside it
 *
 *     reflector 2001:db8:100::10 and ::20 -- internet -- 2001:db8:2::44 router 2001:db8:1::1 -- LAN -- pbx 2001:db8:1::100
 *                                                                                                `- host2 2001:db8:1::50
 */
export interface Scenario {
  /** Kebab case; the name of the test. */
  readonly name: string;
  /** What is special here, and which lie it would tell a careless checker. */
  readonly about: string;
  readonly network: NetworkSpec;
  readonly steps: readonly Step[];
  /** In the column `exclusive` one service has all ports; by default two share them, and each one's are asked by themselves. */
  readonly services?: 'one';
  /** Columns in which this scenario is not run, each with its reason. */
  readonly notIn?: Partial<Record<Column, string>>;
}

/**
 * model: src/reflector in the model lab; kernel: the built reflector; live: the same, with raw sockets; exclusive: the
 * same, while the services that hold all ports are stopped; coturn: the same router, Debian's coturn.
 */
export type Column = 'model' | 'kernel' | 'live' | 'exclusive' | 'coturn';

export interface NetworkSpec {
  /** null: no router; the PBX itself has 203.0.113.44, and 2001:db8:2::44. */
  readonly router: RouterSpec | null;
  /**
   * What the same router does with IPv6; absent: nobody has IPv6. Of a PBX without a router: null.
   */
  readonly ipv6?: RouterSpec | null;
  /** What the PBX's machine has of that; default: all. */
  readonly families?: readonly Family[];
  readonly server: ServerSpec;
  /** A second reflector, 198.51.100.30 and .40, with nothing wrong. */
  readonly second?: true;
  /** A second NAT between router and internet, which has the public address then. */
  readonly outer?: OuterNat;
  /**
   * Chance that a packet is lost on the link between router and internet, each way; 0 to 1. The model's matrix overrides
   * it, unless it is there `always`. `every`: beside chance, one of so many packets, each way.
   */
  readonly loss?: { readonly out: number; readonly in: number; readonly always?: true; readonly every?: number };
  /** UDP ports that another process of the PBX's machine holds. */
  readonly held?: readonly number[];
  /** The PBX's own packet filter lets in only what answers to something that it sent. */
  readonly hostFirewall?: boolean;
  /** TCP ports that another process of the PBX's machine holds: it takes every connection and says nothing. */
  readonly heldTcp?: readonly number[];
  /** TCP ports at which another process of the PBX's machine listens for the machine alone, at 127.0.0.1; it refuses who comes from outside. */
  readonly heldTcpInside?: readonly number[];
  /** The check may not open ports below 1024, nor see what no socket gets. */
  readonly withoutRights?: true;
  /** Without a router: the server is in the PBX's own network, and sees it as 192.168.0.100. */
  readonly inside?: true;
  /** Source ports from which host2 talks to the reflector's primary (198.51.100.10:3478) all the time, from before the first check. */
  readonly neighbour?: readonly number[];
  /** The port of the reflector's primary address to which it talks; default 3478. */
  readonly neighbourTo?: number;
  /**
   * What the resolver says of `stun.example`; by default 198.51.100.10, and where there is IPv6 2001:db8:100::10.
   * `ipv4-only`: it has no AAAA. `nat64`: it has one of a DNS64 instead.
   */
  readonly dns?: /** `domain.example` names `stun.example` as its STUN server, by an SRV record; it has no address itself. */
  'service' | 'no-such-name' | 'refused' | 'silent' | 'ipv4-only' | 'nat64';
}

export interface RouterSpec {
  /** What becomes of the source port on the way out (RFC 4787 section 4.1 and 4.2). */
  readonly outward: /** Linux `masquerade`: kept if free towards that destination, else another; per connection. */
    | 'preserve'
    /** Linux `masquerade fully-random`: another one per connection. */
    | 'random'
    /** One public port per inside port for every destination, never the same number. */
    | 'stable-other'
    /** Kept, one mapping for every destination. */
    | 'endpoint-independent'
    /** IPv6: address and port stay as they are. `forwards` to the PBX are what the firewall admits. */
    | 'untranslated'
    /** IPv6: the prefix becomes another one, 2001:db8:3::/64, and nothing else (NPTv6, RFC 6296). */
    | 'prefix'
    /**
     * IPv6: what goes to 64:ff9b::/96 becomes IPv4 and leaves from 203.0.113.44 (NAT64, RFC 6146); the resolver gives such
     * addresses (DNS64) where `dns` is `nat64`.
     */
    | 'nat64';
  /** Whom a mapping lets in that our own packet has opened (RFC 4787 section 5). */
  readonly filtering: 'address-and-port' | 'address' | 'endpoint-independent';
  /** A second line: UDP from these ports of the LAN leaves by it, as 203.0.113.45, where nothing is forwarded. */
  readonly otherLine?: readonly PortRange[];
  /** Static forwards; the first that fits counts. */
  readonly forwards: readonly Forward[];
  /** Packets to the public address that no forward and no mapping wants: dropped; or taken by the router itself, which answers ICMP port unreachable and keeps an entry in its connection table (trap 4 of docs/decisions/0001); a TCP connection it refuses with a reset. */
  readonly input?: 'drop' | 'take';
  /** TCP ports on which the router itself listens at its public address, such as its web page: they connect, but it is not us. A forward goes before. */
  readonly tcpService?: readonly PortRange[];
  /** TCP ports that the router refuses with a reset where no forward wants them; it keeps no entry. */
  readonly tcpReject?: readonly PortRange[];
  /** TCP ports of the LAN whose answers to who calls them do not leave it: another line takes them, say. */
  readonly dropsTcpAnswers?: readonly PortRange[];
  /** TCP ports through which connections come, and nothing that they carry: a firewall that knows their protocol better. */
  readonly dropsPayload?: readonly PortRange[];
  /** IPv6: what the firewall does not admit is refused with ICMPv6 administratively prohibited; by default dropped. */
  readonly refusal?: 'icmp';
  /**
   * Takes an address for a scanner whose new UDP flows reach more than so many different ports within 10 s, and lets no
   * new flow of it in for 30 s, or as many as said. Flows that it knows go on.
   */
  readonly scanGuard?: { readonly after: number; readonly seconds?: number };
  /** UDP flows that a host of the LAN may have begun at a time; it drops the first packet of one more. */
  readonly flowLimit?: number;
  /** UDP from these source ports does not leave the LAN; dropped in silence, or refused with ICMP admin-prohibited. */
  readonly blocked?: { readonly ports: readonly PortRange[]; readonly how: 'drop' | 'reject' };
  /** What the LAN sends to the public address is treated as if it came from outside (RFC 4787 section 6). */
  readonly hairpin?: boolean;
  /** UDP datagrams that an MTU of 1,500 bytes makes into fragments do not pass: on the way out, in, or both. */
  readonly dropsFragments?: 'out' | 'in' | 'both';
  /**
   * Seconds without a packet after which a UDP flow is forgotten: while only one side has spoken, and once both have.
   * Model: 30 and 180; kernel: its own. A repair does not change them.
   */
  readonly udpTimeouts?: { readonly unreplied: number; readonly replied: number };
  /** By default it says nothing of itself. In the kernel lab: NAT-PMP without a fault; a repair does not change it. */
  readonly speaks?: Speech;
}

/** The provider's box, or its carrier NAT: it keeps ports where it can, and is never repaired. */
export interface OuterNat {
  /** The router's own address on that side: 100.64.0.2, 192.168.1.2. Its network has 256 addresses. */
  readonly inside: string;
  /** Ports that it forwards to the router, each to the same number; by default none. */
  readonly forwards?: readonly PortRange[];
}

/** What a router answers on the LAN when it is asked for its own internet address. */
export interface Speech {
  readonly protocols: readonly ('nat-pmp' | 'pcp' | 'upnp')[];
  /** What it says; by default the address that it has. */
  readonly address?: string;
  /** What is wrong with its answers. */
  readonly fault?: /** They are no answers at all. */
    | 'garbage'
    /** They come from another host of the LAN. */
    | 'wrong-source'
    /** The description is said to be on another host of the LAN. */
    | 'elsewhere'
    /** Connections are taken, and nothing is said. */
    | 'hangs'
    /** It says that it has no address. */
    | 'no-address';
}

export type Protocol = 'udp' | 'tcp';

export interface Forward {
  readonly ports: readonly PortRange[];
  /** pbx .100; host2 .50, where nobody listens; nobody .77, where no machine is. */
  readonly to: 'pbx' | 'host2' | 'nobody';
  /** Both by default. */
  readonly protocols?: readonly Protocol[];
  /** Arrives at port + shift. */
  readonly shift?: number;
}

export interface ServerSpec {
  readonly kind: /** Two addresses, everything works. */
    | 'full'
    /** No process; the host answers ICMP port unreachable. */
    | 'down'
    /** The host drops what comes. */
    | 'silent'
    /** A server of one address: no OTHER-ADDRESS, CHANGE-REQUEST gets 420. */
    | 'one-address'
    /** Advertises OTHER-ADDRESS, but answers a CHANGE-REQUEST from the unchanged address. */
    | 'ignores-change-request'
    /** Two addresses, but RESPONSE-PORT gets 420: no cold test. */
    | 'no-response-port'
    /** A reflector that calls no TCP ports, as ours did not in its first days. */
    | 'no-calls'
    /** Asked too often it says so, and soon nothing: 20 requests per second, 50 at once. It is not one of ours. */
    | 'throttles';
  /** Its answers are not what it meant to say. */
  readonly lie?: Lie;
  /** Packets that it takes; then it falls silent. */
  readonly diesAfter?: number;
  /** Its second address has a firewall of its own: what it sends passes only to those who have sent there. */
  readonly alternateFilters?: true;
  /** Its network lets out no connections that it begins: it believes that it calls. */
  readonly callsLost?: true;
}

/** Of those in src/app/test-liar.ts. */
export type Lie =
  | 'from a third address'
  | 'changed, from a third address'
  | 'from its other address'
  | 'names itself'
  | 'names a private address'
  | 'maps one port higher'
  | 'maps to another port each time'
  | 'cut in the middle'
  | 'twice'
  | 'late'
  | 'no calls made';

export interface Step {
  /** Applied to the router before this step; states that it holds stay. */
  readonly repair?: Partial<RouterSpec>;
  /** The same of its IPv6. */
  readonly repair6?: Partial<RouterSpec>;
  /** Seconds that pass before this step; in the kernel lab they really pass. */
  readonly after?: number;
  readonly check: Check;
  readonly expect: Expectation;
}

export interface Check {
  /** `-4` or `-6`; by default neither. */
  readonly family?: Family;
  /** As on the command line; default `['198.51.100.10']`, with `-6` `['[2001:db8:100::10]']`. */
  readonly servers?: readonly string[];
  /** As on the command line. */
  readonly udp: string;
  /** As on the command line, such as '5060,5061,5001'. */
  readonly tcp?: string;
  /** Ask only so many of the ports, and where neighbours differ those between them. */
  readonly sample?: number;
  /** The kernel lab asks as fast as it can in any case. */
  readonly rate?: 'max';
  /** Do not wait for the router to forget an earlier check. */
  readonly noWait?: boolean;
  /** What the phone system tells others. */
  readonly publicAddress?: string;
  /** Seconds after which it is interrupted. */
  readonly cancelAfter?: number;
  /** Absent: it makes no difference, so that the columns choose. */
  readonly mode?: 'bind' | 'live';
}

/** Several: which one, is a matter of chance. */
export interface PortExpectation {
  readonly result: string;
  readonly cause: string | null;
}

export interface Expectation {
  readonly verdict: 'supported' | 'unsupported' | 'inconclusive' | 'cancelled';
  readonly reason: string | null;
  /** UDP, by port or range, as on the command line; together they cover every asked port. */
  readonly ports: Readonly<Record<string, PortExpectation | readonly PortExpectation[]>>;
  /** The same for TCP. */
  readonly tcp?: Readonly<Record<string, PortExpectation | readonly PortExpectation[]>>;
  /** State of the first server; default `ok`. */
  readonly server?: string;
  /** What exactly was seen of it. */
  readonly serverDetail?: string | null;
  /** What the router's own address must tell, or null: nothing; and for which reason then. */
  readonly nats?: string | null;
  readonly routerReason?: string;
  /** In which all ports were asked; by default IPv4. */
  readonly family?: Family;
  /**
   * Every error and warning that the report has, by its code, in the order of the report: the first names the true cause.
   * Notes too, which may be fewer than the report has; absent: neither error nor warning.
   */
  readonly findings?: readonly string[];
  /** Where chance decides about a port: errors and warnings that may be there as well. */
  readonly mayFind?: readonly string[];
  /** Of a sample: fewer ports than this are asked; `ports` tells of those that are. */
  readonly fewerThan?: number;
  /** By the code of a finding: what it must say, among other things. */
  readonly facts?: Readonly<Record<string, Readonly<Record<string, string | number>>>>;
  /** Where coturn, which can do less, gives another answer. */
  readonly coturn?: Partial<Omit<Expectation, 'coturn'>>;
}
