import { createSecureContext } from 'node:tls';
import type { FastifyInstance } from 'fastify';
import { err, ok, type Result } from '../../base/index.ts';

export interface ListenFailure {
  readonly kind: 'in-use' | 'permission' | 'no-such-address' | 'other';
  readonly code: string;
}

const KINDS: Readonly<Record<string, ListenFailure['kind']>> = {
  EADDRINUSE: 'in-use',
  EACCES: 'permission',
  EADDRNOTAVAIL: 'no-such-address',
};

/** The port that it listens at; 0 is any free one. */
export async function listen(
  app: FastifyInstance,
  at: { readonly host: string; readonly port: number },
): Promise<Result<number, ListenFailure>> {
  try {
    const url = await (app.listen(at) as Promise<string>);
    return ok(Number(new URL(url).port) || at.port);
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    if (typeof code !== 'string') throw error;
    return err({ kind: KINDS[code] ?? 'other', code });
  }
}

/** What is wrong with them, as OpenSSL calls it; null: nothing. */
export function tlsFault(cert: string, key: string): string | null {
  try {
    createSecureContext({ cert, key });
    return null;
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    return typeof code === 'string' ? code : 'ERR_OSSL';
  }
}
