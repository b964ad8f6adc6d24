import type { Finding, Holder } from '../advice/index.ts';
import { formatEndpoint, portLabel, rangeLabel } from '../base/index.ts';
import type { ServicesEvidence } from '../evidence/index.ts';
import type {
  CertificateVerdict,
  PortVerdict,
  RouterVerdict,
  RunVerdict,
  SampleVerdict,
  ServerVerdict,
} from '../verdict/index.ts';
import type {
  Report,
  ReportCertificate,
  ReportDiscovered,
  ReportPort,
  ReportProof,
  ReportRouter,
  ReportSample,
  ReportServer,
  ReportServices,
} from './contract.ts';

/** What neither verdict nor findings know. */
export interface ReportMeta {
  readonly version: string;
  readonly startedAt: Date;
  readonly durationMs: number;
  readonly mode: Report['mode'];
  readonly bindAddress: string;
  readonly plannedPorts: number;
  readonly sample?: SampleVerdict;
  readonly serverList?: string;
  readonly discovered?: ReportDiscovered;
  readonly certificates?: readonly CertificateVerdict[];
  /** Absent: nothing was going to be stopped. */
  readonly services?: ServicesEvidence;
  readonly loss: { readonly sent: number; readonly answered: number };
  readonly holders: ReadonlyMap<string, Holder>;
  /** By label, such as `udp/5060`: how long it took to find out about that port, in milliseconds. */
  readonly took?: ReadonlyMap<string, number>;
  /** Absent: it was not asked. */
  readonly router?: RouterVerdict;
  /** The packets behind findings, for those that have some. */
  readonly proofs?: ReadonlyMap<Finding, ReportProof>;
}

export function buildReport(run: RunVerdict, findings: readonly Finding[], meta: ReportMeta): Report {
  return {
    schema: 'fullcone.report/1',
    version: meta.version,
    verdict: run.verdict,
    reason: run.reason,
    startedAt: meta.startedAt.toISOString(),
    durationMs: Math.round(meta.durationMs),
    mode: meta.mode,
    bindAddress: meta.bindAddress,
    plannedPorts: meta.plannedPorts,
    ...(meta.sample ? { sample: toSample(meta.sample) } : {}),
    ...(meta.serverList === undefined ? {} : { serverList: meta.serverList }),
    ...(meta.discovered ? { discovered: meta.discovered } : {}),
    loss: { sent: meta.loss.sent, answered: meta.loss.answered },
    servers: run.servers.map(toServer),
    publicAddresses: [...run.publicAddresses],
    ...(meta.router ? { router: toRouter(meta.router) } : {}),
    ports: run.ports.map((port) => {
      const label = portLabel(port.protocol, port.port);
      return toPort(port, meta.holders.get(label), meta.took?.get(label));
    }),
    ...(meta.certificates?.length ? { certificates: meta.certificates.map(toCertificate) } : {}),
    ...(meta.services ? { services: toServices(meta.services) } : {}),
    findings: findings.map((finding) => toReportFinding(finding, meta.proofs?.get(finding))),
  };
}

const toReportFinding = (
  { code, severity, ports, facts }: Finding,
  proof: ReportProof | undefined,
): Report['findings'][number] => ({ code, severity, ports, facts, ...(proof ? { proof } : {}) });

const toSample = ({ inferred, confidence, mostDiffering }: SampleVerdict): ReportSample => ({
  inferred: inferred.map(({ ports, count, result, cause }) => ({
    ports: ports.map((range) => rangeLabel('udp', range)),
    count,
    result,
    cause,
  })),
  confidence,
  mostDiffering,
});

export const toRouter = ({ gateway, wanAddress, by, nats, reason, rule }: RouterVerdict): ReportRouter => ({
  ...{ gateway, wanAddress, by, nats, reason, rule },
});

const toCertificate = ({ port, hostName, look, daysLeft, faults }: CertificateVerdict): ReportCertificate => ({
  port,
  hostName,
  faults: [...faults],
  certificate: look.kind === 'shown' ? { ...look.certificate, daysLeft: daysLeft ?? 0 } : null,
  failure: look.kind === 'failed' ? { why: look.why, code: look.code } : null,
});

const toServices = ({ services, failures }: ServicesEvidence): ReportServices => ({
  services: services.map(({ service, steps, down }) => ({
    service,
    steps: steps.map(({ step, at }) => ({ step, atMs: Math.round(at) })),
    downMs: down === null ? null : Math.round(down),
  })),
  failures: failures.map(({ what, service, at, failure }) => ({
    ...{ what, service, atMs: Math.round(at), kind: failure.kind, lines: [...failure.lines] },
  })),
});

const toServer = ({ name, address, port, state, otherAddress, detail }: ServerVerdict): ReportServer => ({
  name,
  address,
  port,
  state,
  otherAddress: otherAddress && formatEndpoint(otherAddress),
  detail,
});

const toPort = (
  { mapped, ...port }: PortVerdict,
  holder: Holder | undefined,
  took: number | undefined,
): ReportPort => ({
  protocol: port.protocol,
  family: port.family,
  port: port.port,
  result: port.result,
  cause: port.cause,
  mapped: mapped && formatEndpoint(mapped),
  process: holder ? toProcess(holder) : null,
  ...(port.turnedBack ? { by: port.turnedBack.by } : {}),
  ...(took === undefined ? {} : { tookMs: Math.round(took) }),
  rule: port.rule,
});

const toProcess = ({ pid, name, unit }: Holder): ReportPort['process'] =>
  pid === null && name === null ? null : { pid, name, ...(unit === null ? {} : { unit }) };
