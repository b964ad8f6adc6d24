import type { SocketFailure } from '../contract.ts';

const KINDS: Readonly<Record<string, SocketFailure['kind']>> = {
  EADDRINUSE: 'in-use',
  // EPERM is what Linux says when the host's own packet filter drops an outgoing packet.
  EPERM: 'permission',
  EACCES: 'permission',
  EADDRNOTAVAIL: 'no-such-address',
  EMFILE: 'no-more-sockets',
  ENFILE: 'no-more-sockets',
  ENETUNREACH: 'unreachable',
  EHOSTUNREACH: 'unreachable',
  ENETDOWN: 'unreachable',
  EHOSTDOWN: 'unreachable',
  ECONNREFUSED: 'refused',
};

export const errorCode = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'UNKNOWN';

export const socketFailure = (error: unknown): SocketFailure => failureOfCode(errorCode(error));

export const failureOfCode = (code: string): SocketFailure => ({ kind: KINDS[code] ?? 'other', code });
