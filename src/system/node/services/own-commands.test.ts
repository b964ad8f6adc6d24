import { describe, expect, test } from 'vitest';
import type { OwnService } from '../../services.ts';
import type { BeginCommand, Ran, RunCommand } from './command.ts';
import { ownCommands } from './own-commands.ts';

const described = (name: string): OwnService => ({
  ...{ name, udp: null, tcp: null },
  ...{ stop: ['stop', name], start: ['start', name], status: ['status', name] },
});

const ended = (code: number, out = ''): Ran => ({ kind: 'ended', code, out, error: '' });

/** Of two services, `a` and `b`: what each command says, `stop a`; by default it does what its name says, and says nothing. */
function machine(running: boolean, answers: Readonly<Record<string, (does: () => void) => Ran>> = {}) {
  const told: string[] = [];
  const up = new Map([
    ['a', running],
    ['b', running],
  ]);
  const run: RunCommand = ([verb = '', name = '']) => {
    const does = (): void => void up.set(name, verb === 'start');
    const answer = answers[`${verb} ${name}`];
    if (verb === 'status') return Promise.resolve(answer?.(() => undefined) ?? ended(up.get(name) ? 0 : 3));
    told.push(`${verb} ${name}`);
    if (answer) return Promise.resolve(answer(does));
    does();
    return Promise.resolve(ended(0));
  };
  const begin: BeginCommand = (command) => ({ ended: run(command, 0), leave: () => undefined });
  return { controller: ownCommands([described('a'), described('b')], run, begin), told };
}

describe("commands of the user's own", () => {
  test('what is as it should be is told nothing', async () => {
    const { controller, told } = machine(true);
    expect(await controller.start(['a'], 1000)).toMatchObject({ kind: 'ok' });
    expect(told).toEqual([]);
  });

  test('one that fails and has done it all the same has done it', async () => {
    const { controller } = machine(true, {
      'stop a': (does) => {
        does();
        return ended(1);
      },
    });
    expect(await controller.stop('a', 1000)).toMatchObject({ kind: 'ok' });
  });

  test('one that ends well and has done nothing has not done it, and what it said is told', async () => {
    const { controller } = machine(true, { 'stop a': () => ended(0, 'two calls are left\n') });
    const error = { kind: 'timed-out', lines: ['two calls are left'] };
    expect(await controller.stop('a', 0)).toEqual({ kind: 'error', error });
    expect(await controller.lastLines('a')).toEqual(error.lines);
  });

  test('one that does not start keeps no other one from it', async () => {
    const { controller, told } = machine(false, { 'start a': () => ended(6, 'no licence\n') });
    expect(await controller.start(['a', 'b'], 1000)).toMatchObject({
      error: { kind: 'failed', lines: ['no licence'] },
    });
    expect(told).toEqual(['start a', 'start b']);
  });

  test.each<[string, Ran, string]>([
    ['0', ended(0), 'running'],
    ['another code', ended(3), 'stopped'],
    ['nothing, for too long', { kind: 'timed-out', out: '', error: '' }, 'changing'],
    ['that it is not there', { kind: 'not-started', code: 'ENOENT' }, 'missing'],
  ])('status ends with %s', async (_, ran, state) => {
    const { controller } = machine(true, { 'status a': () => ran });
    expect(await controller.look(['a'])).toMatchObject({ value: [{ name: 'a', state }] });
  });

  test('a service that nobody has described is missing', async () => {
    const { controller } = machine(true);
    expect(await controller.look(['c'])).toMatchObject({ value: [{ state: 'missing' }] });
    expect(await controller.stop('c', 1000)).toMatchObject({ error: { kind: 'missing' } });
  });
});
