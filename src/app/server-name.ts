import { canonicalIp, err, familyOf, isIpv4, ok, type Result, scopeOf, wrappedIpv4 } from '../base/index.ts';
import { EMBEDDED } from './embedded.ts';
import type { ServerName } from './events.ts';

/** Why a text names no server, and what goes into the sentence that says so. */
export interface ServerNameProblem {
  readonly kind: 'url' | 'not-a-name' | 'special' | 'port' | 'not-ipv6' | 'zone' | 'ambiguous' | 'wrapped';
  readonly facts: Readonly<Record<string, string>>;
}

const wrong = (kind: ServerNameProblem['kind'], facts: ServerNameProblem['facts']): Result<never, ServerNameProblem> =>
  err({ kind, facts });

/** A label of a host name: letters, digits and hyphens, also the underscore that some networks use. */
const HOST_NAME = /^(?=.{1,253}$)[\p{L}\p{N}_]([\p{L}\p{N}_-]{0,62})(\.[\p{L}\p{N}_]([\p{L}\p{N}_-]{0,62}))*\.?$/u;

const STUN_PORT = 3478;

/** `stun.example.com`, `198.51.100.10:3478`, `[2001:db8::10]:3478`. */
export function parseServerName(name: string): Result<ServerName, ServerNameProblem> {
  if (name === EMBEDDED.name) return ok({ name, host: EMBEDDED.primary, port: EMBEDDED.port });
  const [, url] = /^[a-z]+:\/\/([^/]*)/i.exec(name) ?? [];
  if (url !== undefined) return wrong('url', { given: name, right: url || 'stun.example.com' });
  if (/[[\]]/.test(name) || familyOf(name) === 'ipv6') return readIpv6Server(name);
  const [host = '', port, ...more] = name.split(':');
  if (more.length > 0) return wrong('not-a-name', { given: name });
  if (/^[\d.]+$/.test(host) ? !isIpv4(host) : !HOST_NAME.test(host)) return wrong('not-a-name', { given: name });
  if (isIpv4(host) && scopeOf(host) === 'special') return wrong('special', { given: name });
  return withPort(name, host, port);
}

function withPort(name: string, host: string, given: string | undefined): Result<ServerName, ServerNameProblem> {
  if (given === undefined)
    return ok({ name, host, port: STUN_PORT, ...(familyOf(host) === null ? { mayBeDomain: true } : {}) });
  const port = /^\d{1,5}$/.test(given) ? Number(given) : 0;
  return port >= 1 && port <= 65_535 ? ok({ name, host, port }) : wrong('port', { given: name, port: given });
}

/** RFC 3986 section 3.2.2 has brackets, which leave no doubt what the port is; without them there is none. */
function readIpv6Server(name: string): Result<ServerName, ServerNameProblem> {
  const bracketed = /^\[([^[\]]*)\](?::(.*))?$/.exec(name);
  if (!bracketed && familyOf(name) !== 'ipv6') return wrong('not-ipv6', { given: name });
  const [, text = name, port] = bracketed ?? [];
  if (text.includes('%')) return wrong('zone', { given: name });
  const host = canonicalIp(text);
  if (host === null || familyOf(host) !== 'ipv6') return wrong('not-ipv6', { given: name });
  const two = bracketed ? null : otherReading(name);
  if (two !== null) return wrong('ambiguous', { given: name, one: `[${name}]`, other: two });
  const ipv4 = wrappedIpv4(host);
  if (ipv4 !== null) return wrong('wrapped', { given: name, right: ipv4 });
  if (scopeOf(host) === 'link-local') return wrong('zone', { given: name });
  if (scopeOf(host) === 'special') return wrong('special', { given: name });
  return withPort(name, host, port);
}

/** `2001:db8::10:3478` is an address, but so is what stands before its last colon. */
function otherReading(name: string): string | null {
  const at = name.lastIndexOf(':');
  const [host, port] = [name.slice(0, at), name.slice(at + 1)];
  return familyOf(host) === 'ipv6' && /^\d{2,5}$/.test(port) ? `[${host}]:${port}` : null;
}
