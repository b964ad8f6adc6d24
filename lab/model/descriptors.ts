import { type Endpoint, err, ok, type Result } from '../../src/base/index.ts';
import type { SocketFailure } from '../../src/system/index.ts';
import type { Bindings } from './bindings.ts';

/** How many sockets a process has and may have; UDP and TCP share them. */
export interface Descriptors {
  free(): number;
  open(): number;
  take(): void;
  giveBack(): void;
}

export function createDescriptors(limit: number): Descriptors {
  let count = 0;
  return {
    free: () => limit - count,
    open: () => count,
    take: () => {
      count++;
    },
    giveBack: () => {
      count--;
    },
  };
}

/** The endpoint of a new socket, with one of the process's descriptors taken for it; or what Linux says instead. */
export function reserve(
  bindings: Pick<Bindings<never>, 'canBind' | 'mayBind' | 'choose'>,
  descriptors: Descriptors,
  wanted: Endpoint,
): Result<Endpoint, SocketFailure> {
  if (!bindings.canBind(wanted.address)) return err({ kind: 'no-such-address', code: 'EADDRNOTAVAIL' });
  if (!bindings.mayBind(wanted.port)) return err({ kind: 'permission', code: 'EACCES' });
  if (descriptors.free() <= 0) return err({ kind: 'no-more-sockets', code: 'EMFILE' });
  const local = bindings.choose(wanted);
  if (local === null) return err({ kind: 'in-use', code: 'EADDRINUSE' });
  descriptors.take();
  return ok(local);
}
