import type { Milliseconds } from '../../src/base/index.ts';
import type { Chance } from './chance.ts';
import type { Events } from './events.ts';
import type { Packet } from './packet.ts';
import type { Link, Watch } from './watch.ts';

/** What the link between router and internet does to packets, in one direction. Chances from 0 to 1, independent of each other. */
export interface LinkBehaviour {
  readonly loss: number;
  /** One way, in the mean. */
  readonly delay: Milliseconds;
  /** Up to so much more or less. By itself it does not change the order of packets. */
  readonly jitter: Milliseconds;
  readonly duplicate: number;
  /** Chance that a packet is held back, so that later ones overtake it. */
  readonly reorder: number;
}

/** How long a packet is held back at most. */
const HELD_BACK: Milliseconds = 50;

export type Carry = (packet: Packet) => void;

interface LinkTools {
  readonly events: Events;
  readonly chance: Chance;
  readonly watch: Watch;
  /** Beside chance: lost, or so much later than others; null: neither. */
  readonly meddle?: (packet: Packet) => 'lost' | Milliseconds | null;
}

export function createLink(
  link: Link,
  { loss, delay, jitter, duplicate, reorder }: LinkBehaviour,
  { events, chance, watch, meddle = () => null }: LinkTools,
  arrive: Carry,
): Carry {
  let latest: Milliseconds = 0;
  const happens = (probability: number): boolean => probability > 0 && chance.real() < probability;
  const trip = (): Milliseconds => (jitter > 0 ? Math.max(0, delay + jitter * (2 * chance.real() - 1)) : delay);

  function arrival(): Milliseconds {
    const due = events.now() + trip();
    if (happens(reorder)) {
      watch.bump(link, 'reordered');
      return due + chance.real() * HELD_BACK;
    }
    latest = Math.max(latest, due);
    return latest;
  }

  function carryOne(packet: Packet): void {
    const fate = meddle(packet);
    if (fate === 'lost' || happens(loss)) watch.note(link, packet, 'lost');
    else events.at(arrival() + (fate ?? 0), () => arrive(packet));
  }

  return (packet) => {
    carryOne(packet);
    if (!happens(duplicate)) return;
    watch.bump(link, 'duplicated');
    carryOne(packet);
  };
}
