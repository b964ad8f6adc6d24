import type {
  Cause,
  CertificateVerdict,
  PortResult,
  PortVerdict,
  RunVerdict,
  ServerVerdict,
} from '../verdict/index.ts';
import type { FindingContext } from './types.ts';

/** For tests: a run from a line such as `5060 open; 9000-9001,9010 closed not-forwarded; tcp/5061 open`. */
export function runOf(line: string, more: Partial<RunVerdict> = {}): RunVerdict {
  const ports = line
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .flatMap(portsOfPart)
    .sort((a, b) => b.protocol.localeCompare(a.protocol) || a.port - b.port);
  const bad = ports.some(({ result }) => result !== 'open');
  return {
    verdict: bad ? 'unsupported' : 'supported',
    reason: bad ? 'some-ports' : null,
    servers: [serverOf()],
    publicAddresses: ['203.0.113.44'],
    ports,
    opinions: [],
    pauses: [],
    coldAsked: true,
    ...more,
  };
}

function portsOfPart(part: string): PortVerdict[] {
  const [ranges = '', result = '', cause = null] = part.split(' ');
  const isTcp = ranges.startsWith('tcp/');
  return ranges
    .replace('tcp/', '')
    .split(',')
    .flatMap((range) => {
      const [from = 0, to = from] = range.split('-').map(Number);
      const numbers = Array.from({ length: to - from + 1 }, (_, index) => from + index);
      const verdicts = numbers.map((port) => portOf(port, result as PortResult, cause as Cause | null));
      return isTcp ? verdicts.map((one) => ({ ...one, protocol: 'tcp' as const, mapped: null })) : verdicts;
    });
}

export function portOf(port: number, result: PortResult, cause: Cause | null): PortVerdict {
  const moved = result === 'translated' || cause === 'taken-by-neighbour';
  const seen =
    moved ||
    result === 'open' ||
    result === 'closed' ||
    cause === 'different-public-address' ||
    cause === 'wrong-family';
  const mapped = { address: '203.0.113.44', port: moved ? 20000 + ((port * 7) % 40000) : port };
  return {
    protocol: 'udp',
    family: 'ipv4',
    port,
    result,
    cause,
    mapped: seen ? mapped : null,
    rule: cause ?? result,
    arrivedOn: cause === 'shifted' ? port + 10 : null,
  };
}

export const serverOf = (more: Partial<ServerVerdict> = {}): ServerVerdict => ({
  name: 'stun.example',
  address: '198.51.100.10',
  port: 3478,
  state: 'ok',
  otherAddress: { address: '198.51.100.20', port: 3479 },
  detail: null,
  ...more,
});

export const certificateOf = (port: number, more: Partial<CertificateVerdict> = {}): CertificateVerdict => ({
  port,
  hostName: 'pbx.example.com',
  look: {
    kind: 'shown',
    certificate: {
      names: ['pbx.example.com', '*.pbx.example.com'],
      isForName: true,
      issuer: "R11 (Let's Encrypt)",
      validFrom: '2026-11-01T12:00:00.000Z',
      validTo: '2027-01-30T12:00:00.000Z',
      key: { type: 'rsa', bits: 2048 },
      oldHash: null,
      chain: 'trusted',
      protocol: 'TLSv1.3',
    },
  },
  daysLeft: 69,
  faults: [],
  weakness: '',
  ...more,
});

export const contextOf = (run: RunVerdict, more: Partial<FindingContext> = {}): FindingContext => ({
  plannedPorts: run.ports.length,
  askedPorts: run.ports.length,
  bindAddress: '192.168.0.100',
  holders: new Map(),
  ...more,
});
