import { promises as dns } from 'node:dns';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { domainToASCII } from 'node:url';
import { canonicalIp, err, type Family, familyOf, type Milliseconds, ok, type Result } from '../../base/index.ts';
import type { DnsError, Names } from '../contract.ts';
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
  const resolver = new dns.Resolver({ timeout: FIRST_TRY, tries: 3 });
  if (options.servers !== null) resolver.setServers(options.servers);
  // `tries` and `timeout` count per server, and how many servers there are is the user's choice.
  const alarm = setTimeout(() => resolver.cancel(), options.limit);
  try {
    const found = family === 'ipv4' ? await resolver.resolve4(name) : await resolver.resolve6(name);
    return ok(inOneForm(found));
  } catch (error) {
    const code = errorCode(error) === 'ECANCELLED' ? 'ETIMEOUT' : errorCode(error);
    return err({ kind: KINDS[code] ?? 'other', code });
  } finally {
    clearTimeout(alarm);
  }
}
