import { join } from 'node:path';
import { type Ended, type Place, type Running, until } from './test-command.ts';

/* For tests: the built console as a process, and somebody who asks its API. */

export type { Ended };

const PASSWORD = 'correct horse battery';

export interface Serving {
  readonly running: Running;
  readonly url: string;
}

export type Asker = (
  method: string,
  path: string,
  body?: unknown,
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of an answer
) => Promise<{ readonly status: number; readonly body: any }>;

/** With a token, as a script would. */
export const asker =
  (url: string, token: string): Asker =>
  async (method, path, body) => {
    const answer = await fetch(`${url}api/v1/${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: await answer.json() };
  };

export const consoleWords = ({ folder }: Place, ...more: readonly string[]): string[] => [
  ...['console', '--listen', '127.0.0.1:0', '--data', join(folder, 'data')],
  ...more,
];

/** A console that listens. */
export async function serveConsole(place: Place, ...more: readonly string[]): Promise<Serving> {
  const running = place.start(consoleWords(place, ...more));
  const over = running.ended.then(({ error }) => {
    throw new Error(`the console ended: ${error}`);
  });
  over.catch(() => undefined);
  await Promise.race([until(() => /The console is at \S+\n/.test(running.out())), over]);
  return { running, url: /The console is at (\S+)\n/.exec(running.out())?.[1] ?? '' };
}

/** By its one-time link; a token that is good for all of its lives. */
export async function setUpConsole({ running, url }: Serving): Promise<string> {
  await until(() => /#\S+\n/.test(running.out()));
  const sent = { token: /#(\S+)\n/.exec(running.out())?.[1], name: 'ada', password: PASSWORD };
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${url}api/v1/setup`, { method: 'POST', headers, body: JSON.stringify(sent) });
  const { csrf } = (await answer.json()) as { csrf: string };
  const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
  const made = await fetch(`${url}api/v1/tokens`, {
    ...{ method: 'POST', headers: { ...headers, cookie, 'x-csrf-token': csrf } },
    body: JSON.stringify({ name: 'test', role: 'admin' }),
  });
  return ((await made.json()) as { secret: string }).secret;
}
