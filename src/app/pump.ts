import type { Milliseconds } from '../base/index.ts';
import type { Engine, Input, Output, SocketKey } from '../engine/index.ts';
import type { LivePorts, System, TcpListener, Timer, UdpSocket, Watch, Watched } from '../system/index.ts';

/** An engine at work. */
export interface Pump {
  /** Settles when the engine is done and all its sockets are closed. */
  readonly done: Promise<void>;
  /** Lets the engine end early. */
  cancel(): void;
}

/** Where the ports that are checked are opened. */
export type CheckedPorts = Pick<LivePorts, 'udp' | 'tcp'>;

/** Carries inputs from the system to the engine and its outputs back, until it is done. */
export function pump<T>(
  engine: Engine<T>,
  system: System,
  observed: (observation: T) => void,
  helperBound: (port: number) => void = () => undefined,
  ports: CheckedPorts = system,
): Pump {
  const worker = new Worker(engine, system, observed, helperBound, ports);
  worker.start();
  return { done: worker.done, cancel: () => worker.feed({ kind: 'cancel' }) };
}

class Worker<T> {
  readonly #engine: Engine<T>;
  readonly #system: System;
  readonly #observed: (observation: T) => void;
  readonly #helperBound: (port: number) => void;
  readonly #ports: CheckedPorts;
  readonly done: Promise<void>;
  #settle!: { readonly finish: () => void; readonly fail: (reason: unknown) => void };
  readonly #sockets = new Map<SocketKey, UdpSocket>();
  readonly #listeners = new Map<number, TcpListener>();
  readonly #exchanges = new Map<number, Timer>();
  #watch: Watch | null = null;
  #timer: { readonly at: Milliseconds; readonly timer: Timer } | null = null;
  #draining = false;
  #drainsSoon = false;
  #now: Milliseconds = 0;
  #over = false;

  constructor(
    engine: Engine<T>,
    system: System,
    observed: (observation: T) => void,
    helperBound: (port: number) => void,
    ports: CheckedPorts,
  ) {
    this.#helperBound = helperBound;
    this.#ports = ports;
    this.#engine = engine;
    this.#system = system;
    this.#observed = observed;
    this.done = new Promise((finish, fail) => {
      this.#settle = { finish, fail };
    });
  }

  feed(input: Input): void {
    this.#drain(this.#handle(input));
  }

  #handle(input: Input): Milliseconds {
    // What comes in the middle of the work comes at its time: the engine's clock does not go back afterwards.
    const now = this.#draining ? this.#now : this.#system.clock.now();
    if (this.#over) return now;
    try {
      this.#engine.handle(input, now);
    } catch (error) {
      this.#stop(() => this.#settle.fail(error));
    }
    return now;
  }

  /** What comes at one time is answered together: looking what to do next costs more than an answer. */
  #arrived(input: Input): void {
    this.#handle(input);
    if (this.#drainsSoon) return;
    this.#drainsSoon = true;
    queueMicrotask(() => {
      this.#drainsSoon = false;
      this.#drain(this.#system.clock.now());
    });
  }

  start(): void {
    this.#drain(this.#system.clock.now());
  }

  /**
   * All of it at one time: asking the clock for each packet costs a tenth of sending it. A bug in the engine must not
   * leave a socket open.
   */
  #drain(now: Milliseconds): void {
    if (this.#draining || this.#over) return;
    this.#draining = true;
    this.#now = now;
    try {
      while (this.#step(now));
    } catch (error) {
      this.#stop(() => this.#settle.fail(error));
    } finally {
      this.#draining = false;
    }
  }

  /** Carries out one output; false: nothing more for now. */
  #step(now: Milliseconds): boolean {
    const output = this.#engine.next(now);
    switch (output.kind) {
      case 'send':
        this.#sockets.get(output.socket)?.send(output.bytes, output.to);
        return true;
      case 'observed':
        this.#observed(output.observation);
        return true;
      case 'open':
        this.#open(output.socket, output.local);
        return true;
      case 'close':
        this.#sockets.get(output.socket)?.close();
        this.#sockets.delete(output.socket);
        return true;
      case 'listen':
        this.#listen(output.port, output.local);
        return true;
      case 'unlisten':
        this.#listeners.get(output.port)?.close();
        this.#listeners.delete(output.port);
        return true;
      case 'exchange':
        this.#exchange(output);
        return true;
      case 'watch':
        this.#watchFor(output.watched);
        return true;
      case 'wait':
        this.#wakeAt(output.until);
        return false;
      case 'done':
        this.#stop(this.#settle.finish);
        return false;
      default:
        return output satisfies never;
    }
  }

  #open(socket: SocketKey, local: Parameters<System['udp']['open']>[0]): void {
    // Negative: not checked, and speaks to servers.
    const isHelper = socket < 0;
    const opened = (isHelper ? this.#system : this.#ports).udp.open(local, {
      bound: (at) => {
        if (isHelper) this.#helperBound(at.port);
        this.feed({ kind: 'bound', socket, local: at });
      },
      failed: (failure) => this.feed({ kind: 'bind-failed', socket, failure }),
      datagram: (bytes, from) => this.#arrived({ kind: 'datagram', socket, bytes, from }),
      notSent: (failure) => this.feed({ kind: 'not-sent', socket, failure }),
    });
    this.#sockets.set(socket, opened);
  }

  #listen(port: number, local: Parameters<System['tcp']['listen']>[0]): void {
    const listener = this.#ports.tcp.listen(local, {
      bound: () => this.feed({ kind: 'listens', port }),
      failed: (failure) => this.feed({ kind: 'listen-failed', port, failure }),
      connected: (from) => this.feed({ kind: 'visited', port, from }),
      arrived: (from, bytes) => this.feed({ kind: 'called', port, bytes, from }),
    });
    this.#listeners.set(port, listener);
  }

  #exchange({ exchange, from, to, request }: Extract<Output<T>, { kind: 'exchange' }>): void {
    const running = this.#system.tcp.exchange(from, to, request, (bytes) => {
      this.#exchanges.delete(exchange);
      this.feed({ kind: 'exchanged', exchange, bytes });
    });
    this.#exchanges.set(exchange, running);
  }

  #watchFor(watched: Watched): void {
    this.#watch ??= this.#system.wire.watch(watched, {
      watching: () => undefined,
      failed: (failure) => this.feed({ kind: 'not-watching', failure }),
      arrived: (packets) => this.feed({ kind: 'captured', packets }),
      passedOn: (packets) => this.feed({ kind: 'passed-on', packets }),
      turnedBack: (error) => this.feed({ kind: 'turned-back', error }),
      knocked: (knocks) => this.feed({ kind: 'knocked', knocks }),
    });
  }

  /** A timer that fires early does no harm: it is only moved when it would be late. */
  #wakeAt(at: Milliseconds): void {
    if (this.#timer && this.#timer.at <= at) return;
    this.#timer?.timer.cancel();
    this.#timer = null;
    if (at === Number.POSITIVE_INFINITY) return;
    const timer = this.#system.clock.at(at, () => {
      this.#timer = null;
      this.feed({ kind: 'tick' });
    });
    this.#timer = { at, timer };
  }

  #stop(then: () => void): void {
    if (this.#over) return;
    this.#over = true;
    this.#timer?.timer.cancel();
    for (const socket of this.#sockets.values()) socket.close();
    this.#sockets.clear();
    this.#watch?.close();
    for (const listener of this.#listeners.values()) listener.close();
    this.#listeners.clear();
    for (const exchange of this.#exchanges.values()) exchange.cancel();
    this.#exchanges.clear();
    then();
  }
}
