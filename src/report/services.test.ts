import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { findFindings } from '../advice/index.ts';
import { contextOf, runOf } from '../advice/testing.ts';
import { collectServices, type ServiceStep } from '../evidence/index.ts';
import { buildReport } from './build.ts';
import { renderJson } from './json.ts';
import { reportJsonSchema } from './schema.ts';
import { renderText } from './text.ts';

const validate = new Ajv2020({ allErrors: true }).compile(reportJsonSchema);

const went = (service: string, from: number, until: number, held?: number): ServiceStep[] => [
  { step: 'stopping', service, at: from },
  { step: 'stopped', service, at: from + 20 },
  { step: 'starting', service, at: until - 50 },
  { step: 'started', service, at: until },
  ...(held === undefined ? [] : [{ step: 'held', service, at: held } as const]),
];

const DEAD: ServiceStep = {
  ...{ step: 'failed', what: 'start', service: 'media.service', at: 5_000 },
  failure: { kind: 'died', lines: ['Active: failed (Result: exit-code)', 'pbx sh[1]: no \u001b[31mlicence'] },
};

function reportOf(steps: readonly ServiceStep[]) {
  const services = collectServices(steps);
  const failed = services.failures.length > 0;
  const verdict = failed ? ({ verdict: 'inconclusive', reason: 'services' } as const) : {};
  const run = { ...runOf('5060 open; 9000 open'), ...verdict };
  const context = contextOf(run, { services });
  return buildReport(run, findFindings(run, context), {
    ...{ version: '0.1.0', startedAt: new Date('2026-11-20T09:47:12.345Z'), durationMs: 8_200, mode: 'exclusive' },
    ...{ bindAddress: '192.168.0.100', plannedPorts: 2, loss: { sent: 4, answered: 4 }, holders: new Map(), services },
  });
}

const sip = [...went('ivr.service', 0, 1_260), ...went('sip.service', 20, 1_200, 1_340)];

test.each([
  [
    'en' as const,
    ['Services', '  ivr.service  stopped for 1.3 s', '  sip.service  stopped for 1.3 s; it holds its ports again'],
  ],
  [
    'de' as const,
    ['Dienste', '  ivr.service  1,3 s gestoppt', '  sip.service  1,3 s gestoppt; er belegt seine Ports wieder'],
  ],
])('how long each was down is the last thing that is said (%s)', (language, lines) => {
  const text = renderText(reportOf(sip), language, { columns: 80, colour: false, verbose: false });
  expect(text.trimEnd().split('\n').slice(-3)).toEqual(lines);
});

test('one that is not back is the first thing, with the last words of its log', () => {
  const report = reportOf([...sip, ...went('media.service', 2_000, 4_000), DEAD]);
  const text = renderText(report, 'en', { columns: 80, colour: false, verbose: false });
  expect(text).toMatch(/^Inconclusive: The service media\.service was stopped for this check and is not/);
  expect(text).toContain('media.service  stopped, and not running again as far as is known');
  expect(text).toContain('  media.service: pbx sh[1]: no [31mlicence');
  expect(report.findings[0]).toMatchObject({ code: 'service-not-started', severity: 'error' });
});

test.each([
  [sip, true],
  // Nobody held the ports, or who held them would not go.
  [[], false],
  [[{ step: 'stopping', service: 'sip.service', at: 0 } as const], false],
])('only of services that were stopped it is said (%#)', (steps, said) => {
  const options = { columns: 200, colour: false, verbose: false };
  const [en, de] = (['en', 'de'] as const).map((language) => renderText(reportOf(steps), language, options));
  expect(en?.includes('while their services were stopped')).toBe(said);
  expect(de?.includes('während ihre Dienste gestoppt waren')).toBe(said);
});

test('programs read it by the contract', () => {
  for (const report of [reportOf([]), reportOf(sip), reportOf([...sip, DEAD])]) {
    expect([validate(JSON.parse(renderJson(report))), validate.errors]).toEqual([true, null]);
  }
  expect(reportOf(sip).services).toMatchObject({
    services: [{ service: 'ivr.service', downMs: 1260 }, { downMs: 1320 }],
  });
});
