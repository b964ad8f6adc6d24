import { expect, test } from 'vitest';
import { collectServices, type ServiceStep } from './index.ts';

type Step = Exclude<ServiceStep['step'], 'failed'>;

/** `sip stopping 100`. */
const steps = (...lines: readonly string[]): ServiceStep[] =>
  lines.map((line) => {
    const [service = '', step = '', at = ''] = line.split(' ');
    return { service, step: step as Step, at: Number(at) };
  });

const failed = (what: 'start' | 'hold', service: string): ServiceStep => ({
  ...{ step: 'failed', what, service, at: 900 },
  failure: { kind: 'died', lines: [] },
});

const down = (...all: readonly ServiceStep[]) =>
  Object.fromEntries(collectServices(all).services.map((one) => [one.service, one.down]));

test.each<[string, readonly ServiceStep[], number | null]>([
  ['until it runs', steps('a stopping 100', 'a stopped 110', 'a starting 300', 'a started 350'), 250],
  [
    'until its ports are held',
    steps('a stopping 100', 'a stopped 110', 'a starting 300', 'a started 350', 'a held 500'),
    400,
  ],
  ['twice', steps('a stopping 100', 'a started 200', 'a held 210', 'a stopping 1000', 'a started 1050'), 160],
  ['it is still stopped', steps('a stopping 100', 'a stopped 110'), null],
  ['the second time it is still stopped', steps('a stopping 100', 'a started 200', 'a stopping 1000'), null],
  ['it started, and died', [...steps('a stopping 100', 'a started 200'), failed('start', 'a')], null],
  ['it runs without its ports', [...steps('a stopping 100', 'a started 200'), failed('hold', 'a')], 100],
])('how long a service was down: %s', (_, all, expected) => {
  expect(down(...all)).toEqual({ a: expected });
});

test('each service has its own steps', () => {
  expect(down(...steps('a stopping 0', 'b stopping 10', 'b started 30', 'a started 50'))).toEqual({ a: 50, b: 20 });
});
