import type { Endpoint, Family, Milliseconds, PortRange, Protocol, Result } from '../base/index.ts';
import type { ServiceControl } from './services.ts';

/** Everything outside of the program. One is made per run, by a `main.ts` or by the model lab. */
export interface System {
  readonly clock: Clock;
  /** `count` bytes from a cryptographically secure source (RFC 8489 section 5 asks for one). */
  readonly random: (count: number) => Uint8Array;
  readonly udp: Udp;
  readonly tcp: Tcp;
  readonly tls: Tls;
  readonly web: Web;
  readonly wire: Wire;
  readonly live: Live;
  readonly names: Names;
  readonly host: Host;
  readonly files: Files;
  readonly services: ServiceControl;
}

export interface Clock {
  /** Monotonic. */
  now(): Milliseconds;
  /** Time of day, for people and for the report. */
  date(): Date;
  /** Calls once, not before `when` on the monotonic clock. */
  at(when: Milliseconds, callback: () => void): Timer;
}

export interface Timer {
  cancel(): void;
}

/** Why a socket could not be opened, or a packet not be sent. */
export interface SocketFailure {
  readonly kind: 'in-use' | 'permission' | 'no-such-address' | 'no-more-sockets' | 'unreachable' | 'refused' | 'other';
  /** The system's own code, such as `EADDRINUSE`. */
  readonly code: string;
}

export interface UdpHandlers {
  /** The socket is open; it listens at `local`. Called once, at the earliest after `open` has returned. */
  bound(local: Endpoint): void;
  /** The socket could not be opened, or has failed for good; nothing more will be called. */
  failed(failure: SocketFailure): void;
  /** `bytes` may be kept; they are not written to again. */
  datagram(bytes: Uint8Array, from: Endpoint): void;
  /** A packet was not sent, or came back refused (seen on connected sockets only). The socket lives on. */
  notSent(failure: SocketFailure): void;
}

export interface UdpSocket {
  /** To be called after `bound`. `bytes` may be reused by the caller as soon as this returns. */
  send(bytes: Uint8Array, to: Endpoint): void;
  /** Idempotent; nothing is called afterwards. */
  close(): void;
}

export interface Udp {
  /**
   * Port 0 takes any free one. `0.0.0.0` takes all IPv4 addresses of this machine, `::` all of IPv6. A socket speaks the
   * family of its address, and only that. `busy`: bursts of hundreds of
   * packets are to be expected, and none of them lost for want of a buffer.
   */
  open(local: Endpoint, handlers: UdpHandlers, load?: 'busy'): UdpSocket;
  /** How many sockets this process may open beside those it has; Infinity where nobody says. */
  freeSockets(): number;
}

export interface TcpListenHandlers {
  /** It listens at `local`. Called once, at the earliest after `listen` has returned. */
  bound(local: Endpoint): void;
  /** It could not be opened, or has failed for good; nothing more will be called. */
  failed(failure: SocketFailure): void;
  /** Somebody has connected from there; called once for each connection, before anything else is known of it. */
  connected(from: Endpoint): void;
  /**
   * Somebody connected from there, and this is what he sent: all of it up to the end of the connection, or as much as
   * had come after 5 s or 64 bytes, when the connection is closed from here. May be empty.
   */
  arrived(from: Endpoint, bytes: Uint8Array): void;
}

export interface TcpListener {
  /** Idempotent; nothing is called afterwards, and its connections end. */
  close(): void;
}

/** How an attempt to connect ended. `refused`: a reset came; `unreachable`: an ICMP error, or no route; `failed`: here. */
export type CallOutcome = 'connected' | 'refused' | 'unreachable' | 'timed-out' | 'failed';

/** What is said on a connection of one's own, and how much is heard. */
export interface ExchangeRequest {
  readonly bytes: Uint8Array;
  /** For all of it, the connection included. */
  readonly patience: Milliseconds;
  /** Bytes that are read at most. */
  readonly most: number;
  /** Whether these bytes are all of the answer, though the other side has not closed. */
  readonly isWhole: (bytes: Uint8Array) => boolean;
}

export interface Tcp {
  /** `0.0.0.0` takes all IPv4 addresses of this machine, `::` all of IPv6; port 0 any free one. */
  listen(local: Endpoint, handlers: TcpListenHandlers): TcpListener;
  /**
   * Connects from that address (any free port) and, once connected, sends these bytes and closes. `patience` is for the
   * connection; SYN is repeated by the system within it (Linux: after 1 and 3 s). `ended` is called once, at the
   * earliest after this has returned, and never after `cancel`.
   */
  call(
    from: string,
    to: Endpoint,
    bytes: Uint8Array,
    patience: Milliseconds,
    ended: (outcome: CallOutcome) => void,
  ): Timer;
  /**
   * Connects from that address (any free port), sends, and reads until the other side ends, or there is enough, or
   * patience is at its end. `ended` is called once with what had come by then, empty if nobody was there; at the
   * earliest after this has returned, and never after `cancel`.
   */
  exchange(from: string, to: Endpoint, request: ExchangeRequest, ended: (bytes: Uint8Array) => void): Timer;
}

/** An ICMP error (RFC 792; over IPv6 RFC 4443) about a UDP packet that this machine has sent. */
export interface IcmpError {
  /** The address of who says so. */
  readonly by: string;
  /** Destination unreachable: 3, over IPv6 1; time exceeded: 11, over IPv6 3. */
  readonly type: number;
  readonly code: number;
  /** As it quotes the packet. */
  readonly from: Endpoint;
  readonly to: Endpoint;
  /** The beginning of what the packet carried; some routers quote none of it. */
  readonly quoted: Uint8Array;
}

/** Why nothing can be watched. */
export interface WireFailure {
  readonly kind: 'not-this-system' | 'no-library' | 'permission' | 'other';
  /** The system's own code, such as `EPERM`, or what there is in its place. */
  readonly code: string;
}

/** Why ports cannot be used beside those who hold them. */
export type LiveFailure =
  | WireFailure
  /** This machine's routing looks at their numbers, which raw sockets do not tell it. `code`: of which ports. */
  | { readonly kind: 'routed-by-port'; readonly code: string };

/** The UDP ports that are to be used beside those who hold them. */
export interface LiveWish {
  readonly family: Family;
  readonly udp: readonly PortRange[];
}

export interface CapturedPacket {
  readonly bytes: Uint8Array;
  readonly from: Endpoint;
  readonly to: Endpoint;
}

export interface WireHandlers {
  /** From now on nothing is missed. Called once, at the earliest after `watch` has returned. */
  watching(): void;
  /** It could not be begun; nothing more will be called. */
  failed(failure: WireFailure): void;
  /** UDP packets of peers are at this machine's interfaces, for its addresses. Its firewall comes later. Those read at one time. */
  arrived(packets: readonly CapturedPacket[]): void;
  turnedBack(error: IcmpError): void;
  /** UDP packets of peers leave this machine again, for another one: its own NAT passes them on, or it is a router itself. */
  passedOn(packets: readonly CapturedPacket[]): void;
  /** Connections are begun at this machine's interfaces. Its firewall comes later, or has let the packet out. */
  knocked(knocks: readonly Knock[]): void;
}

export interface Watch {
  /** Idempotent; nothing is called afterwards. */
  close(): void;
}

/** The beginning of a TCP connection. */
export type Knock =
  /** A peer asks this machine for it (SYN), or it says yes to that (SYN and ACK). */
  | { readonly kind: 'asked' | 'answered'; readonly peer: Endpoint; readonly own: Endpoint }
  /** What a peer asks for leaves this machine again, for another one. */
  | { readonly kind: 'passed-on'; readonly peer: Endpoint; readonly to: Endpoint };

/** What is to be told; `family`: in which packets come. */
export type Watched =
  /** UDP packets of these addresses of that family, and all ICMP errors about UDP. */
  | { readonly what: 'answers'; readonly family: Family; readonly peers: readonly string[] }
  /** TCP connections, whoever begins them: routers may put their own address in the place of who calls. */
  | { readonly what: 'calls'; readonly family: Family };

/** What comes to this machine, whether or not a socket gets it. Needs a right that ordinary users have not. */
export interface Wire {
  watch(watched: Watched, handlers: WireHandlers): Watch;
}

export interface LiveOptions {
  /** An address of this machine, from which all is sent. */
  readonly local: string;
  /** Where it hears: that address, or all of its family. */
  readonly hearsAt: string;
  /**
   * Addresses of that family, of which all is heard. Of others only what may be theirs all the same, behind a router that
   * puts its own address in the place of the sender's: answers of STUN, and who calls.
   */
  readonly peers: readonly string[];
}

/**
 * Ports that are used while other programs hold them: these get what comes for them as ever, and here come copies,
 * after this machine's own firewall. What comes for a port that nobody holds, the system refuses (ICMP), and a copy
 * comes here none the less.
 */
export interface LivePorts {
  /** `open` succeeds at every port. */
  readonly udp: Udp;
  /** Where nobody listens it listens; where somebody does, it tells who calls him, and what comes first. */
  readonly tcp: Pick<Tcp, 'listen'>;
  /** Idempotent; nothing is called afterwards. */
  close(): void;
}

/** Beside the running phone system. Needs a right that ordinary users have not (capabilities(7): CAP_NET_RAW). */
export interface Live {
  /** What this machine lacks for it; null: nothing. */
  hindrance(wish: LiveWish): Promise<LiveFailure | null>;
  open(options: LiveOptions): Promise<Result<LivePorts, WireFailure>>;
}

/** A certificate as a TLS server showed it (RFC 5280). */
export interface Certificate {
  /** DNS names and IP addresses; the common name where it has none of these. Never more than 100. */
  readonly names: readonly string[];
  /** Whether it was made for the name that was asked for (RFC 9525); null: none was asked for. */
  readonly isForName: boolean | null;
  /** Common name and organisation. */
  readonly issuer: string;
  /** ISO 8601, UTC. */
  readonly validFrom: string;
  readonly validTo: string;
  readonly key: { readonly type: string; readonly bits: number | null };
  /** An outdated one by which its signature was made. */
  readonly oldHash: 'md5' | 'sha1' | null;
  readonly chain: Chain;
  /** `TLSv1.3`: the highest that server and system know. */
  readonly protocol: string;
}

/** Whether the certificate leads to one that this system trusts. */
export type Chain =
  | 'trusted'
  | 'self-signed'
  /** It was shown alone, and its issuer is not known here. */
  | 'incomplete'
  | 'unknown-issuer'
  /** Not to be told: its own time is over, or has not begun, and that hides all else. */
  | 'unknown'
  /** Something else is wrong with one of those above it; its time is over, say. */
  | 'broken';

/** What a TLS handshake came to. */
export type TlsLook =
  | { readonly kind: 'shown'; readonly certificate: Certificate }
  /** Nobody listens there. */
  | { readonly kind: 'nobody' }
  /** `silent`: connected, and then nothing; `not-tls`: what came is something else; `ended`: hung up; `refused`: said no. */
  | { readonly kind: 'failed'; readonly why: 'silent' | 'not-tls' | 'ended' | 'refused'; readonly code: string };

export interface Tls {
  /**
   * Begins one TLS connection (RFC 8446, or an older version) as a phone would, looks at the certificate, and ends it.
   * `name` is what the phone would know the server by: a host name, or an IPv4 address. At most 3 s.
   */
  look(to: Endpoint, name: string | null): Promise<TlsLook>;
}

export interface WebRequest {
  /** `http:` or `https:`. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** With it the method is POST, else GET. */
  readonly form?: Readonly<Record<string, string>>;
}

export interface WebAnswer {
  readonly status: number;
  readonly text: string;
}

export interface Web {
  /**
   * Asks a web server (RFC 9110) once, and follows it nowhere. Its certificate has to be one that this system trusts. At
   * most 10 s, and 1 MiB of answer; else the system's code of what went wrong, such as `ECONNREFUSED`, `EFBIG`.
   */
  request(request: WebRequest): Promise<Result<WebAnswer, string>>;
}

export interface DnsError {
  readonly kind:
    | 'no-such-name'
    /** The name is there, but has no address of that family. */
    | 'no-address'
    | 'refused'
    | 'timeout'
    | 'other';
  /** The resolver's own code, such as `ENOTFOUND`. */
  readonly code: string;
}

/** A host that serves STUN for a domain. */
export interface StunService {
  readonly host: string;
  readonly port: number;
}

export interface Names {
  /** Addresses of a host name (A or AAAA), in the resolver's order; never an empty list. At most 5 s. */
  resolve(name: string, family: Family): Promise<Result<readonly string[], DnsError>>;
  /** SRV records `_stun._udp` of a domain, the most wanted first (RFC 2782); none, or no answer within 2 s: an empty list. */
  stunServices(domain: string): Promise<readonly StunService[]>;
}

/** Who holds a port. `pid` and `name` are null where the system does not tell an ordinary user. */
export interface Holder {
  readonly pid: number | null;
  readonly name: string | null;
  /** The service that it belongs to, of systemd (`asterisk.service`) or Windows. null: to none, or the system does not tell. */
  readonly unit: string | null;
}

/** A program that runs here. */
export interface RunningProcess {
  readonly pid: number;
  /** As the system calls it, without a path: `asterisk`. Linux cuts it after 15 characters. */
  readonly name: string;
  /** With what it was started, the program itself first; empty where the system does not tell. */
  readonly command: readonly string[];
  readonly unit: string | null;
  /** What to put before a path of its, so that the path means here what it means there: `/proc/812/root` for one in a container, else empty. */
  readonly root: string;
  /** `own`: it has a network of its own, as in a container; its ports are none of this machine's. */
  readonly network: 'same' | 'own' | 'unknown';
}

/** The way out of the local network. */
export type Gateway =
  | { readonly kind: 'known'; readonly address: string }
  /** No route goes there by a gateway: it is on this network, or behind a tunnel, or nowhere. */
  | { readonly kind: 'none' }
  /** The system does not say. */
  | { readonly kind: 'unknown' };

export interface Host {
  /** Of this machine's interfaces; of IPv6 no link-local ones, which mean nothing without their interface. */
  addresses(): readonly string[];
  /**
   * The address of this machine from which packets to `address` leave; null where no route leads there. Of IPv6 the
   * stable one where the system would take a temporary one (RFC 8981), as far as it tells: that is what others know.
   */
  sourceFor(address: string): Promise<string | null>;
  /** Who passes on what leaves from `local`, an address of this machine, to `address`. At most 2 s. */
  gatewayFor(address: string, local: string): Promise<Gateway>;
  /** Whether a datagram socket can be bound to this address here (127.0.0.2 is on no interface, but works on Linux). */
  canBind(address: string): Promise<boolean>;
  /**
   * The processes that hold these ports, or listen there: several where they share one (SO_REUSEPORT), the parent alone
   * where it handed its socket down. A port that nobody holds is absent. Empty where the system cannot say. `beside`: in
   * the network of that process, which may be another than ours.
   */
  holders(
    protocol: Protocol,
    ports: readonly number[],
    family: Family,
    beside?: number,
  ): Promise<ReadonlyMap<number, readonly Holder[]>>;
  /** Whether a port that `holders` leaves out is held by nobody; false where this user may not see all of them. */
  seesAllHolders(): Promise<boolean>;
  /** Those that this user can see, in no order; empty where the system cannot say. At most 10 s. */
  processes(): Promise<readonly RunningProcess[]>;
}

/** A file that will be written. */
export interface OutputFile {
  /** Replaces what is in it. The error is the system's code, such as `ENOSPC`. */
  write(content: string | Uint8Array): Promise<Result<null, string>>;
  /** Leaves it as it was found; one that did not exist is removed again. */
  abandon(): Promise<void>;
}

export interface Files {
  /** Opens a file at once, so that a mistake in its name is known before the work begins; its content is left alone. */
  openOutput(path: string): Promise<Result<OutputFile, string>>;
  /**
   * A file that the user names, or standard input, which is called `-`, of at most that many bytes (4 MiB, if nothing is
   * said); else the system's code of what is wrong with it, `EFBIG` if it is larger.
   */
  readInput(path: string, most?: number): Promise<Result<string, string>>;
  /** The names in a folder, sorted, at most 10,000; else the system's code of what is wrong with it. */
  readFolder(path: string): Promise<Result<readonly string[], string>>;
  /** A small note that outlives a run, by its name. null: there is none, or it cannot be read. */
  readState(name: string): Promise<string | null>;
  /** false: it could not be written. */
  writeState(name: string, text: string): Promise<boolean>;
}
