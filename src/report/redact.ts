import type { Report } from './contract.ts';
import { addressesIn, Substitutes, withoutAddresses } from './substitutes.ts';

/** What a text in a report is. */
type Meaning =
  /** A word of the contract, a date, a number of ports: nobody's. */
  | 'word'
  /** Nothing but addresses, with or without ports. */
  | 'addresses'
  /** A host name or an address, with or without a port; or several, with commas. */
  | 'hosts'
  | 'process'
  | 'service'
  | 'issuer'
  | 'file'
  /** Anybody may have written anything there. */
  | 'text';

/** The fields of a report by their path; `[]`: of any of a list. Whatever is missing here counts as `text`. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  ...all('word', '', ['schema', 'version', 'verdict', 'reason', 'startedAt', 'mode', 'serverList']),
  ...all('addresses', '', ['bindAddress', 'publicAddresses[]']),
  ...all('word', 'servers[].', ['state', 'detail']),
  ...all('addresses', 'servers[].', ['address', 'otherAddress']),
  'servers[].name': 'hosts',
  ...all('word', 'router.', ['by', 'nats', 'reason', 'rule']),
  ...all('addresses', 'router.', ['gateway', 'wanAddress']),
  ...all('word', 'ports[].', ['protocol', 'family', 'result', 'cause', 'rule']),
  ...all('addresses', 'ports[].', ['mapped', 'by']),
  'ports[].process.name': 'process',
  'ports[].process.unit': 'service',
  ...all('word', 'sample.inferred[].', ['ports[]', 'result', 'cause']),
  ...all('word', 'discovered.', ['profile', 'name', 'ports[].ports', 'ports[].origin.kind', 'ports[].origin.source']),
  'discovered.ports[].origin.file': 'file',
  'discovered.warnings[].code': 'word',
  'discovered.warnings[].file': 'file',
  'certificates[].hostName': 'hosts',
  'certificates[].faults[]': 'word',
  'certificates[].certificate.names[]': 'hosts',
  'certificates[].certificate.issuer': 'issuer',
  ...all('word', 'certificates[].certificate.', ['validFrom', 'validTo', 'key.type', 'oldHash', 'chain', 'protocol']),
  ...all('word', 'certificates[].failure.', ['why', 'code']),
  ...all('service', 'services.', ['services[].service', 'failures[].service']),
  ...all('word', 'services.', ['services[].steps[].step', 'failures[].what', 'failures[].kind']),
  ...all('word', 'findings[].', ['code', 'severity', 'ports[]']),
  ...all('word', 'findings[].facts.', [
    'way',
    'detail',
    'family',
    'otherFamily',
    'option',
    'record',
    'icmp',
    'why',
    'code',
  ]),
  ...all('word', 'findings[].facts.', ['validFrom', 'validTo', 'today', 'weakness', 'tcpPorts', 'sipPorts']),
  ...all('addresses', 'findings[].facts.', ['bindAddress', 'sources', 'address', 'by', 'called', 'mappedAddress']),
  ...all('addresses', 'findings[].facts.', ['publicAddress', 'expectedAddress', 'gateway', 'wanAddress']),
  ...all('addresses', 'findings[].facts.', ['passedTo', 'otherAddress']),
  ...all('hosts', 'findings[].facts.', ['server', 'first', 'host', 'names', 'hostName']),
  'findings[].proof.port': 'word',
  ...all('word', 'findings[].proof.exchanges[].', ['question', 'answer', 'why', 'tries[].state', 'backedBy[].role']),
  ...all('addresses', 'findings[].proof.exchanges[].', ['from', 'to', 'answerFrom', 'answerTo', 'mapped']),
  'findings[].facts.process': 'process',
  'findings[].facts.unit': 'service',
  'findings[].facts.service': 'service',
  'findings[].facts.issuer': 'issuer',
};

function all(meaning: Meaning, prefix: string, names: readonly string[]): Record<string, Meaning> {
  return Object.fromEntries(names.map((name) => [prefix + name, meaning]));
}

/** Programs that half the world runs; their names tell nobody's, and often what is the matter. */
const COMMON =
  /^(asterisk|freeswitch|kamailio|opensips|rtpengine|rtpproxy|coturn|turnserver|sipp|3cx\w*|systemd(-\w+)?|nginx|apache2|httpd|dnsmasq|avahi-daemon|sshd|node|python3?|java)(\.service|\.exe)?$/i;

/**
 * The same report, to be handed to strangers: addresses, host names, names of processes, services, files and issuers are
 * replaced, the same by the same everywhere; a family stays one, and a private address private. What anybody may have
 * written, such as the lines of a log, is left out. It is a report like any other, and says that it was redacted.
 */
export function redact(report: Report): Report {
  const texts: string[] = [];
  eachText(report, (text) => texts.push(text));
  const originals = [...texts.flatMap(addressesIn), ...texts.flatMap((text) => text.toLowerCase().split(/[\s,:[\]]+/))];
  const substitutes = new Substitutes(originals);
  const walked = walk(report, '', (text, path) => replaced(text, MEANINGS[path] ?? 'text', substitutes));
  return { ...(walked as Report), redacted: true };
}

function eachText(value: unknown, visit: (text: string) => void): void {
  walk(value, '', (text) => {
    visit(text);
    return text;
  });
}

function walk(value: unknown, path: string, change: (text: string, path: string) => string): unknown {
  if (typeof value === 'string') return change(value, path);
  if (Array.isArray(value)) return value.map((part) => walk(part, `${path}[]`, change));
  if (typeof value !== 'object' || value === null) return value;
  const parts = Object.entries(value).map(([name, part]) => [
    name,
    walk(part, path === '' ? name : `${path}.${name}`, change),
  ]);
  return Object.fromEntries(parts) as unknown;
}

function replaced(text: string, meaning: Meaning, substitutes: Substitutes): string {
  switch (meaning) {
    case 'word':
      return addressesIn(text).length === 0 ? text : '(redacted)';
    case 'addresses':
      return withoutRest(text, substitutes);
    case 'hosts':
      return text
        .split(', ')
        .map((host) => hostFor(host, substitutes))
        .join(', ');
    case 'process':
    case 'service':
      return COMMON.test(text) ? text : substitutes.name(meaning, text);
    case 'issuer':
      return substitutes.name('issuer', text);
    case 'file':
      return substitutes.name('file', text);
    case 'text':
      return text === '' ? '' : '(redacted)';
  }
}

/** In the place of an address something else may stand that a server or a router has said. */
const withoutRest = (text: string, substitutes: Substitutes): string =>
  isOnlyAddresses(text) ? substitutes.text(text) : substitutes.name('address', text);

/** Addresses with their ports and prefixes, and what stands between several. */
const isOnlyAddresses = (text: string): boolean => /^(\]?[:/]\d{1,5}|[,\s[\]])*$/.test(withoutAddresses(text));

/** `*.pbx.example.com`, `stun.example.com:3479`, `[2001:db8::10]:3478`, `embedded`. */
function hostFor(text: string, substitutes: Substitutes): string {
  if (addressesIn(text).length > 0) return withoutRest(text, substitutes);
  if (text === 'embedded' || text === '-' || text === '') return text;
  const [, wild = '', host = '', port = ''] = /^(\*\.)?(.*?)(:\d{1,5})?$/s.exec(text) ?? [];
  return wild + substitutes.name('host', host, '.example') + port;
}
