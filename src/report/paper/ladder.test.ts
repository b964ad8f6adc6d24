import { expect, test } from 'vitest';
import type { ReportExchange } from '../contract.ts';
import { ladderOf } from './ladder.ts';
import { wordsOf } from './words.ts';

const COLD: ReportExchange = {
  ...{ question: 'cold', from: '192.168.0.100', to: '198.51.100.10:3479', answerFrom: '198.51.100.20:3479' },
  ...{ answerTo: '203.0.113.44:9000', answer: 'no', why: null, mapped: null, moreTries: 0, backedBy: [] },
  tries: [{ atMs: 0, answeredMs: 20 }],
};

const groupOf = (exchange: ReportExchange, language: 'en' | 'de' = 'en') =>
  ladderOf({ port: 'udp/9000', exchanges: [exchange] }, 'router', '203.0.113.44', wordsOf(language)).groups[0];

test('an answer on another port is told as that, and not as one that was not let in', () => {
  const exchange = { ...COLD, tries: [{ atMs: 0, answeredMs: 20, arrivedOn: 9001 }] };
  const group = groupOf(exchange);
  expect([group?.outcome, group?.tone]).toEqual(['let in, on another port', 'bad']);
  expect(group?.lines[1]).toMatch(/arrives at 203\.0\.113\.44:9000, on port 9001 of the phone system$/);
  expect(group?.arrows[1]).toMatchObject({ kind: 'arrived', to: 0 });
  expect(group?.arrows[1]?.label).toContain('9001');
  expect(groupOf(exchange, 'de')?.lines[1]).toContain('auf Port 9001 der Telefonanlage');
});

test('silences from the third on share a line, which counts those that are not drawn', () => {
  const silent = [0, 100, 200, 300, 400].map((atMs) => ({ atMs, answeredMs: null }));
  expect(groupOf({ ...COLD, tries: silent, moreTries: 3 })?.arrows.map(({ kind, label }) => [kind, label])).toEqual([
    ['asked', expect.stringContaining('another port:')],
    ['lost', ':3479 → 203.0.113.44:9000'],
    ['lost', 'try 2'],
    ['lost', 'tries 3 to 8'],
  ]);
  const answered = groupOf({ ...COLD, answer: 'yes', tries: [...silent, { atMs: 500, answeredMs: 520 }] });
  expect(answered?.arrows.map(({ kind }) => kind)).toEqual(['asked', 'unknown', 'unknown', 'unknown', 'arrived']);
  expect(answered?.outcome).toBe('let in');
});
