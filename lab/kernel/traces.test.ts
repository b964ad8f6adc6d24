import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { openLabAs } from './lab.ts';
import { holdersOf, labIsHere, livingIn, namespacesOf, PLAIN, withLab } from './test-tools.ts';

const here = await labIsHere();
const ABANDON = fileURLToPath(new URL('./test-abandon.ts', import.meta.url));

/** It ends with its test at the latest. */
function abandon(how: string): ChildProcess {
  const child = spawn(process.execPath, ['--import', 'tsx', ABANDON, how], { stdio: ['ignore', 'pipe', 'ignore'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

/** Resolves when the process has said so. */
async function says({ stdout }: ChildProcess, word: string): Promise<void> {
  let said = '';
  for await (const part of stdout?.iterator({ destroyOnReturn: false }) ?? []) {
    said += String(part);
    if (said.split('\n').includes(word)) return;
  }
}

const labOf = ({ pid }: ChildProcess): string => `abandon-${pid}-1`;

const vanished = (lab: string): Promise<void> =>
  vi.waitFor(() => expect(livingIn(lab)).toEqual([]), { timeout: 5000, interval: 20 });

describe.runIf(here)('nothing is left', () => {
  test('when a lab is closed, even twice and at once, with commands running', async () => {
    const lab = await openLabAs(
      'rootless',
      {
        ...{ router: { ...PLAIN, tcpService: [{ from: 443, to: 443 }] }, server: { kind: 'full' } },
        ...{ held: [9000], heldTcp: [9000], neighbour: [9000] },
      },
      { server: 'coturn', fullcone: [] },
    );
    const sleeping = lab.run('pbx', ['sh', '-c', 'setsid sleep 600 & sleep 600']);
    await vi.waitFor(() => expect(livingIn(lab.name).filter((line) => line.startsWith('sleep'))).toHaveLength(2));
    const namespaces = namespacesOf(lab.name);
    expect(namespaces.length).toBeGreaterThan(5);
    await Promise.all([lab.close(), lab.close()]);
    await lab.close();
    expect(livingIn(lab.name)).toEqual([]);
    expect(holdersOf(namespaces)).toEqual([]);
    expect(await sleeping).toMatchObject({ status: null });
  });

  test('when a lab cannot be finished', async () => {
    const options = { server: 'fullcone', fullcone: ['false'], name: 'unfinished' } as const;
    const opening = openLabAs('rootless', { router: PLAIN, server: { kind: 'full' } }, options);
    await expect(opening).rejects.toThrow('did not start');
    expect(livingIn('').filter((line) => line.includes('unfinished'))).toEqual([]);
  });

  test('when its process is killed by SIGKILL', async () => {
    const child = abandon('wait');
    await says(child, 'open');
    await vi.waitFor(() => expect(livingIn(labOf(child)).filter((line) => line.startsWith('sleep'))).toHaveLength(2));
    const namespaces = namespacesOf(labOf(child));
    child.kill('SIGKILL');
    await vanished(labOf(child));
    await vi.waitFor(() => expect(holdersOf(namespaces)).toEqual([]), { timeout: 5000, interval: 20 });
  });

  test.each([0, 20, 40, 60, 80, 100, 150, 200])('when its process is killed %i ms after it began', async (ms) => {
    const child = abandon('wait');
    await says(child, 'opening');
    await new Promise((resolve) => setTimeout(resolve, ms));
    child.kill('SIGKILL');
    await once(child, 'exit');
    await vanished(labOf(child));
  });

  test.each([
    ['throws', 'throw', 1],
    ['forgets it', 'forget', 0],
  ])('when its process %s', async (_name, how, status) => {
    const child = abandon(how);
    expect(await once(child, 'exit')).toEqual([status, null]);
    await vanished(labOf(child));
  });

  test('on the machine itself: no mount, no named namespace, no interface', async () => {
    const look = () => [
      readFileSync('/proc/self/mountinfo', 'utf8'),
      readFileSync('/proc/net/dev', 'utf8').match(/\w+:/g),
    ];
    const [before, named] = [look(), existsSync('/run/netns')];
    await withLab({}, () => Promise.resolve(expect(look()).toEqual(before)));
    expect([look(), existsSync('/run/netns')]).toEqual([before, named]);
  });

  test.runIf(process.getuid?.() === 0)('of a lab that root builds without a user namespace', async () => {
    const spec = { router: PLAIN, server: { kind: 'full' } } as const;
    const before = readFileSync('/proc/self/mountinfo', 'utf8');
    const lab = await openLabAs('root', spec, { server: 'coturn', fullcone: [] });
    const { stdout } = await lab.run('pbx', ['turnutils_natdiscovery', '-m', '198.51.100.10']);
    await lab.close();
    expect(stdout).toContain('NAT with Endpoint Independent Mapping!');
    expect(livingIn(lab.name)).toEqual([]);
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).toBe(before);
  });
});
