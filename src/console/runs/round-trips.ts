import { roundTripsIn } from '../../app/index.ts';
import type { Milliseconds } from '../../base/index.ts';
import type { Store } from '../store/index.ts';

type Trips = ReadonlyMap<string, Milliseconds>;

const NONE: Trips = new Map();

/** How far away the servers of the newest run were: its packets are read once, however often it is looked at. */
export class RoundTrips {
  readonly #store: Pick<Store, 'record'>;
  #newest: { readonly id: number; readonly trips: Promise<Trips | null> } | null = null;

  constructor(store: Pick<Store, 'record'>) {
    this.#store = store;
  }

  /** By address of the server. */
  async of(id: number): Promise<Trips> {
    const known = this.#newest?.id === id ? this.#newest : { id, trips: this.#read(id) };
    this.#newest = known;
    const trips = await known.trips;
    // The packets of a run are stored a moment after its end, or not at all.
    if (trips === null && this.#newest === known) this.#newest = null;
    return trips ?? NONE;
  }

  async #read(id: number): Promise<Trips | null> {
    const record = await this.#store.record(id);
    return record === null ? null : roundTripsIn(record);
  }
}
