import { type Protocol, portLabel } from '../../base/index.ts';
import type { Report } from '../../report/index.ts';
import type { RunSummary } from '../api/index.ts';
import type { Store } from '../store/index.ts';
import type { RunManager } from './manager.ts';

/** How many runs a trend shows. */
const TREND = 60;

/** Ports that lie so close together belong to one range, as in a sample. */
const APART = 100;

interface Range {
  readonly protocol: Protocol;
  readonly from: number;
  readonly to: number;
}

/** What a trend needs of a report: a few ranges in the place of thousands of ports. */
interface Known {
  readonly ranges: readonly Range[];
  /** Ports that follow each other, were asked, and are open or not. */
  readonly asked: readonly (Range & { readonly isOpen: boolean })[];
}

/**
 * How many ports of each range were open, over the last runs. A report that is stored never changes, and to read it
 * takes long: each is read once.
 */
export class Trend {
  readonly #store: Store;
  readonly #manager: RunManager;
  #known = new Map<string, Known | null>();

  constructor(store: Store, manager: RunManager) {
    this.#store = store;
    this.#manager = manager;
  }

  async read() {
    const runs = (await this.#store.runs(undefined, TREND)).filter(({ state }) => state === 'finished').reverse();
    const known = new Map<string, Known | null>();
    // One after the other: a run that goes on is not to wait for all of them.
    for (const run of runs) known.set(keyOf(run), await this.#knownOf(run));
    this.#known = known;
    return trendOf(runs, [...known.values()]);
  }

  async #knownOf(run: RunSummary): Promise<Known | null> {
    const before = this.#known.get(keyOf(run));
    if (before !== undefined) return before;
    const report = await this.#manager.report(run.id);
    return report && { ranges: rangesOf(report), asked: askedOf(report) };
  }
}

/** A number may be given again when the newest run has been deleted. */
const keyOf = ({ id, startedAt }: RunSummary): string => `${id} ${startedAt}`;

/** Ranges are those of the newest run that asked all; another may have asked less of them. */
function trendOf(runs: readonly RunSummary[], known: readonly (Known | null)[]) {
  const whole = known.findLast((one, index) => one !== null && runs[index]?.scope.kind === 'all');
  const { ranges } = whole ?? known.findLast((one) => one !== null) ?? { ranges: [] };
  return {
    ranges: ranges.map(labelOf),
    runs: runs.map(({ id, startedAt, verdict }, index) => ({
      ...{ id, startedAt, verdict },
      open: ranges.map((range) => shareOf(range, known[index]?.asked ?? [])),
    })),
  };
}

const labelOf = ({ protocol, from, to }: Range): string =>
  from === to ? portLabel(protocol, from) : `${protocol}/${from}-${to}`;

function rangesOf({ ports }: Report): Range[] {
  const ranges: { protocol: Protocol; from: number; to: number }[] = [];
  for (const { protocol, port } of ports) {
    const last = ranges.at(-1);
    const gap = last && last.to - last.from < 2 ? 1 : APART;
    if (last && last.protocol === protocol && port - last.to <= gap) last.to = port;
    else ranges.push({ protocol, from: port, to: port });
  }
  return ranges;
}

function askedOf({ ports }: Report): Known['asked'] {
  const asked: { protocol: Protocol; from: number; to: number; isOpen: boolean }[] = [];
  for (const { protocol, port, result } of ports) {
    if (result === 'untested') continue;
    const last = asked.at(-1);
    const isOpen = result === 'open';
    if (last && last.protocol === protocol && last.to === port - 1 && last.isOpen === isOpen) last.to = port;
    else asked.push({ protocol, from: port, to: port, isOpen });
  }
  return asked;
}

/** null: none of it was asked. */
function shareOf(range: Range, asked: Known['asked']): number | null {
  const count = (isWanted: (isOpen: boolean) => boolean): number =>
    asked
      .filter(({ protocol, isOpen }) => protocol === range.protocol && isWanted(isOpen))
      .reduce((sum, { from, to }) => sum + Math.max(0, Math.min(to, range.to) - Math.max(from, range.from) + 1), 0);
  const all = count(() => true);
  return all === 0 ? null : count((isOpen) => isOpen) / all;
}
