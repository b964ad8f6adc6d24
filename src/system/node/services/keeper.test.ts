import { PassThrough } from 'node:stream';
import { describe, expect, test, vi } from 'vitest';
import { ok } from '../../../base/index.ts';
import type { Controller } from './controller.ts';
import { keep } from './keeper.ts';
import type { ToKeeper } from './keeper-protocol.ts';

const told: string[] = [];
const done = (words: string) => {
  told.push(words);
  return Promise.resolve(ok(null));
};

vi.mock('./controllers.ts', () => ({
  controllerOf: (): Controller => ({
    mayStartWhileStopping: true,
    look: () => Promise.resolve(ok([])),
    lastLines: () => Promise.resolve([]),
    stop: (name) => done(`stop ${name}`),
    start: (names) => done(`start ${names.join(' ')}`),
  }),
}));

const KEEP: ToKeeper = { do: 'keep', controller: { kind: 'systemd' }, stopped: [] };
const STOP: ToKeeper = { do: 'stop', id: 1, service: 'sip', patience: 1000 };

function begin() {
  told.length = 0;
  const [stdin, stdout] = [new PassThrough(), new PassThrough({ encoding: 'utf8' })];
  const ended = keep({ stdin, stdout } as unknown as Pick<NodeJS.Process, 'stdin' | 'stdout'>);
  const say = (...messages: readonly ToKeeper[]): void => {
    for (const message of messages) stdin.write(`${JSON.stringify(message)}\n`);
  };
  return { stdin, stdout, ended, say };
}

/** So that all that lies in streams and promises is done; no timer is waited for. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
};

describe('the keeper', () => {
  test('says that it is there, and what became of what it was told', async () => {
    const { stdout, say } = begin();
    say(KEEP, STOP);
    await settle();
    const lines = String(stdout.read()).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { kind: 'ready' },
      { kind: 'done', id: 1, result: ok(null) },
    ]);
  });

  test('starts what is stopped when its input ends without a farewell', async () => {
    const { stdin, say } = begin();
    say(KEEP, STOP);
    stdin.end();
    await vi.waitFor(() => expect(told).toEqual(['stop sip', 'start sip']), 5000);
  });

  test('starts what another one has stopped, too', async () => {
    const { stdin, say } = begin();
    say({ ...KEEP, stopped: ['ivr', 'sip'] });
    stdin.end();
    await vi.waitFor(() => expect(told).toEqual(['start sip ivr']), 5000);
  });

  test('after a farewell it starts nothing, and does nothing that it is told', async () => {
    const { stdin, ended, say } = begin();
    say(KEEP, STOP, { do: 'end' }, { ...STOP, service: 'media' });
    stdin.end();
    await ended;
    await settle();
    expect(told).toEqual(['stop sip']);
  });

  test('a line that was cut short ends nothing, and nothing happens for it', async () => {
    const { stdin, say } = begin();
    say(KEEP);
    stdin.write('{"do":"stop","id":2\n');
    say(STOP);
    stdin.end('{"do":"en');
    await vi.waitFor(() => expect(told).toEqual(['stop sip', 'start sip']), 5000);
  });

  test('who cannot be told any more does not keep it from restoring', async () => {
    const { stdin, stdout, say } = begin();
    say(KEEP, STOP);
    stdout.destroy(new Error('EPIPE'));
    stdin.end();
    await vi.waitFor(() => expect(told).toEqual(['stop sip', 'start sip']), 5000);
  });
});
