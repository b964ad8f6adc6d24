import { describe, expect, test } from 'vitest';
import type { UnitsSpec } from '../../lab/model/index.ts';
import type { System, WireFailure } from '../system/index.ts';
import { aloneModel, fakeTerminal, runWords } from './test-terminal.ts';

/* What is said, and asked, before anything is stopped. The servers of these tests are down: nothing is stopped after all. */

const PBX: UnitsSpec = {
  units: [
    { name: 'sip.service', udp: [5060], tcp: [5060] },
    { name: 'ivr.service', requires: ['sip.service'] },
    { name: 'media.service', udp: [9000, 9001] },
  ],
};

const WORDS = ['check', '--server', '198.51.100.10', '--udp', '5060,9000-9019', '--mode', 'exclusive'];

async function run(words: readonly string[], answer?: string | null, services: UnitsSpec = PBX) {
  const terminal = fakeTerminal(answer === undefined ? {} : { answer });
  const model = aloneModel({}, { services });
  const code = await model.run(runWords(words, model.pbx, terminal));
  return { code, error: terminal.text('error'), out: terminal.text('out'), changes: model.units.changes };
}

describe('before anything is stopped', () => {
  test('it is said what will be, what goes along, and that calls may be in progress', async () => {
    const { error } = await run(WORDS, 'n');
    expect(error.split('\n').slice(0, 5)).toEqual([
      'These services are going to be stopped, each while its ports are asked, and started again:',
      '  sip.service: UDP 5060',
      '    and along with it: ivr.service',
      '  media.service: UDP 9000-9001',
      '2 of their media ports are in use: calls are probably in progress, and would drop.',
    ]);
  });

  test('calls on ports that are not to be checked are seen by nobody, and not denied', async () => {
    const talking: UnitsSpec = { units: [{ name: 'pbx.service', udp: [5060, 10_000, 10_001] }] };
    const said = async (udp: string, units = talking) =>
      (await run(['check', '--server', '198.51.100.10', '--udp', udp, '--mode', 'exclusive'], 'n', units)).error;
    expect(await said('5060')).toContain('Whether calls are in progress cannot be seen');
    expect(await said('5060,10000-10019')).toContain('2 of their media ports are in use');
    const silent: UnitsSpec = { units: [{ name: 'pbx.service', udp: [5060] }] };
    expect(await said('5060,10000-10019', silent)).toContain('no call seems to be in progress');
  });

  test.each(['n', '', 'no', 'yesterday', null])(
    '%j is no yes: nothing is asked, and the code says cancelled',
    async (answer) => {
      const { code, out, error, changes } = await run(WORDS, answer);
      expect([code, out, changes]).toEqual([130, '', []]);
      expect(error).toContain('Nothing was stopped, and nothing was checked.');
    },
  );

  test.each(['y', 'YES', ' j\n', 'ja'])('%j is a yes', async (answer) => {
    const { code, out } = await run(WORDS, answer);
    expect([code, out]).toEqual([2, expect.stringContaining('Inconclusive')]);
  });

  test('without a person it takes --yes', async () => {
    const { code, error } = await run(WORDS);
    expect([code, error]).toEqual([64, expect.stringMatching(/^fullcone: .*--yes\.\n$/)]);
    expect((await run([...WORDS, '--yes'])).code).toBe(2);
  });

  test('where nothing is held nothing is asked', async () => {
    const { error, out } = await run(WORDS, 'n', { units: [{ name: 'sip.service', udp: [7000] }] });
    expect([error, out]).toEqual(['', expect.stringContaining('Inconclusive')]);
  });

  test.each<[string, UnitsSpec, string]>([
    ['who may not', { ...PBX, mayNot: true }, 'this user may not stop services'],
    [
      'what the check runs inside of',
      { ...PBX, self: 'ivr.service' },
      'ivr.service would be stopped, and this check runs inside it',
    ],
  ])('%s is told at once, with 2', async (_, services, said) => {
    const { code, error, changes } = await run([...WORDS, '--yes'], undefined, services);
    expect([code, changes, error]).toEqual([2, [], expect.stringContaining(said)]);
  });

  test.each<[string, WireFailure, boolean]>([
    ['where no right makes it possible', { kind: 'not-this-system', code: 'darwin' }, false],
    ['where a right is all that it takes', { kind: 'permission', code: 'EPERM' }, true],
  ])('without services the live mode is advised, but not %s', async (_, hindrance, isAdvised) => {
    const terminal = fakeTerminal({});
    const { pbx, ...model } = aloneModel({ held: [5060] });
    const system: System = {
      ...pbx,
      live: { ...pbx.live, hindrance: () => Promise.resolve(hindrance) },
      services: { ...pbx.services, ofSystem: () => null },
    };
    const code = await model.run(runWords([...WORDS, '--yes'], system, terminal));
    expect([code, terminal.text('error').includes('--services')]).toEqual([2, true]);
    expect(terminal.text('error').includes('--mode live')).toBe(isAdvised);
  });

  test('in German', async () => {
    const { error } = await run([...WORDS, '--lang', 'de'], 'n');
    expect(error).toContain('Wahrscheinlich wird gerade telefoniert');
    expect(error).toContain('Es wurde nichts gestoppt');
  });
});

test.each([
  [['--yes'], '--yes'],
  [['--services', 'x.json'], '--services'],
])('%j means nothing without the mode', async (words, option) => {
  const { code, error } = await run(['check', '--server', '198.51.100.10', '--udp', '5060', ...words]);
  expect([code, error]).toEqual([64, expect.stringContaining(`${option} belongs to --mode exclusive`)]);
});

test('a file of services that is not there is a mistake in the input', async () => {
  const { code, error } = await run([...WORDS, '--yes', '--services', 'x.json']);
  expect([code, error]).toEqual([64, expect.stringContaining('--services "x.json" cannot be read (ENOENT)')]);
});
