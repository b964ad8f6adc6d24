import { expect, test } from 'vitest';
import { compare, isContradiction, type ReportShape } from './compare.ts';
import type { Expectation } from './types.ts';

test.each([
  ['udp/9000: expected open, got closed/not-forwarded', true],
  ['check 2: tcp/5060: expected open, got no-answer/outbound-blocked', true],
  ['udp/9000: expected closed/not-forwarded, got open', true],
  ['udp/9000: expected translated/symmetric, got open', true],
  ['udp/9000: expected open, got untested/loss', false],
  ['udp/9000: expected closed/not-forwarded, got closed', false],
  ['udp/9000: expected translated/symmetric, got closed/not-forwarded', false],
  ['udp/9000: expected open or untested/taken-by-neighbour, got translated', false],
  ['verdict: expected supported, got unsupported', false],
  ['findings: expected nothing-forwarded, got ', false],
])('%s: %j', (line, is) => expect(isContradiction(line)).toBe(is));

const EXPECT: Expectation = {
  verdict: 'supported',
  reason: null,
  serverDetail: 'answers-repeated',
  nats: 'one-nat',
  ports: { '9000': { result: 'open', cause: null } },
};
const RIGHT: ReportShape = {
  verdict: 'supported',
  reason: null,
  servers: [{ state: 'ok', detail: 'answers-repeated' }],
  ports: [{ protocol: 'udp', family: 'ipv4', port: 9000, result: 'open', cause: null }],
  router: { nats: 'one-nat', reason: null },
  findings: [],
};

test.each<[said: Partial<ReportShape>, expected: Partial<Expectation>, differs: string]>([
  [{}, {}, ''],
  [{ verdict: 'unsupported' }, {}, 'verdict'],
  [{ reason: 'loss' }, {}, 'reason'],
  [{ servers: [{ state: 'malformed', detail: 'answers-repeated' }] }, {}, 'server'],
  [{ servers: [{ state: 'ok' }] }, {}, 'server: detail'],
  [{ servers: [{ state: 'ok' }] }, { serverDetail: null }, ''],
  [{ router: { nats: null, reason: 'silent' } }, {}, 'nats'],
  [{}, { routerReason: 'silent' }, 'router'],
  [{}, { findings: ['loss'] }, 'findings'],
])('a report that says %j, where %j was expected, differs in: %s', (said, expected, differs) => {
  const [first = ''] = compare({ ...EXPECT, ...expected }, { ...RIGHT, ...said }, 'model');
  expect(first.replace(/: expected.*/, '')).toBe(differs);
});

test.each<[Partial<Expectation>, string[], string[]]>([
  [{ findings: ['closed'] }, ['error closed'], []],
  [{ findings: ['closed'] }, ['error closed', 'error closed', 'info sampled'], []],
  [{ findings: ['closed', 'sampled'] }, ['error closed', 'info sampled', 'info trial'], []],
  [{}, ['info trial'], []],
  [{}, ['warning loss'], ['findings: expected , got loss']],
  [{ mayFind: ['loss'] }, ['warning loss'], []],
  [{ findings: ['closed'], mayFind: ['loss'] }, ['warning loss'], ['findings: expected closed, got ']],
  [{ findings: ['closed', 'sampled'] }, ['error closed'], ['findings: expected closed, sampled, got closed']],
  [
    { findings: ['shifted', 'closed'] },
    ['error closed', 'error shifted'],
    ['findings: expected shifted, closed, got closed, shifted'],
  ],
])('%j of %j: %j', (more, told, differences) => {
  const findings = told.map((finding) => {
    const [severity = '', code = ''] = finding.split(' ');
    return { severity, code, facts: {} };
  });
  expect(compare({ ...EXPECT, ...more }, { ...RIGHT, findings }, 'model')).toEqual(differences);
});
