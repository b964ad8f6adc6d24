import { afterEach, expect, test, vi } from 'vitest';
import { ask } from './call.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

const answers = (status: number, body: string | null): void => {
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(body, { status })));
};

test.each([
  [429, 'Slow down', 'too-many'],
  [502, '<h1>Bad Gateway</h1>', 'away'],
  [413, '', 'http-413'],
  [200, '<h1>Sign in to the network</h1>', 'http-200'],
])('%i that is not of the console: %s', async (status, body, code) => {
  answers(status, body);
  expect(await ask('state', {})).toEqual({ kind: 'refused', status, problem: { code, facts: {}, fields: [] } });
});

test('what the console says itself is taken as it is', async () => {
  answers(503, '{"code":"storage"}');
  expect(await ask('state', {})).toMatchObject({ status: 503, problem: { code: 'storage' } });
  answers(204, null);
  expect(await ask('signOut', {})).toEqual({ kind: 'done', value: null });
});
