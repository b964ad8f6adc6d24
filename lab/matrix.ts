/**
 * `npm run matrix`: every scenario in every lab, expected against got, as a table. `-- --full` draws more seeds,
 * adds loss beyond what the design promises, and repeats the real networks. Ends with 1 on any difference.
 */
import { labSupport } from './kernel/index.ts';
import { type KernelColumn, runInKernel } from './run-kernel.ts';
import { modelRuns, runInModel } from './run-model.ts';
import { type Column, reasonToSkip, SCENARIOS, type Scenario } from './scenarios/index.ts';

const FULL = process.argv.includes('--full');
const SEEDS = FULL ? 1000 : 200;
const RUNS = modelRuns(SEEDS);
/** Each way. */
const LOSSES = FULL ? [0, 0.01, 0.02, 0.03, 0.05, 0.1] : [0, 0.01, 0.03, 0.05];
const KERNEL_RUNS = FULL ? 5 : 1;
/** Labs that are up at the same time; they mostly wait. */
const LABS_AT_ONCE = 3;

interface Cell {
  readonly runs: number;
  /** Runs that differ. */
  readonly wrong: number;
  /** What differed, first of all. */
  readonly first: readonly string[];
}

type Row = { readonly scenario: Scenario; readonly cells: Map<Column, Cell | string> };

async function runModel(scenario: Scenario): Promise<Cell> {
  let wrong = 0;
  let first: readonly string[] = [];
  for (const loss of LOSSES) {
    for (const run of RUNS) {
      const differences = await runInModel(scenario, { ...run, loss });
      if (differences.length === 0) continue;
      wrong++;
      if (first.length === 0) first = differences.map((line) => `seed ${run.seed}, ${run.mode}, loss ${loss}: ${line}`);
    }
    // The kernel's labs in this process want to hear of their packets, too.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { runs: LOSSES.length * RUNS.length, wrong, first };
}

async function runKernel(scenario: Scenario, column: KernelColumn): Promise<Cell> {
  let wrong = 0;
  let first: readonly string[] = [];
  for (let run = 1; run <= KERNEL_RUNS; run++) {
    const differences = await runInKernel(scenario, column).catch((error: unknown) => [String(error)]);
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
    (['kernel', 'live', 'coturn'] as const).map((column) => async () => {
      const why = reasonToSkip(row.scenario, column) ?? (support.kind === 'no' ? support.why : null);
      row.cells.set(column, why ?? (await runKernel(row.scenario, column)));
    }),
  );
  await pool(kernel, LABS_AT_ONCE);
  for (const row of rows) row.cells.set('model', reasonToSkip(row.scenario, 'model') ?? (await runModel(row.scenario)));
}

const show = (cell: Cell | string | undefined): string =>
  typeof cell === 'string' || !cell ? '-' : `${cell.runs - cell.wrong}/${cell.runs}`;

function expected({ steps }: Scenario): string {
  return steps.map(({ expect }) => `${expect.verdict}${expect.reason ? ` (${expect.reason})` : ''}`).join(', then ');
}

function print(rows: readonly Row[]): void {
  const line = (cells: readonly string[]) =>
    console.log(
      cells
        .map((cell, index) => cell.padEnd([38, 12, 8, 8, 8][index] ?? 0))
        .join(' ')
        .trimEnd(),
    );
  line(['scenario', 'model', 'kernel', 'live', 'coturn', 'expected']);
  for (const { scenario, cells } of rows)
    line([
      scenario.name,
      show(cells.get('model')),
      show(cells.get('kernel')),
      show(cells.get('live')),
      show(cells.get('coturn')),
      expected(scenario),
    ]);
  console.log(
    `\nmodel: ${SEEDS} seeds at ${LOSSES.map((loss) => `${loss * 100} %`).join(', ')} loss each way; right/all`,
  );
  for (const { scenario, cells } of rows)
    for (const [column, cell] of cells) {
      if (typeof cell === 'string') console.log(`- ${scenario.name}, ${column}: ${cell}`);
      else for (const what of cell.first) console.log(`GOT ${scenario.name}, ${column}: ${what}`);
    }
}

const rows: Row[] = SCENARIOS.map((scenario) => ({ scenario, cells: new Map() }));
await fill(rows);
print(rows);
const wrong = rows
  .flatMap(({ cells }) => [...cells.values()])
  .filter((cell) => typeof cell !== 'string' && cell.wrong > 0);
console.log(wrong.length === 0 ? '\nno difference' : `\n${wrong.length} cells differ`);
if (wrong.length > 0) process.exitCode = 1;
