import type { ServicesEvidence } from '../evidence/index.ts';
import type { CertificateVerdict, RouterVerdict } from '../verdict/index.ts';
import type { FindingCode, Severity } from './catalogue.ts';

/** What the sentences are filled with, and what a program may act on. */
export type Facts = Readonly<Record<string, string | number>>;

/** One cause, the ports that it explains, and the numbers that go with it. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  /** `udp/5060`, `udp/9000-10999`; empty where it is about a server or the run. */
  readonly ports: readonly string[];
  readonly facts: Facts;
}

/** Who holds a port, as far as the system tells. */
export interface Holder {
  readonly pid: number | null;
  readonly name: string | null;
  /** The service that it belongs to, of systemd (`asterisk.service`) or Windows. */
  readonly unit: string | null;
}

/** What the run itself does not know. */
export interface FindingContext {
  readonly plannedPorts: number;
  readonly askedPorts: number;
  readonly bindAddress: string;
  readonly holders: ReadonlyMap<string, Holder>;
  /** What the router says of itself; absent: it was not asked. */
  readonly router?: RouterVerdict;
  /** That providers and phones are told, one of a family. */
  readonly publicAddresses?: readonly string[];
  /** What a sample says of the ports that were not asked. */
  readonly sample?: { readonly inferred: number; readonly mostDiffering: number; readonly confidence: number };
  /** How often a silent port was asked. */
  readonly tries?: number;
  /** TCP ports of the product that this server could not be asked to call: `5060-5061, 5090`. */
  readonly tcpLeftOut?: string;
  /** What was stopped for the check; absent: nothing was going to be. */
  readonly services?: ServicesEvidence;
  /** Of TLS ports at which somebody listens. */
  readonly certificates?: readonly CertificateVerdict[];
  /** The date of the run: `2026-11-22`. */
  readonly today?: string;
  /** Seconds that the check would have waited for the router to forget an earlier one, had it not been told otherwise. */
  readonly notWaited?: number;
}

export type Language = 'en' | 'de';
