import { promises as dns, type SrvRecord } from 'node:dns';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { domainToASCII } from 'node:url';
import { canonicalIp, err, type Family, familyOf, type Milliseconds, ok, type Result } from '../../base/index.ts';
import type { DnsError, Names, StunService } from '../contract.ts';
import { errorCode } from './failures.ts';
import { hostsFileAddresses } from './hosts-file.ts';

/*
 * The operating system's own resolver (dns.lookup) says ENOTFOUND or EAI_AGAIN for nearly everything, and takes
 * as long as its configuration lets it. To the user "no such name" and "your DNS server is silent" are different
 * faults, so the DNS servers are asked directly, and the hosts file, which that leaves out, is read first.
 * Search domains and multicast DNS are left out: a reflector on the internet has a full name.
 */

export interface NamesOptions {
  readonly hostsFile: string;
  /** `127.0.0.1:5353`; null: those of the operating system. */
  readonly servers: readonly string[] | null;
  readonly limit: Milliseconds;
}

const DEFAULTS: NamesOptions = {
  hostsFile:
    process.platform === 'win32'
      ? join(process.env['SystemRoot'] ?? 'C:\\Windows', 'System32', 'drivers', 'etc', 'hosts')
      : '/etc/hosts',
  servers: null,
  limit: 4_900,
};

/** Lets three servers be asked once, or one of them three times, before the limit. */
const FIRST_TRY: Milliseconds = 1_200;

/** It only refines: most names are those of hosts, and nobody waits long to know. */
const SERVICE_LIMIT: Milliseconds = 2_000;

const KINDS: Readonly<Record<string, DnsError['kind']>> = {
  ENOTFOUND: 'no-such-name',
  ENODATA: 'no-address',
  EBADNAME: 'no-such-name',
  // Nobody listens at the server's address; or the server answers that it will not answer us.
  ECONNREFUSED: 'refused',
  EREFUSED: 'refused',
  ETIMEOUT: 'timeout',
};

export function nodeNames(overrides: Partial<NamesOptions> = {}): Names {
  const options = { ...DEFAULTS, ...overrides };
  return {
    async resolve(name, family) {
      // Also turns a name with letters beyond ASCII into what DNS knows; empty for what cannot be a name.
      const ascii = domainToASCII(name).replace(/\.$/, '');
      if (ascii === '') return err({ kind: 'no-such-name', code: 'EBADNAME' });
      const local = await withoutDns(ascii, family, options.hostsFile);
      return local.length > 0 ? ok(local) : askDns(ascii, family, options);
    },
    async stunServices(domain) {
      const ascii = domainToASCII(domain).replace(/\.$/, '');
      if (ascii === '' || ascii === 'localhost') return [];
      const found = await ask(options.servers, SERVICE_LIMIT, (resolver) => resolver.resolveSrv(`_stun._udp.${ascii}`));
      return found.kind === 'ok' ? inOrder(found.value) : [];
    },
  };
}

const LOOPBACK: Readonly<Record<Family, string>> = { ipv4: '127.0.0.1', ipv6: '::1' };

async function withoutDns(name: string, family: Family, hostsFile: string): Promise<readonly string[]> {
  const isWanted = (text: string) => familyOf(text) === family && canonicalIp(text) !== null;
  if (isWanted(name)) return [name];
  // RFC 6761 section 6.3: these never leave the machine, whatever the files and servers say.
  if (name === 'localhost' || name.endsWith('.localhost')) return [LOOPBACK[family]];
  const text = await readFile(hostsFile, 'utf8').catch(() => '');
  return inOneForm(hostsFileAddresses(text, name, isWanted));
}

/** Files may write an IPv6 address in many ways. */
const inOneForm = (addresses: readonly string[]): string[] =>
  addresses.flatMap((address) => canonicalIp(address) ?? []);

async function askDns(
  name: string,
  family: Family,
  options: NamesOptions,
): Promise<Result<readonly string[], DnsError>> {
  const found = await ask(options.servers, options.limit, (resolver) =>
    family === 'ipv4' ? resolver.resolve4(name) : resolver.resolve6(name),
  );
  return found.kind === 'ok' ? ok(inOneForm(found.value)) : found;
}

/** `.` says that the domain has no such service (RFC 2782). Those of one priority, the heaviest first. */
const inOrder = (records: readonly SrvRecord[]): StunService[] =>
  records
    .filter(({ name, port }) => name !== '' && name !== '.' && port > 0)
    .sort((a, b) => a.priority - b.priority || b.weight - a.weight || (a.name < b.name ? -1 : 1))
    .map(({ name, port }) => ({ host: name, port }));

async function ask<T>(
  servers: readonly string[] | null,
  limit: Milliseconds,
  question: (resolver: dns.Resolver) => Promise<T>,
): Promise<Result<T, DnsError>> {
  const resolver = new dns.Resolver({ timeout: FIRST_TRY, tries: 3 });
  if (servers !== null) resolver.setServers(servers);
  // `tries` and `timeout` count per server, and how many servers there are is the user's choice.
  const alarm = setTimeout(() => resolver.cancel(), limit);
  try {
    return ok(await question(resolver));
  } catch (error) {
    const code = errorCode(error) === 'ECANCELLED' ? 'ETIMEOUT' : errorCode(error);
    return err({ kind: KINDS[code] ?? 'other', code });
  } finally {
    clearTimeout(alarm);
  }
}
