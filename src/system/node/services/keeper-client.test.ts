import { readFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { startKeeper } from './keeper-client.ts';

/** A process in the place of the keeper, which does this with each message. */
const keeperThat = (body: string) => {
  const text = `require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
    const message = JSON.parse(line), say = (answer) => console.log(JSON.stringify(answer));
    if (message.do === 'keep') say({ kind: 'ready', pid: process.pid });
    ${body}
  });`;
  return startKeeper('process', [process.execPath, '-e', text, '--'], { kind: 'commands', services: [] }, []);
};

async function keeperOf(started: ReturnType<typeof keeperThat>) {
  const result = await started;
  if (result.kind === 'error') throw new Error(result.error.lines.join());
  return result.value;
}

const DONE = `if (message.do === 'stop') say({ kind: 'done', id: message.id, result: { kind: 'ok', value: null } });`;
const LOST = { kind: 'error', error: { kind: 'keeper-lost', lines: [] } };

test('one that dies at its work is lost: what it was told is not known, and it is asked no more', async () => {
  const keeper = await keeperOf(keeperThat(`if (message.do === 'stop') process.exit();`));
  const lost = vi.fn();
  keeper.onLost(lost);
  expect(await keeper.stop('sip', 1000)).toEqual(LOST);
  expect(lost).toHaveBeenCalledTimes(1);
  expect(await keeper.start('sip', 1000)).toEqual(LOST);
  const late = vi.fn();
  keeper.onLost(late);
  expect([lost.mock.calls.length, late.mock.calls.length]).toEqual([1, 1]);
});

test('one that lives and hears no more is lost', async () => {
  // It goes by itself some time after the test.
  const deaf = `if (message.do === 'stop') { require('node:fs').closeSync(0); setTimeout(process.exit, 2000); }`;
  const keeper = await keeperOf(keeperThat(deaf));
  const lost = new Promise<void>((resolve) => keeper.onLost(resolve));
  void keeper.stop('sip', 1000);
  const asking = setInterval(() => void keeper.start('sip', 1000), 20);
  await lost;
  clearInterval(asking);
  expect(await keeper.start('sip', 1000)).toEqual(LOST);
});

test('one that is told to end is not lost', async () => {
  const keeper = await keeperOf(keeperThat(`${DONE} if (message.do === 'end') process.exit();`));
  const lost = vi.fn();
  keeper.onLost(lost);
  expect(await keeper.stop('sip', 1000)).toEqual({ kind: 'ok', value: null });
  await keeper.end();
  expect(lost).not.toHaveBeenCalled();
});

test('one that cannot be begun, or ends at once, is none, and its words are told', async () => {
  const spec = { kind: 'commands', services: [] } as const;
  const absent = await startKeeper('process', ['/no/such/program'], spec, []);
  expect(absent).toMatchObject({ error: { kind: 'no-keeper', lines: [expect.stringContaining('ENOENT')] } });
  // Its output ends before it says why.
  const failing = `require('node:fs').closeSync(1); setTimeout(() => process.stderr.write('no room\\n', process.exit), 20)`;
  const ended = await startKeeper('process', [process.execPath, '-e', failing, '--'], spec, []);
  expect(ended).toEqual({ kind: 'error', error: { kind: 'no-keeper', lines: ['no room'] } });
});

test.runIf(process.platform === 'linux')(
  'has a session of its own: the end of the terminal does not reach it',
  async () => {
    const told = `if (message.do === 'stop') say({ kind: 'done', id: message.id, result:
    { kind: 'error', error: { kind: 'failed', lines: [require('node:fs').readFileSync('/proc/self/stat', 'utf8')] } } });
    if (message.do === 'end') process.exit();`;
    const keeper = await keeperOf(keeperThat(told));
    const result = await keeper.stop('sip', 1000);
    await keeper.end();
    const words = (stat: string) => stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const stat = result.kind === 'error' ? (result.error.lines[0] ?? '') : '';
    const [pid = '', , , group, session] = [stat.split(' ')[0], ...words(stat)];
    expect([group, session]).toEqual([pid, pid]);
    expect(words(readFileSync('/proc/self/stat', 'utf8'))[3]).not.toBe(pid);
  },
);
