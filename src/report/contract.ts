import type { Facts, FindingCode, Severity } from '../advice/index.ts';
import type { Family } from '../base/index.ts';
import type { CallState, ServiceEvidence, ServicesEvidence, ServiceTrouble, Unknown } from '../evidence/index.ts';
import type { ProbeRole, Question } from '../plan/index.ts';
import type {
  Cause,
  CertificateFault,
  CertificateVerdict,
  Nats,
  PortResult,
  Reason,
  RouterReason,
  ServerState,
  Verdict,
} from '../verdict/index.ts';
import type { ReportOrigin, ReportWarning } from './origin.ts';

/**
 * The report as JSON. `fullcone.report/1` may gain fields and codes; it loses and renames none.
 * `schema.ts` says the same to programs; the compiler keeps the two in step.
 */
export interface Report {
  readonly schema: 'fullcone.report/1';
  /** Others stand in the place of all addresses and names; texts of unknown content are left out. */
  readonly redacted?: true;
  /** Of the program. */
  readonly version?: string;
  readonly verdict: Verdict;
  readonly reason: Reason | null;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly mode: 'bind' | 'live' | 'exclusive';
  /** The PBX's address, to which forwards must point. */
  readonly bindAddress?: string;
  /** More than `ports` where only a sample was asked. */
  readonly plannedPorts?: number;
  /** Only where a sample was asked: what it says of the other ports. */
  readonly sample?: ReportSample;
  /** The date of the list of public servers from which `servers` were drawn, since the user named none. */
  readonly serverList?: string;
  /** Control packets: those lost are what the line loses. */
  readonly loss?: { readonly sent: number; readonly answered: number };
  readonly servers: readonly ReportServer[];
  readonly publicAddresses: readonly string[];
  /** What the router says of itself; absent: it was not asked. */
  readonly router?: ReportRouter;
  /** UDP before TCP, each ascending. */
  readonly ports: readonly ReportPort[];
  /** Only with `--profile auto`: the phone system that was found on this machine, and where its ports are from. */
  readonly discovered?: ReportDiscovered;
  /** Of TLS ports at which somebody listens; only where there are any. */
  readonly certificates?: readonly ReportCertificate[];
  /** Exclusive mode: what was stopped, and whether it is back. */
  readonly services?: ReportServices;
  /** Most urgent first. */
  readonly findings: readonly ReportFinding[];
}

export interface ReportDiscovered {
  /** As `--profile` takes it. */
  readonly profile: string;
  readonly name: string;
  readonly ports: readonly {
    /** `udp/5060`, `udp/9000-10999`. */
    readonly ports: string;
    readonly origin: ReportOrigin;
  }[];
  readonly warnings: readonly ReportWarning[];
}

export interface ReportSample {
  /** Ports that were not asked, and lie between two that were and that agree. */
  readonly inferred: readonly ReportInferred[];
  /** 0.95: with this confidence no more than `mostDiffering` of the inferred ports are something else. */
  readonly confidence: number;
  readonly mostDiffering: number;
}

interface ReportInferred {
  /** `udp/9001-9102`. */
  readonly ports: readonly string[];
  readonly count: number;
  readonly result: PortResult;
  readonly cause: Cause | null;
}

export interface ReportServer {
  /** As the user named it. */
  readonly name: string;
  /** null: the name has no address. */
  readonly address: string | null;
  readonly port: number;
  readonly state: ServerState;
  /** `198.51.100.20:3479`. */
  readonly otherAddress: string | null;
  readonly detail?: string | null;
}

export interface ReportRouter {
  /** null: there is none that may be asked. */
  readonly gateway: string | null;
  /** Its own address on its way to the internet, as it says. */
  readonly wanAddress: string | null;
  readonly by: 'nat-pmp' | 'pcp' | 'upnp' | null;
  /** What comparing it with `publicAddresses` tells; null: nothing, for this reason. */
  readonly nats: Nats | null;
  readonly reason: RouterReason | null;
  /** The id of the rule that decided. */
  readonly rule: string;
}

export interface ReportPort {
  readonly protocol: 'udp' | 'tcp';
  readonly family: Family;
  readonly port: number;
  readonly result: PortResult;
  readonly cause: Cause | null;
  /** By which public address and port the server saw it: `203.0.113.44:9000`. */
  readonly mapped: string | null;
  /** Who holds the port; null: nobody, or nobody known. */
  readonly process: {
    readonly pid: number | null;
    readonly name: string | null;
    /** The service that it belongs to, of systemd (`asterisk.service`) or Windows; absent: none, or none known. */
    readonly unit?: string;
  } | null;
  /** `rejected`, of UDP: the address that says so, by ICMP. */
  readonly by?: string;
  /** From when it listened until all was known that it was asked for; absent: that was not reached, or not told. */
  readonly tookMs?: number;
  /** The id of the rule that decided. */
  readonly rule?: string;
}

type Look = CertificateVerdict['look'];

export interface ReportCertificate {
  /** TCP. */
  readonly port: number;
  /** By which phones connect, as the user says; null: he does not. */
  readonly hostName: string | null;
  readonly faults: readonly CertificateFault[];
  /** null: none was shown. */
  readonly certificate: (Extract<Look, { kind: 'shown' }>['certificate'] & { readonly daysLeft: number }) | null;
  /** Why none was shown. */
  readonly failure: Omit<Extract<Look, { kind: 'failed' }>, 'kind'> | null;
}

export interface ReportServices {
  /** In the order of stopping. */
  readonly services: readonly ReportService[];
  readonly failures: readonly ReportServiceFailure[];
}

interface ReportService {
  readonly service: string;
  /** `held`: its ports are held again; `atMs`: since the run began. */
  readonly steps: readonly { readonly step: ServiceEvidence['steps'][number]['step']; readonly atMs: number }[];
  /** From when it was told to stop until it ran and held its ports again; null: it does not, as far as is known. */
  readonly downMs: number | null;
}

export interface ReportServiceFailure {
  /** `guard`: it is about who restores; `hold`: it runs, and its ports are not held again. */
  readonly what: ServiceTrouble;
  readonly service: string | null;
  readonly atMs: number;
  readonly kind: Failure['kind'];
  /** Of its log, the last ones. */
  readonly lines: readonly string[];
}

type Failure = Extract<ServicesEvidence['failures'][number], { step: 'failed' }>['failure'];

export interface ReportFinding {
  readonly code: FindingCode;
  readonly severity: Severity;
  /** `udp/5060`, `udp/9000-10999`, `tcp/5061`. */
  readonly ports: readonly string[];
  readonly facts: Facts;
  /** The packets of one of the ports; absent: there were none, or it is about no port. */
  readonly proof?: ReportProof;
}

/** What was asked of one port, and what came: an example of all that a finding is about. */
export interface ReportProof {
  /** `udp/9500`. */
  readonly port: string;
  /** In the order of asking. All times are milliseconds since the first packet. */
  readonly exchanges: readonly ReportExchange[];
}

export interface ReportExchange {
  /** `call`, of TCP: is a connection from the server let in? */
  readonly question: Question | 'call';
  /** `192.168.0.100:9500`; without a port: from one that is not checked. */
  readonly from: string;
  readonly to: string;
  /** Where the answer, or the call, comes from. */
  readonly answerFrom: string;
  /** And where it is sent; null: the server has not said how it sees us. */
  readonly answerTo: string | null;
  readonly answer: 'yes' | 'no' | 'unknown';
  /** null: there is an answer, or no more is known. */
  readonly why: Unknown | null;
  /** By which public address and port the server saw who asked. */
  readonly mapped: string | null;
  /** The first ones. */
  readonly tries: readonly ReportTry[];
  readonly moreTries: number;
  /** Probes of this run that were answered before the first and after the last try: the way and the server were alive. */
  readonly backedBy: readonly ReportWitness[];
}

interface ReportTry {
  readonly atMs: number;
  /** null: nothing came. */
  readonly answeredMs: number | null;
  /** The port of this machine where it came in, instead of the one that was meant. */
  readonly arrivedOn?: number;
  /** Of a call: how it ended, as the server says. */
  readonly state?: CallState;
}

interface ReportWitness {
  readonly role: ProbeRole;
  readonly beforeMs: number;
  readonly afterMs: number;
}
