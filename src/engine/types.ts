import type { Endpoint, Milliseconds } from '../base/index.ts';
import type { ProbeRole, Question } from '../plan/index.ts';
import type { CallState } from '../stun/index.ts';
import type {
  CapturedPacket,
  ExchangeRequest,
  IcmpError,
  Knock,
  SocketFailure,
  Watched,
  WireFailure,
} from '../system/index.ts';
import type { UnusableAlternate } from './alternate.ts';
import type { SentinelState } from './call-round.ts';

/**
 * A checked port's own number, or a negative one for the sockets that are not checked and speak to servers. An engine
 * that checks no port may number its sockets otherwise: what they leave in a router is nobody's concern.
 */
export type SocketKey = number;

export type Input =
  | { readonly kind: 'bound'; readonly socket: SocketKey; readonly local: Endpoint }
  | { readonly kind: 'bind-failed'; readonly socket: SocketKey; readonly failure: SocketFailure }
  | { readonly kind: 'datagram'; readonly socket: SocketKey; readonly bytes: Uint8Array; readonly from: Endpoint }
  | { readonly kind: 'not-sent'; readonly socket: SocketKey; readonly failure: SocketFailure }
  | { readonly kind: 'listens'; readonly port: number }
  | { readonly kind: 'listen-failed'; readonly port: number; readonly failure: SocketFailure }
  /** Somebody connected to the listener at that TCP port. */
  | { readonly kind: 'visited'; readonly port: number; readonly from: Endpoint }
  /** Whoever did has ended, and sent this. */
  | { readonly kind: 'called'; readonly port: number; readonly bytes: Uint8Array; readonly from: Endpoint }
  /** All that came; empty: nobody was there. */
  | { readonly kind: 'exchanged'; readonly exchange: number; readonly bytes: Uint8Array }
  /** Packets for us are at interfaces of this machine; sockets may get them, too. */
  | { readonly kind: 'captured'; readonly packets: readonly CapturedPacket[] }
  /** Packets of servers leave this machine for another one. */
  | { readonly kind: 'passed-on'; readonly packets: readonly CapturedPacket[] }
  | { readonly kind: 'turned-back'; readonly error: IcmpError }
  | { readonly kind: 'knocked'; readonly knocks: readonly Knock[] }
  | { readonly kind: 'not-watching'; readonly failure: WireFailure }
  | { readonly kind: 'tick' }
  | { readonly kind: 'cancel' };

export type Output<T> =
  /** Port 0: any free one. */
  | { readonly kind: 'open'; readonly socket: SocketKey; readonly local: Endpoint }
  | { readonly kind: 'send'; readonly socket: SocketKey; readonly bytes: Uint8Array; readonly to: Endpoint }
  | { readonly kind: 'close'; readonly socket: SocketKey }
  /** A TCP port. */
  | { readonly kind: 'listen'; readonly port: number; readonly local: Endpoint }
  | { readonly kind: 'unlisten'; readonly port: number }
  /** Connects by TCP from that address, says something, and hears the answer; a number for each. */
  | {
      readonly kind: 'exchange';
      readonly exchange: number;
      readonly from: string;
      readonly to: Endpoint;
      readonly request: ExchangeRequest;
    }
  /** To be told, where that is possible, of what no socket gets. */
  | { readonly kind: 'watch'; readonly watched: Watched }
  | { readonly kind: 'observed'; readonly observation: T }
  /** Nothing to do before this time, unless something comes in. */
  | { readonly kind: 'wait'; readonly until: Milliseconds }
  /** Everything is closed. */
  | { readonly kind: 'done' };

/** One input, then drain `next` until it says `wait` or `done`. No socket, no clock: both come in as arguments. */
export interface Engine<T> {
  handle(input: Input, now: Milliseconds): void;
  next(now: Milliseconds): Output<T>;
}

/** One fact seen while ports were checked. `at` and all other times are on the run's monotonic clock. */
export type Observation =
  | { readonly kind: 'listening'; readonly at: Milliseconds; readonly port: number }
  | {
      readonly kind: 'not-listening';
      readonly at: Milliseconds;
      readonly port: number;
      readonly failure: SocketFailure;
    }
  | {
      readonly kind: 'sent';
      readonly at: Milliseconds;
      readonly port: number;
      readonly question: Question;
      readonly attempt: number;
    }
  /** A valid success answer, from the address that had to answer. */
  | {
      readonly kind: 'answered';
      readonly at: Milliseconds;
      readonly port: number;
      readonly question: Question;
      readonly attempt: number;
      readonly sentAt: Milliseconds;
      /** The checked port on which it arrived; 0: the control socket, where the question says so. */
      readonly arrivedOn: number;
      readonly source: Endpoint;
      /** The asker's mapping, as the server saw it. */
      readonly mapped: Endpoint;
    }
  /** All tries that the loss of this run asks for were made, and nothing came. */
  | {
      readonly kind: 'silent';
      readonly at: Milliseconds;
      readonly port: number;
      readonly question: Question;
      readonly tries: number;
      /** How many tries the loss of the run asks for, each between control probes that were answered. */
      readonly needed: number;
      readonly lastSentAt: Milliseconds;
    }
  /** So many packets are lost that no number of tries within reason would prove a silence. */
  | { readonly kind: 'given-up'; readonly at: Milliseconds; readonly port: number; readonly question: Question }
  /** The server answered with an error: it did not ask the question for us. */
  | {
      readonly kind: 'refused';
      readonly at: Milliseconds;
      readonly port: number;
      readonly question: Question;
      readonly code: number;
    }
  /** Something with our transaction id that is no valid answer; never evidence of anything let in. */
  | {
      readonly kind: 'strange';
      readonly at: Milliseconds;
      readonly port: number;
      readonly question: Question;
      readonly what: StrangeAnswer;
      readonly source: Endpoint;
    }
  | { readonly kind: 'not-sent'; readonly at: Milliseconds; readonly port: number; readonly failure: SocketFailure }
  /** The answer came as far as this machine's interface while the port's socket was open; if nothing says `answered`, it got no further. */
  | {
      readonly kind: 'captured';
      readonly at: Milliseconds;
      readonly port: number;
      readonly question: Question;
      readonly attempt: number;
    }
  /** The same packet left this machine again, for another one: its own NAT has passed it on. */
  | {
      readonly kind: 'passed-on';
      readonly at: Milliseconds;
      readonly port: number;
      readonly question: Question;
      readonly attempt: number;
      readonly to: Endpoint;
    }
  /** An ICMP error about a packet that the port has sent (RFC 792, RFC 4443). */
  | {
      readonly kind: 'turned-back';
      readonly at: Milliseconds;
      readonly port: number;
      readonly question: Question;
      readonly by: string;
      readonly type: number;
      readonly code: number;
    }
  /** Neither of these two can be seen here. */
  | { readonly kind: 'not-watching'; readonly at: Milliseconds; readonly failure: WireFailure }
  | {
      readonly kind: 'control-answered';
      readonly at: Milliseconds;
      readonly role: ProbeRole;
      readonly sentAt: Milliseconds;
      /** The asking socket's own port, and the mapping by which the server saw it. */
      readonly local: number;
      readonly mapped: Endpoint;
    }
  | {
      readonly kind: 'control-lost';
      readonly at: Milliseconds;
      readonly role: ProbeRole;
      readonly sentAt: Milliseconds;
    }
  /** The alternate address reached a socket that has never spoken to it: endpoint-independent filtering (RFC 4787 section 5), or no filter. */
  | { readonly kind: 'filter-open'; readonly at: Milliseconds }
  /** It did not, however often it was ordered, while it was alive: a filter, and not that one. */
  | { readonly kind: 'filter-closed'; readonly at: Milliseconds }
  /** The server said that it has no strength for a request (RFC 8489 section 14.8: 5xx). */
  | { readonly kind: 'throttled'; readonly at: Milliseconds }
  /** Ports that had been let in no longer are, or nobody answers any more: the ports wait, at the latest until then. */
  | {
      readonly kind: 'paused';
      readonly at: Milliseconds;
      readonly by: 'router' | 'outbound' | 'server';
      readonly until: Milliseconds;
    }
  /** The pause that began at `since` is over: it goes on, more slowly. */
  | {
      readonly kind: 'resumed';
      readonly at: Milliseconds;
      readonly by: 'router' | 'outbound' | 'server';
      readonly since: Milliseconds;
    }
  /** Ports that had been let in no longer are: no silence means anything from here on. */
  | { readonly kind: 'refused-by-router'; readonly at: Milliseconds }
  /** Control probes stayed without an answer for so long that the run ended. */
  | { readonly kind: 'server-lost'; readonly at: Milliseconds }
  | { readonly kind: 'control-failed'; readonly at: Milliseconds; readonly failure: SocketFailure }
  /** All that this port is asked at first; a few are looked at once more when their slice is over. */
  | { readonly kind: 'finished'; readonly at: Milliseconds; readonly port: number }
  | { readonly kind: 'cancelled'; readonly at: Milliseconds };

export type { CallState };

/** One fact seen while the reflector called TCP ports. */
export type CallObservation =
  | { readonly kind: 'call-listening'; readonly at: Milliseconds; readonly port: number }
  | {
      readonly kind: 'call-not-listening';
      readonly at: Milliseconds;
      readonly port: number;
      readonly failure: SocketFailure;
    }
  /** The reflector is asked to call; `call` counts from 1. */
  | { readonly kind: 'call-asked'; readonly at: Milliseconds; readonly port: number; readonly call: number }
  /** Who connected knew the id of the call. */
  | {
      readonly kind: 'call-arrived';
      readonly at: Milliseconds;
      /** That was to be called, and where it arrived. */
      readonly port: number;
      readonly arrivedOn: number;
      readonly call: number;
      readonly from: Endpoint;
    }
  /** A connection was asked for at an interface of this machine, for that port, by whomever; or answered there. Each once. */
  | {
      readonly kind: 'call-knocked';
      readonly at: Milliseconds;
      readonly port: number;
      readonly from: Endpoint;
      readonly isAnswered: boolean;
    }
  /** One that was asked for left this machine again, for another one: its own NAT has passed it on. */
  | {
      readonly kind: 'call-passed-on';
      readonly at: Milliseconds;
      readonly port: number;
      readonly from: Endpoint;
      readonly to: Endpoint;
    }
  /** Somebody connected to the listener at that port. Who it was, what he brings tells: `call-arrived`. */
  | { readonly kind: 'call-visited'; readonly at: Milliseconds; readonly port: number; readonly from: Endpoint }
  | {
      readonly kind: 'call-ended';
      readonly at: Milliseconds;
      readonly port: number;
      readonly call: number;
      /** As the reflector says; null: it said nothing. */
      readonly state: CallState | null;
      /** The reflector answered all the time: no interruption can have swallowed the call. */
      readonly counts: boolean;
      /** What became of the call of a port that had been reached before, made at the same time; null: no such port was known. */
      readonly sentinel: SentinelState | null;
    }
  /** A port that had been reached was not reached again, however often: the router refuses who calls. No other is called. */
  | { readonly kind: 'call-shut-out'; readonly at: Milliseconds }
  /** No call could be watched from its beginning to its end; or the reflector fell silent before there was one. */
  | { readonly kind: 'call-given-up'; readonly at: Milliseconds; readonly port: number }
  | { readonly kind: 'call-refused'; readonly at: Milliseconds; readonly code: number }
  | { readonly kind: 'call-failed'; readonly at: Milliseconds; readonly failure: SocketFailure }
  | { readonly kind: 'call-cancelled'; readonly at: Milliseconds };

/** RFC 5780: tests I to III of section 4.3 and of 4.4; and the path. */
export type NatQuestion =
  | 'mapping-1'
  | 'mapping-2'
  | 'mapping-3'
  | 'filtering-1'
  | 'filtering-2'
  | 'filtering-3'
  | 'path';

/** One fact seen while the behaviour of the NAT was found out. */
export type NatObservation =
  | {
      readonly kind: 'nat-sent';
      readonly at: Milliseconds;
      readonly question: NatQuestion;
      /** The asking socket's own port. */
      readonly local: number;
    }
  | {
      readonly kind: 'nat-answered';
      readonly at: Milliseconds;
      readonly question: NatQuestion;
      readonly sentAt: Milliseconds;
      readonly mapped: Endpoint;
    }
  | { readonly kind: 'nat-silent'; readonly at: Milliseconds; readonly question: NatQuestion; readonly tries: number }
  | { readonly kind: 'nat-failed'; readonly at: Milliseconds; readonly failure: SocketFailure }
  | { readonly kind: 'nat-cancelled'; readonly at: Milliseconds };

/** RFC 5780 sections 4.5 and 4.7, and what makes their silences count. All but the hairpins go to the primary. */
export type OptInQuestion =
  /** By which mapping is each of the two sockets seen? */
  | 'own-control'
  | 'own-listener'
  /** From the control socket to the listener's mapping, and the other way round. */
  | 'hairpin'
  | 'hairpin-back'
  /** A request of more than 1,500 bytes, with a short answer. */
  | 'fragments-out'
  /** A request of less, whose answer has more. */
  | 'fragments-in'
  /** A request as long as that one, with a short answer. */
  | 'fragments-size'
  /** PADDING and RESPONSE-PORT together: a server that knows both refuses with 400. */
  | 'fragments-known'
  /** Plain requests all the time. */
  | 'beside';

/** One fact seen while hairpinning and fragments were asked for. */
export type OptInObservation =
  | { readonly kind: 'opt-in-sent'; readonly at: Milliseconds; readonly question: OptInQuestion }
  | {
      readonly kind: 'opt-in-answered';
      readonly at: Milliseconds;
      readonly question: OptInQuestion;
      readonly sentAt: Milliseconds;
      /** As the server saw us; of a hairpin, from where it seemed to come. */
      readonly mapped: Endpoint;
      /** Bytes of the datagram that arrived, without UDP and IP headers. */
      readonly size: number;
    }
  | {
      readonly kind: 'opt-in-refused';
      readonly at: Milliseconds;
      readonly question: OptInQuestion;
      readonly sentAt: Milliseconds;
      readonly code: number;
    }
  | { readonly kind: 'opt-in-failed'; readonly at: Milliseconds; readonly failure: SocketFailure };

/** One fact seen while binding lifetimes were waited for. Each wait, in milliseconds, has a socket of its own. */
export type LifetimeObservation =
  /** All mappings are there; nothing takes longer than this from now on. */
  | { readonly kind: 'lifetime-waits'; readonly at: Milliseconds; readonly longest: Milliseconds }
  | {
      readonly kind: 'lifetime-asked';
      readonly at: Milliseconds;
      readonly wait: Milliseconds;
      /** Since the last packet through the mapping, in whichever direction. */
      readonly idle: Milliseconds;
      /** Since the last one that left; some NATs count from that one only (RFC 4787 section 4.3). */
      readonly age: Milliseconds;
    }
  | {
      readonly kind: 'lifetime-arrived';
      readonly at: Milliseconds;
      readonly wait: Milliseconds;
      readonly sentAt: Milliseconds;
    }
  /** The same request for the answer to a mapping that is kept alive, and its arrival. */
  | { readonly kind: 'lifetime-probed'; readonly at: Milliseconds }
  | { readonly kind: 'lifetime-probe-arrived'; readonly at: Milliseconds; readonly sentAt: Milliseconds }
  /** There was no mapping, or no answer found the way to it at once: this wait says nothing. */
  | { readonly kind: 'lifetime-given-up'; readonly at: Milliseconds; readonly wait: Milliseconds }
  | { readonly kind: 'lifetime-failed'; readonly at: Milliseconds; readonly failure: SocketFailure };

export type StrangeAnswer =
  | 'wrong-source'
  | 'wrong-socket'
  | 'malformed'
  /** None that anybody could have, or two. */
  | 'no-mapping'
  /** Not the one that the same server gave to the same socket before, or one that it gave to another socket. */
  | 'other-mapping'
  /** No answer to anything that was asked: another transaction id, or no STUN at all. */
  | 'unasked';

/** The questions that tell what a server is good for, before the first port is asked. */
export type ServerQuestion =
  | 'binding'
  | 'listener-binding'
  | 'alternate'
  | 'alternate-primary-port'
  | 'primary-alternate-port'
  | 'response-port'
  /** The same for the listener's own number, where the server sees another one and nothing arrived there. */
  | 'own-port'
  | 'change-request'
  | 'change-and-response-port';

/** One fact seen while a server was checked. */
export type ServerObservation =
  | {
      readonly kind: 'server-answered';
      readonly at: Milliseconds;
      readonly server: string;
      readonly question: ServerQuestion;
      readonly source: Endpoint;
      readonly mapped: Endpoint;
      /** OTHER-ADDRESS or CHANGED-ADDRESS. */
      readonly other: Endpoint | null;
      /** Why it is not asked anything. */
      readonly otherUnusable: UnusableAlternate | null;
      /** Announced by one of our reflectors: packets per second. */
      readonly allowedRate: number | null;
      /** With it, one of our reflectors answers to many ports at once; hexadecimal. */
      readonly token: string | null;
      /** Announced by one of our reflectors: it calls TCP ports back. */
      readonly calls: boolean;
    }
  | {
      readonly kind: 'server-refused';
      readonly at: Milliseconds;
      readonly server: string;
      readonly question: ServerQuestion;
      readonly code: number;
    }
  | {
      readonly kind: 'server-strange';
      readonly at: Milliseconds;
      readonly server: string;
      readonly question: ServerQuestion;
      readonly what: StrangeAnswer;
      readonly source: Endpoint;
    }
  /** The same answer once more: no try of ours has two. Told once for each question. */
  | {
      readonly kind: 'server-repeated';
      readonly at: Milliseconds;
      readonly server: string;
      readonly question: ServerQuestion;
    }
  | {
      readonly kind: 'server-silent';
      readonly at: Milliseconds;
      readonly server: string;
      readonly question: ServerQuestion;
      readonly tries: number;
    }
  /** An ICMP error about a request to the server (RFC 792, RFC 4443). */
  | {
      readonly kind: 'server-turned-back';
      readonly at: Milliseconds;
      readonly server: string;
      readonly question: ServerQuestion;
      readonly by: string;
      readonly type: number;
      readonly code: number;
    }
  | {
      readonly kind: 'server-socket-failed';
      readonly at: Milliseconds;
      readonly server: string;
      readonly failure: SocketFailure;
    };
