import type { Milliseconds, PortRange, Result } from '../base/index.ts';

/** A service, as whoever controls it knows it. */
export interface Service {
  /** `asterisk.service`; of Windows the short name; of the user's own commands the name that he gave. */
  readonly name: string;
  readonly state:
    | 'running'
    | 'stopped'
    /** It ended by itself, or would not start. */
    | 'failed'
    /** On its way from one to another; one that dies and is started over and over is there most of the time. */
    | 'changing'
    /** Nobody here knows it. */
    | 'missing';
  /** What is stopped along with it at once, whether or not it runs. */
  readonly takesAlong: readonly string[];
  /** What has to run before it starts, as far as it is among those that are stopped. */
  readonly after: readonly string[];
}

/** Why a service is not what it should be. */
export interface ServiceFailure {
  readonly kind:
    | 'missing'
    | 'permission'
    /** It was told, and is not there yet. It may come still. */
    | 'timed-out'
    | 'failed'
    /** It started, and then it ended. */
    | 'died'
    /** Whoever should have done it is gone; whether it is done is not known. */
    | 'keeper-lost'
    /** Nobody could be found who would restore it, should this program die. */
    | 'no-keeper';
  /** What the controller says of it last: some lines of a log, never more than 20. */
  readonly lines: readonly string[];
}

type Done = Promise<Result<null, ServiceFailure>>;

/**
 * Stops services and starts them again, from a process of its own. When this program is gone, for whatever reason, it
 * starts all that it has stopped and not started yet; never before.
 */
export interface Keeper {
  /** `systemd`: a unit of its own; `process`: one that has left terminal and group of this one; `none`: this program itself. */
  readonly kind: 'systemd' | 'process' | 'none';
  /** Settles when it has stopped, or was found not to. What stops along with it is not told. */
  stop(service: string, patience: Milliseconds): Done;
  /** Settles when it runs, as far as its controller can tell, or was found not to. One that runs is left alone. */
  start(service: string, patience: Milliseconds): Done;
  /** Called once if it is gone before it was told to end. */
  onLost(listener: () => void): void;
  /** All is well again: nothing is left for it to do. */
  end(): Promise<void>;
}

/** A controller of services: systemd, that of Windows, or commands of the user's own. */
export interface Services {
  readonly kind: 'systemd' | 'windows' | 'commands';
  /** The service that has this process; null: none that can be stopped, as far as is known. */
  ofProcess(pid: number | 'self'): Promise<string | null>;
  /** One for each name, in the same order. */
  look(names: readonly string[]): Promise<Result<readonly Service[], ServiceFailure>>;
  /** What its log says last; none where there is none. */
  lastLines(name: string): Promise<readonly string[]>;
  /** Whether this user may stop and start; nothing is changed by the question. */
  mayControl(): Promise<Result<null, ServiceFailure>>;
  /**
   * From when this settles somebody is there who restores; `stopped` as well, which another one has stopped, in this
   * order. `unguarded`: the last resort, when something has to be started and no keeper can be had.
   */
  keeper(how: 'guarded' | 'unguarded', stopped: readonly string[]): Promise<Result<Keeper, ServiceFailure>>;
}

/** A service that the user has described himself. The commands are program and arguments; no shell reads them. */
export interface OwnService {
  readonly name: string;
  readonly stop: readonly string[];
  readonly start: readonly string[];
  /** Ends with 0 while the service runs, and with another code while it does not. */
  readonly status: readonly string[];
  /** The ports that it holds; null: of those that are checked all that somebody holds and that no other one has. */
  readonly udp: readonly PortRange[] | null;
  readonly tcp: readonly PortRange[] | null;
}

export interface ServiceControl {
  /** That of this system; null: there is none that we know. */
  ofSystem(): Services | null;
  ofCommands(services: readonly OwnService[]): Services;
}
