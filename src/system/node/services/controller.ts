import type { Milliseconds, Result } from '../../../base/index.ts';
import type { OwnService, Service, ServiceFailure } from '../../services.ts';

type Done = Promise<Result<null, ServiceFailure>>;

/** Whoever stops and starts services of this machine: what the keeper works with. */
export interface Controller {
  look(names: readonly string[]): Promise<Result<readonly Service[], ServiceFailure>>;
  lastLines(name: string): Promise<readonly string[]>;
  stop(name: string, patience: Milliseconds): Done;
  /** In the order in which they are to start. One that runs is left alone. */
  start(names: readonly string[], patience: Milliseconds): Done;
  /** A start that comes while it is still stopping is not lost. */
  readonly mayStartWhileStopping: boolean;
}

/** Enough to make one, in another process, too. */
export type ControllerSpec =
  | { readonly kind: 'systemd' }
  | { readonly kind: 'windows' }
  | { readonly kind: 'commands'; readonly services: readonly OwnService[] };
