import type { Milliseconds } from '../base/index.ts';
import type { ProbePlan } from '../plan/index.ts';
import type { Controls, HowOften } from './controls.ts';
import type { Newcomers } from './newcomers.ts';
import type { Outbox } from './outbox.ts';
import type { Sentinels } from './sentinels.ts';
import type { Throttle } from './throttle.ts';
import type { Observation } from './types.ts';

export interface PauseTools {
  readonly plan: ProbePlan;
  readonly outbox: Outbox<Observation>;
  readonly controls: Controls;
  readonly sentinels: Sentinels;
  readonly newcomers: Newcomers;
  readonly throttle: Throttle;
}

type Who = Extract<Observation, { kind: 'paused' }>['by'];

interface Pause {
  readonly by: Who;
  readonly since: Milliseconds;
  readonly until: Milliseconds;
  knocks: number;
}

/** Since the pause began: when somebody looks whether it is over, twice each time, since one packet may be lost. */
const KNOCKS: readonly Milliseconds[] = [2, 5, 10, 15, 20, 30, 40, 50, 60].flatMap((second) => [
  1000 * second,
  1000 * second + 300,
]);
/** A router that has had enough of us three times will have enough of us again. */
const MOST_PAUSES = 3;

/**
 * A run that takes its time at ten packets per second is worth waiting for at five, too. Slowed down from hundreds, a
 * large range takes longer than anybody waits for.
 */
const TWICE = 2;

/** So long a server that is asked too much is left alone, but for a probe now and then. */
const REST: Milliseconds = 3000;

/**
 * When a router refuses new flows, or a server falls silent, the ports wait; a few packets look whether it is over,
 * and then all goes on more slowly (docs/decisions/0009).
 */
export class Pauses {
  readonly #tools: PauseTools;
  #pause: Pause | null = null;
  #count = 0;
  /** Since when the ports are asked more slowly than usual, and whose doing that is. */
  #slow: { readonly by: Who; readonly since: Milliseconds } | null = null;
  /** The server said so, and no pause has followed yet. */
  #isRefused = false;
  #isPolite = false;

  constructor(tools: PauseTools) {
    this.#tools = tools;
  }

  /** The server has said that it has no strength for one request. */
  serverRefused(): void {
    this.#isRefused = true;
  }

  /** How often control probes are to be sent while ports are asked. */
  get howOften(): HowOften {
    return this.#isPolite ? 'seldom' : 'usually';
  }

  /** Until when the ports wait; null: they do not; `over`: there is no sense in going on. */
  work(now: Milliseconds): Milliseconds | null | 'over' {
    const { sentinels, newcomers, controls } = this.#tools;
    if (this.#pause) return this.#wait(this.#pause, now);
    if (sentinels.refused) return this.#begin('router', now);
    if (newcomers.refused) return this.#begin('outbound', now);
    if (controls.dead) return this.#begin('server', now);
    if (this.#isRefused) return this.#rest(now);
    const slow = this.#slow;
    if (!slow || this.#tools.throttle.slowness <= TWICE) return null;
    return now - slow.since > this.#tools.plan.patience.slow ? this.#giveUp(slow.by, now) : null;
  }

  #begin(by: Who, now: Milliseconds): Milliseconds | 'over' {
    const { plan, outbox } = this.#tools;
    const patience = by === 'server' ? plan.patience.server : plan.patience.router;
    if (patience === 0 || this.#count >= MOST_PAUSES) return this.#giveUp(by, now);
    this.#count++;
    this.#pause = { by, since: now, until: now + patience, knocks: 0 };
    outbox.observed({ kind: 'paused', at: now, by, until: this.#pause.until });
    return now;
  }

  /** A server that is asked too much is left alone for a moment, then asked politely. */
  #rest(now: Milliseconds): Milliseconds | 'over' {
    const begun = this.#begin('server', now);
    this.#isPolite = true;
    this.#tools.throttle.polite();
    return begun;
  }

  #wait(pause: Pause, now: Milliseconds): Milliseconds | 'over' | null {
    const { controls, sentinels, newcomers } = this.#tools;
    const control = controls.work(now, 'seldom');
    const watched = Math.min(sentinels.watch(now), newcomers.watch(now));
    if (this.#isOver(pause)) return this.#resume(pause, now);
    if (now >= pause.until) return this.#giveUp(pause.by, now);
    const knock = pause.since + (KNOCKS[pause.knocks] ?? Number.POSITIVE_INFINITY);
    if (now < knock || pause.by === 'server')
      return Math.min(control, watched, knock > now ? knock : control, pause.until);
    pause.knocks++;
    if (pause.by === 'router') sentinels.knock(now);
    else newcomers.knock(now);
    return now;
  }

  #isOver({ by, since }: Pause): boolean {
    const { controls, sentinels, newcomers } = this.#tools;
    if (by === 'server' && this.#isPolite) return controls.answersSince(since + REST);
    if (by === 'router') return sentinels.letInSince(since);
    return by === 'outbound' ? newcomers.letOutSince(since) : controls.answersSince(since);
  }

  #resume({ by, since }: Pause, now: Milliseconds): null {
    const { outbox, throttle, controls } = this.#tools;
    outbox.observed({ kind: 'resumed', at: now, by, since });
    this.#pause = null;
    this.#isRefused = false;
    // An interruption of the path is no sign that the pace was too much.
    if (by !== 'server' || this.#isPolite || this.#count > 1) this.#slow ??= { by, since: now };
    if (this.#isPolite) throttle.polite();
    else if (this.#slow) throttle.slower();
    controls.hurry(now);
    return null;
  }

  #giveUp(by: Who, at: Milliseconds): 'over' {
    this.#tools.outbox.observed({ kind: by === 'server' ? 'server-lost' : 'refused-by-router', at });
    return 'over';
  }
}
