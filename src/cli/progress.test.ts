import { expect, test } from 'vitest';
import { createModel } from '../../lab/model/index.ts';
import type { RunEvent } from '../app/index.ts';
import { Progress } from './progress.ts';
import { fakeTerminal } from './test-terminal.ts';
import type { Language } from './types.ts';

const CLEAR = '\r\u001b[2K';

function progress({ language = 'en', columns = 80 }: { language?: Language; columns?: number } = {}) {
  const model = createModel({ router: null, server: { kind: 'down' } }, { seed: 1 });
  const terminal = fakeTerminal({ columns });
  const shown = new Progress(terminal.error, model.pbx.clock, language);
  const lines = () => terminal.text('error').split(CLEAR);
  return { shown, lines, last: () => lines().at(-1), advance: model.advance };
}

const planned = (ports: number): RunEvent =>
  ({
    kind: 'planned',
    plan: { slices: [Array.from({ length: ports }, (_, index) => index + 1)] },
  }) as unknown as RunEvent;
const observed = (observation: object): RunEvent => ({ kind: 'observed', observation }) as unknown as RunEvent;
const finished = (port: number) => observed({ kind: 'finished', port });
const answered = (port: number, question: string) => observed({ kind: 'answered', port, question });
const waiting: RunEvent = { kind: 'waiting', for: 185_000 };

test('counts ports, and those that were reached, each once', async () => {
  const { shown, last, advance } = progress();
  shown.show(planned(3));
  for (const event of [answered(1, 'cold'), answered(1, 'cold'), answered(1, 'outbound'), finished(1)])
    shown.show(event);
  for (const event of [answered(2, 'warm'), answered(2, 'relay'), finished(2)]) shown.show(event);
  shown.show(observed({ kind: 'not-listening', port: 3 }));
  await advance(1_000);
  expect(last()).toBe('3/3 ports, 2 reached, 1 s, Ctrl-C ends it');
});

test('goes on with the seconds when nothing happens', async () => {
  const { shown, last, advance } = progress();
  shown.show({ kind: 'started' } as unknown as RunEvent);
  shown.show(waiting);
  expect(last()).toBe('185 s until the router forgets; flushed? Ctrl-C, --no-wait');
  await advance(84_500);
  expect(last()).toBe('101 s until the router forgets; flushed? Ctrl-C, --no-wait');
  await advance(200_000);
  expect(last()).toBe('0 s until the router forgets; flushed? Ctrl-C, --no-wait');
  shown.clear();
});

test('is not drawn for every packet', async () => {
  const { shown, lines, advance } = progress();
  shown.show(planned(10_000));
  for (let port = 1; port <= 1_000; port++) {
    shown.show(finished(port));
    await advance(1);
  }
  expect(lines().length).toBeLessThan(15);
  shown.clear();
});

test('is gone in the end, and does not come back', async () => {
  const { shown, lines, last, advance } = progress();
  shown.show(planned(3));
  shown.clear();
  const count = lines().length;
  await advance(60_000);
  expect([last(), lines().length]).toEqual(['', count]);
});

test.each(['en', 'de'] as const)('every line fits 60 columns, however many ports there are (%s)', async (language) => {
  const { shown, lines, advance } = progress({ language, columns: 60 });
  const seen: (string | undefined)[] = [];
  shown.show({ kind: 'started' } as unknown as RunEvent);
  shown.show(waiting);
  await advance(185_000);
  shown.show(planned(16_385));
  for (let port = 1; port <= 16_385; port++) shown.show(answered(port, 'cold'));
  for (let port = 1; port <= 16_385; port++) shown.show(finished(port));
  await advance(700_000);
  seen.push(...lines());
  expect(seen.filter((line) => line && line.length >= 60)).toEqual([]);
  expect(seen.filter((line) => line?.includes('…'))).toEqual([]);
  expect(seen.at(-1)).toMatch(language === 'en' ? /^16,385\/16,385 / : /^16\.385\/16\.385 /);
  shown.clear();
});

test('what does not fit is cut, and says so', () => {
  const { shown, last } = progress({ columns: 20 });
  shown.show(waiting);
  expect(last()).toBe('185 s until the ro…');
  expect(last()).toHaveLength(19);
  shown.clear();
});

test('says why it waits, and when it goes on', async () => {
  const { shown, last, advance } = progress();
  shown.show(planned(3));
  const until = 65_000;
  shown.show(observed({ kind: 'paused', by: 'router', until }));
  expect(last()).toBe('The router lets in nothing new; at most 65 s');
  await advance(20_000);
  expect(last()).toBe('The router lets in nothing new; at most 45 s');
  shown.show(observed({ kind: 'resumed', by: 'router' }));
  await advance(1_000);
  expect(last()).toBe('0/3 ports, 0 reached, 21 s, Ctrl-C ends it');
  shown.clear();
});

test('names the router, if there is one that is asked', () => {
  const { shown, last } = progress();
  shown.show({ kind: 'started' } as unknown as RunEvent);
  expect(last()).toBe('Asking the servers ...');
  const { shown: other, last: lastOfOther } = progress();
  other.show({ kind: 'gateway', local: '192.168.0.100', gateway: '192.168.0.1', unknown: null });
  expect(lastOfOther()).toBe('Asking the servers and the router ...');
  shown.clear();
  other.clear();
});
