/**
 * Runs as the only program under rootsafe.py: brings systemd up by sysd.sh, and carries out in its machine what it is told
 * on standard input, a line of JSON for each command. When the input ends it takes the machine down, whatever runs there.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const SYSD = join(dirname(fileURLToPath(import.meta.url)), 'sysd.sh');
const ID = 'pbx';
// Only rootsafe.py sets this; sysd.sh looks for more signs of it.
if (!process.env.FWLAB_CG || process.env.TMPDIR !== '/run') throw new Error('run me under rootsafe.py');

const running = new Map();
const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

/** nsenter passes no signal on, and stays outside of the process namespace; its child is the command. */
function inside(pid) {
  try {
    const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
    return child ? Number(child) : null;
  } catch {
    return null;
  }
}

function start({ id, command, env = {} }) {
  const words = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const child = spawn('bash', [SYSD, 'exec', ID, 'env', ...words, ...command], { stdio: ['ignore', 'pipe', 'pipe'] });
  const text = { out: '', error: '' };
  child.stdout.setEncoding('utf8').on('data', (part) => (text.out += part));
  child.stderr.setEncoding('utf8').on('data', (part) => (text.error += part));
  running.set(id, child);
  // Programs that it leaves behind may hold its output open: how it ended is known before.
  child.on('exit', (code, signal) => {
    setTimeout(() => {
      running.delete(id);
      say({ id, code, signal, ...text });
    }, 20);
  });
}

function signal({ to, name }) {
  const pid = inside(running.get(to)?.pid);
  if (pid !== null) process.kill(pid, name);
}

function prepare({ units }) {
  const folder = `/run/lab/run/sysd-${ID}/units`;
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(units)) writeFileSync(join(folder, name), text);
  spawnSync('ip', ['link', 'set', 'lo', 'up']);
  const up = spawnSync('bash', [SYSD, 'up', ID], { encoding: 'utf8' });
  say({ id: 0, code: up.status, signal: null, out: up.stdout, error: up.stderr });
}

/** A power cut, and a boot from the same disk. */
function cycle({ id }) {
  const up = spawnSync('bash', [SYSD, 'cycle', ID], { encoding: 'utf8' });
  say({ id, code: up.status, signal: null, out: up.stdout, error: up.stderr });
}

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const message = JSON.parse(line);
    if (message.do === 'prepare') prepare(message);
    if (message.do === 'start') start(message);
    if (message.do === 'cycle') cycle(message);
    if (message.do === 'signal') signal(message);
  })
  .on('close', () => {
    spawnSync('bash', [SYSD, 'down', ID]);
    process.exit();
  });
