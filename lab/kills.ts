/**
 * `npm run kills [-- 50]`: kills the checker with SIGKILL at so many random moments of runs in exclusive mode, on a machine
 * with a real systemd, and tells how long it took until every service ran and held its ports again.
 */
import { noMachine, openPbx, PBX } from './systemd/index.ts';

const LIMIT = 10_000;
/** Of a run, and some. */
const LONGEST_RUN = 3_500;
const WORDS = ['--udp', '5060,9000-9049', '--tcp', '5060', '--yes', '--rate', '60'];

const kills = Number(process.argv[2] ?? 50);
const why = noMachine();
if (why !== null) throw new Error(why);

const pbx = await openPbx('dist/fullcone.js');
const late: string[] = [];
const took: number[] = [];
try {
  await pbx.begin(PBX);
  for (let count = 1; count <= kills; count++) {
    const run = pbx.check(...WORDS);
    const moment = Math.random() * LONGEST_RUN;
    await new Promise((resolve) => setTimeout(resolve, moment));
    run.signal('SIGKILL');
    await run.ended;
    const back = await pbx.backWithin(60_000);
    took.push(back);
    // Its keeper looks on for a while; the next run is for itself.
    while ((await pbx.left()) !== '') await new Promise((resolve) => setTimeout(resolve, 200));
    await pbx.backWithin(1_000);
    if (back > LIMIT) late.push(`killed after ${Math.round(moment)} ms, back after ${Math.round(back)} ms`);
  }
} finally {
  await pbx.close();
}
for (const line of late) console.log(line);
console.log(
  `${kills - late.length} of ${kills} back within ${LIMIT} ms, the last after ${Math.round(Math.max(...took))} ms`,
);
if (late.length > 0) process.exitCode = 1;
