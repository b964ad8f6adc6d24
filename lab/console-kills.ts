/**
 * `npm run console:kills [-- 30]`: kills the console with SIGKILL at so many random moments, most of them in a run in
 * exclusive mode, and tells what was there when it was begun anew: every finished run, the mark on the one that was cut
 * off, and the phone system that the run had stopped.
 */
import { type Killed, noKilledConsole, openKilledConsole } from '../test/test-killed-console.ts';

const LIMIT = 10_000;
/** Of a run, and some; of a start. */
const LONGEST = { run: 6_000, start: 400 } as const;

const kills = Number(process.argv[2] ?? 30);
const why = noKilledConsole();
if (why !== null) throw new Error(why);

const pbx = await openKilledConsole(2);
const all: Killed[] = [];
const wrong: string[] = [];
try {
  for (let count = 1; count <= kills; count++) {
    const during = count % 6 === 0 ? 'start' : 'run';
    const moment = Math.random() * LONGEST[during];
    const killed = await pbx.kill(moment, during);
    all.push(killed);
    const late = killed.backMs > LIMIT ? [`the phone system was back after ${Math.round(killed.backMs)} ms`] : [];
    wrong.push(...[...killed.wrong, ...late].map((line) => `${during}, after ${Math.round(moment)} ms: ${line}`));
  }
} finally {
  await pbx.close();
}
for (const line of wrong) console.log(line);
const count = (holds: (killed: Killed) => boolean): number => all.filter(holds).length;
const slowest = Math.max(...all.map(({ backMs }) => backMs));
console.log(
  `${kills} kills: ${count(({ state }) => state === 'running')} in a run, ${count(({ state }) => state === 'finished')} after one, ` +
    `${count(({ wasDown }) => wasDown)} while the phone system was stopped, which was back after ${Math.round(slowest)} ms at most; ` +
    `${wrong.length} wrong`,
);
if (wrong.length > 0) process.exitCode = 1;
