import { type PortRange, type Protocol, portsOf } from '../../base/index.ts';
import type { CELLS, RunDelta, RunProgress } from '../api/index.ts';

export type Cell = keyof typeof CELLS;

const LETTERS: readonly Cell[] = ['w', 'a', 's', 'o', 'c', 'u'];
const CODES = Object.fromEntries(LETTERS.map((letter, code) => [letter, code])) as Readonly<Record<Cell, number>>;

/** A port a cell; what has changed since it was last asked for. Setting one costs the same, however many there are. */
export class Cells {
  readonly ranges: RunProgress['ranges'];
  readonly #at: Readonly<Record<Protocol, ReadonlyMap<number, number>>>;
  readonly #codes: Uint8Array;
  readonly #amounts = new Array<number>(LETTERS.length).fill(0);
  #changed = new Set<number>();

  constructor(udp: readonly PortRange[], tcp: readonly PortRange[]) {
    this.ranges = [
      ...udp.map(({ from, to }) => ({ protocol: 'udp' as const, from, to })),
      ...tcp.map(({ from, to }) => ({ protocol: 'tcp' as const, from, to })),
    ];
    const [udpPorts, tcpPorts] = [portsOf(udp), portsOf(tcp)];
    this.#at = {
      udp: new Map(udpPorts.map((port, index) => [port, index])),
      tcp: new Map(tcpPorts.map((port, index) => [port, udpPorts.length + index])),
    };
    this.#codes = new Uint8Array(udpPorts.length + tcpPorts.length);
    this.#amounts[CODES.w] = this.#codes.length;
  }

  /** undefined: it is none of the run's. */
  indexOf(protocol: Protocol, port: number): number | undefined {
    return this.#at[protocol].get(port);
  }

  get(index: number): Cell {
    return LETTERS[this.#codes[index] ?? 0] ?? 'w';
  }

  set(index: number, letter: Cell): void {
    const [before, after] = [this.#codes[index] ?? 0, CODES[letter]];
    if (before === after) return;
    this.#codes[index] = after;
    this.#amounts[before] = (this.#amounts[before] ?? 0) - 1;
    this.#amounts[after] = (this.#amounts[after] ?? 0) + 1;
    this.#changed.add(index);
  }

  /** Those that are being asked, or silent so far, are waiting still. */
  counts(): RunProgress['counts'] {
    const amount = (letter: Cell) => this.#amounts[CODES[letter]] ?? 0;
    return {
      open: amount('o'),
      closed: amount('c'),
      other: amount('u'),
      waiting: amount('w') + amount('a') + amount('s'),
    };
  }

  text(): string {
    return Array.from(this.#codes, (code) => LETTERS[code]).join('');
  }

  /** As runs of the same letter; forgets that they have changed. */
  changes(): NonNullable<RunDelta['cells']> {
    const sorted = Uint32Array.from(this.#changed).sort();
    this.#changed = new Set();
    const runs: [number, number, string][] = [];
    for (const index of sorted) {
      const [last, letter] = [runs.at(-1), this.get(index)];
      if (last && last[0] + last[1] === index && last[2] === letter) last[1]++;
      else runs.push([index, 1, letter]);
    }
    return runs;
  }
}
