import { describe, expect, test } from 'vitest';
import type { Ran } from './command.ts';
import { systemd } from './systemd.ts';

/** A systemctl that says this, and what it was told. */
const saying = (answer: (command: readonly string[]) => Ran) => {
  const told: string[] = [];
  const controller = systemd((command) => {
    told.push(command.filter((word) => word !== '--no-ask-password').join(' '));
    return Promise.resolve(answer(command));
  });
  return { controller, told };
};

const ended = (code: number, error = '', out = ''): Ran => ({ kind: 'ended', code, out, error });

describe('systemctl', () => {
  test.each<[string, Ran, string]>([
    ['not permitted', ended(4, 'Failed to stop a.service: Access denied\n'), 'permission'],
    ['polkit', ended(1, 'Failed to stop a.service: Interactive authentication required.\n'), 'permission'],
    ['no such unit', ended(5, 'Failed to stop a.service: Unit a.service not loaded.\n'), 'missing'],
    ['a job that failed', ended(1, 'Job for a.service failed because the control process exited.\n'), 'failed'],
    ['too long', { kind: 'timed-out', out: '', error: '' }, 'timed-out'],
    ['no systemctl', { kind: 'not-started', code: 'ENOENT' }, 'failed'],
  ])('%s', async (_, ran, kind) => {
    const { controller } = saying((command) => (command.includes('status') ? ended(3) : ran));
    expect(await controller.stop('a.service', 1000)).toMatchObject({ kind: 'error', error: { kind } });
  });

  test('what failed brings its last lines along', async () => {
    const status = ended(3, '', '× a.service\n     Active: failed\n\nNov 22 pbx sh[1]: no licence\n');
    const said = 'Job failed.\nSee "systemctl status a.service" and "journalctl -xeu a.service" for details.\n';
    const { controller, told } = saying((command) => (command.includes('status') ? status : ended(1, said)));
    expect(await controller.start(['a.service'], 1000)).toEqual({
      kind: 'error',
      error: { kind: 'failed', lines: ['Job failed.', 'Active: failed', 'Nov 22 pbx sh[1]: no licence'] },
    });
    expect(told.map((one) => one.split(' ', 2).join(' '))).toEqual([
      'systemctl start',
      'journalctl --sync',
      'systemctl --no-pager',
    ]);
  });

  test('what a unit said before systemd had noted its beginning is read from the journal', async () => {
    const state = '× a.service\n     Active: failed\n';
    const { controller, told } = saying((command) =>
      command.includes('status') ? ended(3, '', state) : ended(0, '', 'Nov 22 pbx sh[1]: no licence\n'),
    );
    expect(await controller.lastLines('a.service')).toEqual(['Active: failed', 'Nov 22 pbx sh[1]: no licence']);
    expect(told.at(-1)).toBe('journalctl --no-pager --quiet --since=-10s --lines=8 --unit=a.service');
  });

  test('a target does not take all that belongs to it along when it starts', async () => {
    const { controller, told } = saying(() => ended(0));
    await controller.start(['a.service', 'pbx.target', 'b.socket'], 1000);
    expect(told).toEqual([
      'systemctl start -- a.service b.socket',
      'systemctl --job-mode=ignore-dependencies start -- pbx.target',
    ]);
  });

  test('what is no name of a unit never gets there', async () => {
    const { controller, told } = saying(() => ended(0, '', 'LoadState=loaded\nActiveState=active\n'));
    const looked = await controller.look(['$(reboot).service', 'a.service']);
    expect(looked).toMatchObject({ value: [{ state: 'missing' }, { state: 'running' }] });
    expect(told.join()).not.toContain('reboot');
  });
});
