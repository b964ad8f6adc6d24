/**
 * `npm run matrix`: every scenario in every lab, expected against got, as a table, row by row as they are done. `--
 * --full` draws more seeds, adds loss beyond what every cause withstands (there only a port that was called wrong
 * counts), and repeats the real networks; `-- nat-` runs those whose names begin like this. Ends with 1 on any
 * difference.
 */
import { parseArgs } from 'node:util';
import { labSupport } from './kernel/index.ts';
import { type KernelColumn, runInKernel, runNatInKernel } from './run-kernel.ts';
import { type ModelRun, modelRuns, runInModel, runNatInModel } from './run-model.ts';
import {
  type Column,
  isContradiction,
  isRepresentative,
  NAT_SCENARIOS,
  type NatScenario,
  reasonToSkip,
  SCENARIOS,
  type Scenario,
} from './scenarios/index.ts';

const { values, positionals: WANTED } = parseArgs({
  allowPositionals: true,
  options: { full: { type: 'boolean', default: false } },
});
const FULL = values.full;
const SEEDS = FULL ? 400 : 200;
const RUNS = modelRuns(SEEDS);
/** Each way. */
const LOSSES = FULL ? [0, 0.01, 0.02, 0.03, 0.05, 0.1] : [0, 0.01, 0.03, 0.05];
/** Up to here every difference counts; above, ports that are called wrong. */
const PROMISED = 0.05;
const KERNEL_RUNS = FULL ? 3 : 1;
/** Labs that are up at the same time; they mostly wait. */
const LABS_AT_ONCE = 20;

const REAL = ['kernel', 'live', 'exclusive', 'coturn'] as const satisfies readonly KernelColumn[];

interface Cell {
  readonly runs: number;
  /** Runs that differ. */
  readonly wrong: number;
  /** What differed, first of all. */
  readonly first: readonly string[];
}

const isWanted = ({ name }: { readonly name: string }): boolean =>
  WANTED.length === 0 || WANTED.some((start) => name.startsWith(start));

/** Of either table. */
interface Line {
  readonly name: string;
  readonly skip: (column: Column) => string | null;
  readonly expected: string;
  readonly inModel: (run: ModelRun) => Promise<string[]>;
  readonly inKernel: (column: KernelColumn) => Promise<string[]>;
}

type Row = { readonly line: Line; readonly cells: Map<Column, Cell | string> };

/** In CI, and without `--full`, the real networks show the column `exclusive` at one scenario of each kind. */
const leftOut = (scenario: Scenario, column: Column): string | null =>
  column === 'exclusive' && !FULL && !isRepresentative(scenario) ? 'of its kind one is run; all with --full' : null;

const lineOf = (scenario: Scenario): Line => ({
  name: scenario.name,
  skip: (column) => reasonToSkip(scenario, column) ?? leftOut(scenario, column),
  expected: expected(scenario),
  inModel: (run) => runInModel(scenario, run),
  inKernel: (column) => runInKernel(scenario, column),
});

const lineOfNat = (scenario: NatScenario): Line => ({
  name: scenario.name,
  skip: (column) =>
    scenario.notIn?.[column] ??
    (column === 'live' || column === 'exclusive' ? 'it asks of no port that could be held' : null),
  expected: expectedOfNat(scenario),
  inModel: (run) => runNatInModel(scenario, run),
  inKernel: (column) => runNatInKernel(scenario, column),
});

async function runModel({ inModel }: Line): Promise<Cell> {
  let wrong = 0;
  let first: readonly string[] = [];
  for (const loss of LOSSES) {
    for (const run of RUNS) {
      const all = await inModel({ ...run, loss });
      const differences = loss > PROMISED ? all.filter(isContradiction) : all;
      if (differences.length === 0) continue;
      wrong++;
      if (first.length === 0) first = differences.map((line) => `seed ${run.seed}, ${run.mode}, loss ${loss}: ${line}`);
    }
    // The kernel's labs in this process want to hear of their packets, too.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { runs: LOSSES.length * RUNS.length, wrong, first };
}

async function runKernel({ inKernel }: Line, column: KernelColumn): Promise<Cell> {
  let wrong = 0;
  let first: readonly string[] = [];
  for (let run = 1; run <= KERNEL_RUNS; run++) {
    const differences = await inKernel(column).catch((error: unknown) => [String(error)]);
    if (differences.length > 0) wrong++;
    if (first.length === 0) first = differences;
  }
  return { runs: KERNEL_RUNS, wrong, first };
}

/** Works off the tasks, so many at a time. */
async function pool(tasks: readonly (() => Promise<void>)[], atOnce: number): Promise<void> {
  const left = [...tasks];
  const worker = async () => {
    for (let task = left.shift(); task; task = left.shift()) await task();
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

async function fill(rows: readonly Row[]): Promise<void> {
  const support = await labSupport();
  const kernel = rows.flatMap((row) =>
    REAL.map((column) => async () => {
      const why = row.line.skip(column) ?? (support.kind === 'no' ? support.why : null);
      row.cells.set(column, why ?? (await runKernel(row.line, column)));
    }),
  );
  const began = performance.now();
  await pool(kernel, LABS_AT_ONCE);
  // The model takes much longer: nobody should have to wait for it to hear of these.
  console.log(`real networks: ${Math.round((performance.now() - began) / 1000)} s`);
  printDifferences(rows);
  write(['scenario', 'model', ...REAL, 'expected']);
  for (const row of rows) {
    row.cells.set('model', row.line.skip('model') ?? (await runModel(row.line)));
    printRow(row);
  }
}

const show = (cell: Cell | string | undefined): string =>
  typeof cell === 'string' || !cell ? '-' : `${cell.runs - cell.wrong}/${cell.runs}`;

function expected({ steps }: Scenario): string {
  return steps.map(({ expect }) => `${expect.verdict}${expect.reason ? ` (${expect.reason})` : ''}`).join(', then ');
}

function expectedOfNat({ expect: { behaviour, hairpin, fragments, lifetime } }: NatScenario): string {
  const life = lifetime && `lives ${lifetime.atLeast} s${lifetime.atMost ? ` to ${lifetime.atMost.join('-')} s` : ''}`;
  return [behaviour, hairpin && `hairpin ${hairpin}`, fragments && `fragments ${fragments}`, life]
    .filter((text) => text !== undefined)
    .join('; ');
}

const write = (cells: readonly string[]): void =>
  console.log(
    cells
      .map((cell, index) => cell.padEnd([38, 12, 8, 8, 10, 8][index] ?? 0))
      .join(' ')
      .trimEnd(),
  );

function printRow({ line, cells }: Row): void {
  const columns = (['model', ...REAL] as const).map((column) => show(cells.get(column)));
  write([line.name, ...columns, line.expected]);
}

function printWhy(rows: readonly Row[]): void {
  console.log(
    `\nmodel: ${SEEDS} seeds at ${LOSSES.map((loss) => `${loss * 100} %`).join(', ')} loss each way; right/all`,
  );
  for (const { line, cells } of rows)
    for (const [column, cell] of cells) if (typeof cell === 'string') console.log(`- ${line.name}, ${column}: ${cell}`);
  printDifferences(rows);
}

function printDifferences(rows: readonly Row[]): void {
  for (const { line, cells } of rows)
    for (const [column, cell] of cells)
      if (typeof cell !== 'string') for (const what of cell.first) console.log(`GOT ${line.name}, ${column}: ${what}`);
}

const lines = [...SCENARIOS.map(lineOf), ...NAT_SCENARIOS.map(lineOfNat)].filter(isWanted);
if (lines.length === 0) throw new Error(`no row begins with ${WANTED.join(' or ')}`);
const rows: Row[] = lines.map((line) => ({ line, cells: new Map() }));
await fill(rows);
printWhy(rows);
const wrong = rows
  .flatMap(({ cells }) => [...cells.values()])
  .filter((cell) => typeof cell !== 'string' && cell.wrong > 0);
console.log(wrong.length === 0 ? '\nno difference' : `\n${wrong.length} cells differ`);
if (wrong.length > 0) process.exitCode = 1;
