import { EMBEDDED, type ServerName } from '../app/index.ts';
import { canonicalIp, familyOf, isIpv4, ok, type Result, scopeOf, wrappedIpv4 } from '../base/index.ts';
import { type Mistake, wrong } from './types.ts';

/** A label of a host name: letters, digits and hyphens, also the underscore that some networks use. */
const HOST_NAME = /^(?=.{1,253}$)[\p{L}\p{N}_]([\p{L}\p{N}_-]{0,62})(\.[\p{L}\p{N}_]([\p{L}\p{N}_-]{0,62}))*\.?$/u;

const STUN_PORT = 3478;

/** `stun.example.com`, `198.51.100.10:3478`, `[2001:db8::10]:3478`. */
export function readServer(name: string): Result<ServerName, Mistake> {
  if (name === EMBEDDED.name) return ok({ name, host: EMBEDDED.primary, port: EMBEDDED.port });
  const [, url] = /^[a-z]+:\/\/([^/]*)/i.exec(name) ?? [];
  if (url !== undefined) return wrong('server.url', { given: name, right: url || 'stun.example.com' });
  if (/[[\]]/.test(name) || familyOf(name) === 'ipv6') return readIpv6Server(name);
  const [host = '', port, ...more] = name.split(':');
  if (more.length > 0) return wrong('server.not-a-name', { given: name });
  if (/^[\d.]+$/.test(host) ? !isIpv4(host) : !HOST_NAME.test(host)) return wrong('server.not-a-name', { given: name });
  if (isIpv4(host) && scopeOf(host) === 'special') return wrong('server.special', { given: name });
  return withPort(name, host, port);
}

function withPort(name: string, host: string, given: string | undefined): Result<ServerName, Mistake> {
  if (given === undefined)
    return ok({ name, host, port: STUN_PORT, ...(familyOf(host) === null ? { mayBeDomain: true } : {}) });
  const port = /^\d{1,5}$/.test(given) ? Number(given) : 0;
  return port >= 1 && port <= 65_535 ? ok({ name, host, port }) : wrong('server.port', { given: name, port: given });
}

/** RFC 3986 section 3.2.2 has brackets, which leave no doubt what the port is; without them there is none. */
function readIpv6Server(name: string): Result<ServerName, Mistake> {
  const bracketed = /^\[([^[\]]*)\](?::(.*))?$/.exec(name);
  if (!bracketed && familyOf(name) !== 'ipv6') return wrong('server.not-ipv6', { given: name });
  const [, text = name, port] = bracketed ?? [];
  if (text.includes('%')) return wrong('server.zone', { given: name });
  const host = canonicalIp(text);
  if (host === null || familyOf(host) !== 'ipv6') return wrong('server.not-ipv6', { given: name });
  const two = bracketed ? null : otherReading(name);
  if (two !== null) return wrong('server.ambiguous', { given: name, one: `[${name}]`, other: two });
  const ipv4 = wrappedIpv4(host);
  if (ipv4 !== null) return wrong('server.wrapped', { given: name, right: ipv4 });
  if (scopeOf(host) === 'link-local') return wrong('server.zone', { given: name });
  if (scopeOf(host) === 'special') return wrong('server.special', { given: name });
  return withPort(name, host, port);
}

/** `2001:db8::10:3478` is an address, but so is what stands before its last colon. */
function otherReading(name: string): string | null {
  const at = name.lastIndexOf(':');
  const [host, port] = [name.slice(0, at), name.slice(at + 1)];
  return familyOf(host) === 'ipv6' && /^\d{2,5}$/.test(port) ? `[${host}]:${port}` : null;
}
