/**
 * `npm run bench`: how long a check takes from the start of the process to its end, what it sends, and how much memory
 * it needs, through the kernel lab's router. Beside it, in the same run: a bare start of Node; the floor, which is the
 * same number of sockets, requests and answers with nothing but node:dgram; and stunserver's client where it is
 * installed (64 at a time, as its users run it). `npm run bench -- console`: runs of the console beside runs of the
 * command. Nothing fails on a time: machines differ; read the ratios.
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { benchConsole } from './bench-console.ts';
import { callsWhile } from './calls.ts';
import { type KernelLab, labSupport, openLab } from './kernel/index.ts';
import { FULLCONE } from './run-kernel.ts';
import type { Forward, NetworkSpec } from './scenarios/index.ts';

const PORTS = '5060,9000-10999';
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string', default: '5' } },
});
const RUNS = Number(values.runs);
const FORWARD: Forward = {
  ports: [
    { from: 5060, to: 5060 },
    { from: 9000, to: 10_999 },
  ],
  to: 'pbx',
};

const network = (forwards: readonly Forward[]): NetworkSpec => ({
  router: { outward: 'preserve', filtering: 'address-and-port', forwards },
  server: { kind: 'full' },
});

/** Written to standard error by the process itself when it ends: its largest resident set, in KiB (getrusage). */
const PEAK = 'data:text/javascript,process.on("exit",()=>console.error("peak",process.resourceUsage().maxRSS))';

interface Sample {
  readonly ms: number;
  readonly peakMiB: number;
  readonly out: number;
  readonly in: number;
  readonly result: string;
}

async function inLab<T>(
  spec: NetworkSpec,
  work: (lab: KernelLab) => Promise<T>,
  server: 'fullcone' | 'coturn' = 'fullcone',
): Promise<T> {
  const lab = await openLab(spec, { server, fullcone: FULLCONE });
  try {
    return await work(lab);
  } finally {
    await lab.close();
  }
}

/** Ports that nothing else asks for: the reflector has served somebody before, as every real one has. */
const WARM_UP = ['check', '--server', '198.51.100.10', '--udp', '40000-40999', '--rate', 'max', '--json'];

/** A router that has never seen the ports: the check would wait for its old states otherwise. */
const check = (spec: NetworkSpec, ports: string, rate: readonly string[]): Promise<Sample> =>
  inLab(spec, async (lab) => {
    await lab.run('pbx', [...FULLCONE, ...WARM_UP]);
    const before = await lab.counters();
    const [node, ...command] = FULLCONE;
    const words = ['check', '--server', '198.51.100.10', '--udp', ports, ...rate, '--json'];
    const { ms, stdout, stderr } = await lab.run('pbx', [node ?? 'node', '--import', PEAK, ...command, ...words]);
    const after = await lab.counters();
    const { verdict } = JSON.parse(stdout) as { verdict: string };
    const out = after.out - before.out;
    return {
      ms,
      peakMiB: Number(/peak (\d+)/.exec(stderr)?.[1] ?? 0) / 1024,
      out,
      in: after.in - before.in,
      result: verdict,
    };
  });

function bareNode(): Promise<Sample> {
  const began = performance.now();
  const { stderr } = spawnSync(process.execPath, ['--import', PEAK, '-e', '0'], { encoding: 'utf8' });
  const peakMiB = Number(/peak (\d+)/.exec(stderr)?.[1] ?? 0) / 1024;
  return Promise.resolve({ ms: performance.now() - began, peakMiB, out: 0, in: 0, result: '-' });
}

/**
 * 2,001 sockets, each with two requests, one after the other; no more on the way than the check has. A request is as
 * long as its answer, so that it is answered however many there are (docs/protocol.md).
 */
const FLOOR = `
  const dgram = require('node:dgram'), { randomBytes } = require('node:crypto'), queue = [];
  const lookup = (address, options, done) => done(null, address, 4);
  let onTheWay = 0, left = 2 * 2001;
  const padding = Buffer.from('8022002c' + '20'.repeat(44), 'hex');
  const request = () => Buffer.concat([Buffer.from('000100302112a442', 'hex'), randomBytes(12), padding]);
  const next = () => {
    while (onTheWay < 224 && queue.length > 0) { onTheWay++; queue.shift().send(request(), 3479, '198.51.100.10'); }
  };
  const sockets = Array.from({ length: 2001 }, (_, index) => {
    const socket = dgram.createSocket({ type: 'udp4', lookup });
    socket.bind({ port: 9000 + index, exclusive: true });
    socket.once('message', () => queue.push(socket));
    socket.on('message', () => { onTheWay--; if (--left === 0) for (const one of sockets) one.close(); else next(); });
    queue.push(socket);
    return socket;
  });
  next();`;

const floor = (): Promise<Sample> =>
  inLab(network([FORWARD]), async (lab) => {
    await lab.run('pbx', [...FULLCONE, ...WARM_UP]);
    const { ms } = await lab.run('pbx', [process.execPath, '-e', FLOOR], { timeout: 20_000 });
    return { ms, peakMiB: 0, out: 4002, in: 4002, result: '-' };
  });

/** One process for each port and both tests, 64 at a time; asks coturn, because it has no token to show our reflector. */
const stunclient = (spec: NetworkSpec): Promise<Sample> =>
  inLab(
    spec,
    async (lab) => {
      const before = await lab.counters();
      const one = 'stunclient --mode full --localport {} 198.51.100.10 3478 >/dev/null 2>&1';
      const all = `(echo 5060; seq 9000 10999) | xargs -P 64 -I{} sh -c '${one}'`;
      const { ms } = await lab.run('pbx', ['sh', '-c', all]);
      const after = await lab.counters();
      return { ms, peakMiB: 0, out: after.out - before.out, in: after.in - before.in, result: '-' };
    },
    'coturn',
  );

/** Calls of 51 ports while all ports are checked, and without that: what the check does to them. */
async function besideCalls(isChecked: boolean): Promise<string> {
  const { lost, latest } = await inLab(network([FORWARD]), (lab) =>
    callsWhile(lab, 3, async () => {
      const words = ['check', '--server', '198.51.100.10', '--udp', PORTS, ...MAX, '--json'];
      if (isChecked) await lab.run('pbx', [...FULLCONE, ...words]);
    }),
  );
  return `${lost} lost, ${latest.toFixed(0)} ms`;
}

const hasStunclient = (): boolean => spawnSync('sh', ['-c', 'command -v stunclient']).status === 0;

interface Measured {
  readonly name: string;
  /** What it must reach, in seconds; null: it is there for comparison. */
  readonly limit: number | null;
  readonly runs: number;
  readonly sample: () => Promise<Sample>;
}

const MAX = ['--rate', 'max'];
const BIND = ['--mode', 'bind'];

const MEASURED: readonly Measured[] = [
  { name: 'node -e 0', limit: null, runs: RUNS, sample: bareNode },
  { name: 'floor: node:dgram alone', limit: null, runs: RUNS, sample: floor },
  { name: '2,001 open, max', limit: 0.5, runs: RUNS, sample: () => check(network([FORWARD]), PORTS, MAX) },
  {
    name: '2,001 open, max, bind',
    limit: 0.5,
    runs: RUNS,
    sample: () => check(network([FORWARD]), PORTS, [...MAX, ...BIND]),
  },
  { name: '2,001 closed, max', limit: 2.5, runs: RUNS, sample: () => check(network([]), PORTS, MAX) },
  { name: '2,001 open, default', limit: 5, runs: 2, sample: () => check(network([FORWARD]), PORTS, []) },
  { name: '2,001 closed, default', limit: 20, runs: 1, sample: () => check(network([]), PORTS, []) },
  { name: '16,385 closed, max', limit: null, runs: 1, sample: () => check(network([]), '16384-32768', MAX) },
];

const FOREIGN: readonly Measured[] = [
  { name: 'stunclient, 2,001 open', limit: null, runs: 1, sample: () => stunclient(network([FORWARD])) },
];

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

const WIDTHS = [26, 8, 8, 8, 8, 8, 8, 8, 0];

const row = (cells: readonly string[]): void =>
  console.log(
    cells
      .map((cell, index) => (index === 0 ? cell.padEnd(WIDTHS[0] ?? 0) : cell.padStart(WIDTHS[index] ?? 0)))
      .join(' '),
  );

function show({ name, limit }: Measured, samples: readonly Sample[], node: number): void {
  const times = samples.map(({ ms }) => ms);
  const middle = median(times);
  row([
    name,
    (Math.min(...times) / 1000).toFixed(2),
    (middle / 1000).toFixed(2),
    limit === null ? '' : `${limit}`,
    (middle / node).toFixed(1),
    median(samples.map(({ out }) => out)).toFixed(0),
    median(samples.map((sample) => sample.in)).toFixed(0),
    Math.max(...samples.map(({ peakMiB }) => peakMiB)).toFixed(0),
    samples.at(-1)?.result ?? '',
  ]);
}

const support = await labSupport();
if (positionals.includes('console')) await benchConsole(Math.max(7, RUNS));
else if (support.kind === 'no') {
  console.log(`no kernel lab here: ${support.why}`);
  process.exitCode = 1;
} else {
  row(['', 'best s', 'median', 'limit', 'x node', 'out', 'in', 'MiB', ' verdict']);
  let node = 1;
  for (const measured of [...MEASURED, ...(hasStunclient() ? FOREIGN : [])]) {
    const samples: Sample[] = [];
    for (let run = 0; run < measured.runs; run++) samples.push(await measured.sample());
    if (measured.limit === null && node === 1) node = median(samples.map(({ ms }) => ms));
    show(measured, samples, node);
  }
  console.log('\n51 calls: packets lost, and the time that the slowest one took');
  for (let run = 0; run < RUNS; run++)
    console.log(`without a check: ${await besideCalls(false)}; with one: ${await besideCalls(true)}`);
  console.log(
    '\nTimes from process start to exit; packets on the wide area link, each way, control probes and server checks included.',
  );
}
