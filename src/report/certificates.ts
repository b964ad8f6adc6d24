import { clean } from './clean.ts';
import type { Report, ReportCertificate } from './contract.ts';
import type { Page } from './page.ts';
import type { Phrases } from './phrases.ts';
import { wrap } from './wrap.ts';

/** One may have a hundred. */
const MOST_NAMES = 3;

/** What each TLS port shows: for whom, from whom, how long, and what is wrong with it. Mostly it is the same everywhere. */
export function renderCertificates({ certificates = [] }: Report, { phrases, width }: Page): string[] {
  const said = new Map<string, number[]>();
  for (const one of certificates) {
    const text = textOf(one, phrases);
    said.set(text, [...(said.get(text) ?? []), one.port]);
  }
  const lines = [...said].flatMap(([text, ports]) => wrap(`TCP ${ports.join(', ')}: ${text}`, width, '  '));
  return lines.length > 0 ? [phrases.say('certificates.title'), ...lines] : [];
}

function textOf({ certificate, failure, ...rest }: ReportCertificate, phrases: Phrases): string {
  if (!certificate) return phrases.say('certificates.failed', { code: clean(failure?.code ?? '') });
  const { names, issuer, validTo } = certificate;
  const some = names.slice(0, MOST_NAMES).map(clean).join(', ');
  return phrases.say('certificates.shown', {
    names: names.length > MOST_NAMES ? `${some} ...` : some || '-',
    issuer: clean(issuer),
    validTo: clean(validTo.slice(0, 10)),
    state: stateOf(rest, phrases),
  });
}

function stateOf({ faults, hostName }: Pick<ReportCertificate, 'faults' | 'hostName'>, phrases: Phrases): string {
  if (faults.length > 0) return faults.map((fault) => phrases.say(`certificates.fault.${fault}`)).join(', ');
  if (hostName === null) return phrases.say('certificates.trusted');
  return phrases.say('certificates.valid', { hostName: clean(hostName) });
}
