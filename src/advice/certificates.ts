import type { CertificateVerdict } from '../verdict/index.ts';
import { codeOfFault, type FindingCode } from './catalogue.ts';
import type { Draft, Scene } from './draft.ts';
import type { Facts } from './types.ts';

/** In a sentence; a certificate may have a hundred. */
const MOST_NAMES = 3;

/** Each fault of each certificate once, with the ports that show it. */
export function findCertificates({ context }: Scene): Draft[] {
  const groups = new Map<string, { code: FindingCode; ports: { protocol: 'tcp'; port: number }[]; facts: Facts }>();
  for (const seen of context.certificates ?? [])
    for (const code of codesOf(seen)) {
      const facts = factsOf(seen, context.today);
      const key = JSON.stringify([code, facts]);
      const group = groups.get(key) ?? { code, ports: [], facts };
      group.ports.push({ protocol: 'tcp', port: seen.port });
      groups.set(key, group);
    }
  return [...groups.values()];
}

const codesOf = ({ look, faults }: CertificateVerdict): FindingCode[] =>
  look.kind === 'failed' ? ['certificate-unreadable'] : faults.map(codeOfFault);

function factsOf({ look, hostName, daysLeft, weakness }: CertificateVerdict, today: string | undefined): Facts {
  if (look.kind === 'failed') return { why: look.why, code: look.code };
  const { names, issuer, validFrom, validTo } = look.certificate;
  return {
    names: names.slice(0, MOST_NAMES).join(', ') || '-',
    issuer,
    validFrom: validFrom.slice(0, 10),
    validTo: validTo.slice(0, 10),
    ...(daysLeft === null ? {} : { daysLeft }),
    ...(hostName === null ? {} : { hostName }),
    ...(today === undefined ? {} : { today }),
    ...(weakness === '' ? {} : { weakness }),
  };
}
