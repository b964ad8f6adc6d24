import { connect as connectTcp, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { domainToASCII } from 'node:url';
import { type Endpoint, isIpv4, type Milliseconds } from '../../base/index.ts';
import type { Tls, TlsLook } from '../contract.ts';
import { readCertificate } from './certificate.ts';
import { errorCode } from './failures.ts';
import { trusted } from './trusted.ts';

/** For connecting and the handshake together. */
const PATIENCE: Milliseconds = 3_000;

type NodeTlsModule = typeof import('node:tls');

export function nodeTls(environment: Readonly<Record<string, string | undefined>>): Tls {
  let roots: Promise<readonly string[]> | undefined;
  return {
    async look(to, name) {
      const until = AbortSignal.timeout(PATIENCE);
      const socket = await connected(to, until);
      if ('kind' in socket) return socket;
      // Loading it takes as long as a hundred packets, and most checks need none of it.
      const module = await import('node:tls');
      const ca = await (roots ??= trusted(environment['SSL_CERT_FILE'], module));
      return shake({ module, socket, name: name && domainToASCII(name), ca, until });
    },
  };
}

const connected = (to: Endpoint, until: AbortSignal): Promise<Socket | TlsLook> =>
  new Promise((resolve) => {
    const socket = connectTcp({ host: to.address, port: to.port, signal: until });
    socket.once('error', (error) => {
      const code = until.aborted ? 'ETIMEDOUT' : errorCode(error);
      resolve(NO_LISTENER.has(code) ? { kind: 'nobody' } : failed(code));
    });
    socket.once('connect', () => resolve(socket));
  });

const NO_LISTENER = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL', 'EINVAL']);

interface Handshake {
  readonly module: NodeTlsModule;
  readonly socket: Socket;
  readonly name: string | null;
  readonly ca: readonly string[];
  readonly until: AbortSignal;
}

const shake = ({ module, socket, name, ca, until }: Handshake): Promise<TlsLook> =>
  new Promise((resolve) => {
    // Everything that can be shown is looked at, however old; judging it is not for the hands.
    const tls = module.connect({
      socket,
      ca: [...ca],
      rejectUnauthorized: false,
      checkServerIdentity: () => undefined,
      minVersion: 'TLSv1',
      ciphers: 'DEFAULT@SECLEVEL=0',
      // An address is no server name (RFC 6066 section 3).
      ...(name === null || isIpv4(name) ? {} : { servername: name }),
    });
    const end = (look: TlsLook): void => {
      until.removeEventListener('abort', silent);
      resolve(look);
    };
    const silent = (): void => {
      tls.destroy();
      end(failed('ETIMEDOUT'));
    };
    until.addEventListener('abort', silent);
    tls.on('error', (error) => end(failed(errorCode(error))));
    tls.once('secureConnect', () => {
      end(shown(tls, name));
      // Says goodbye first: a server may write every connection that breaks into its log.
      tls.destroySoon();
    });
  });

function shown(tls: TLSSocket, name: string | null): TlsLook {
  const certificate = tls.getPeerX509Certificate();
  // Suites without certificates are not among those that were offered.
  if (!certificate) return { kind: 'failed', why: 'refused', code: 'no-certificate' };
  // The types have it as an Error; it is the code.
  const verified = tls.authorized ? null : String(tls.authorizationError);
  return { kind: 'shown', certificate: readCertificate(certificate, name, verified, tls.getProtocol() ?? 'unknown') };
}

/** What was read was no record of TLS. */
const NOT_TLS = /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|RECORD_LAYER_FAILURE|BAD_RECORD_TYPE|HTTP_REQUEST/;

function failed(code: string): TlsLook {
  if (code === 'ETIMEDOUT') return { kind: 'failed', why: 'silent', code };
  if (NOT_TLS.test(code)) return { kind: 'failed', why: 'not-tls', code };
  // The other side ended, by a reset or by the book.
  if (code === 'ECONNRESET' || code === 'EPIPE') return { kind: 'failed', why: 'ended', code };
  return { kind: 'failed', why: 'refused', code };
}
