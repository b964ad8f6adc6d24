import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { ensureBuilt, enter, FULLCONE, type Place, until } from './test-command.ts';

/* What becomes of the command when its terminal goes, or says the same thing twice. */

beforeAll(ensureBuilt, 60_000);

function place(): Place {
  const at = enter();
  onTestFinished(() => at.leave());
  return at;
}

/** Slow enough to be met in the middle. */
const slowCheck = ({ here, primary }: Place): readonly string[] => [
  ...['check', '--server', primary, '--bind-address', here, '--mode', 'bind'],
  ...['--udp', '20000-20299', '--rate', '10', '--json'],
];

const begun = (at: Place) => until(() => at.portsAt(at.here).includes(20_000));

describe('Ctrl-C that comes to the check twice at once, as under npx', () => {
  test('is one wish: it still reports', async () => {
    const at = place();
    await at.reflector();
    const { child, ended } = at.start([...slowCheck(at)]);
    await begun(at);
    child.kill('SIGINT');
    await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill('SIGINT');
    const { code, out } = await ended;
    expect([code, (JSON.parse(out) as { verdict: string }).verdict]).toEqual([130, 'cancelled']);
  });
});

describe('a terminal that goes', () => {
  const [HUNG_UP, ABORTED] = [129, 134];

  test('ends the check by the signal that says so, and not by an abortion of Node', async () => {
    const at = place();
    await at.reflector();
    const words = [process.execPath, FULLCONE, ...slowCheck(at)].map((word) => `'${word}'`).join(' ');
    const code = join(at.folder, 'code');
    // The shell passes on what it is told, as shells do, and outlives it, to tell what became of the check.
    const shell = `trap 'kill -HUP $check' HUP; ${words} & check=$!; wait $check; wait $check; echo $? >${code}`;
    const { child, ended } = at.startProgram(['script', '-qec', shell, '/dev/null'], { env: { TERM: 'xterm' } });
    await begun(at);
    child.kill('SIGKILL');
    await ended;
    const read = (): string => {
      try {
        return readFileSync(code, 'utf8');
      } catch {
        return '';
      }
    };
    await until(() => read().endsWith('\n'));
    expect(Number(read())).not.toBe(ABORTED);
    expect(Number(read())).toBe(HUNG_UP);
    expect(at.portsAt(at.here)).toEqual([]);
  });
});

describe('a reflector whose shell is ended', () => {
  const isThere = (pid: number): boolean => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };

  async function endShell(env: Record<string, string>): Promise<{ at: Place; pid: number }> {
    const at = place();
    const words = [process.execPath, FULLCONE, 'reflector', '--primary', at.primary, '--single'];
    // As npx begins it: the shell waits for it, and passes nothing on.
    const shell = ['sh', '-c', `"$@" & echo "pid $!"; wait`, 'sh', ...words];
    const { child, out } = at.startProgram(shell, { env });
    await until(() => out().includes('ready') && /pid \d+/.test(out()));
    child.kill('SIGTERM');
    return { at, pid: Number(/pid (\d+)/.exec(out())?.[1]) };
  }

  test('by npx, ends', async () => {
    const { at, pid } = await endShell({ npm_lifecycle_event: 'npx' });
    await until(() => !isThere(pid));
    expect(at.portsAt(at.primary)).toEqual([]);
  });

  test('by anybody else, goes on: it may have been left there on purpose', async () => {
    const { at, pid } = await endShell({});
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(isThere(pid)).toBe(true);
    process.kill(pid);
    await until(() => at.portsAt(at.primary).length === 0);
  });
});
