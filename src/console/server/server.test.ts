import { describe, expect, test } from 'vitest';
import { json } from '../handler.ts';
import { Browser, PASSWORD, testConsole } from '../test-console.ts';

const guess = { name: 'ada', password: 'guess' };

/** From where, as the audit log has it, newest first. */
async function addressesIn({ store }: Awaited<ReturnType<typeof testConsole>>, count: number) {
  return (await store.audit(undefined, count)).slice(0, count).map(({ address }) => address);
}

describe('who asks', () => {
  test('is not what the request says of itself where no proxy is in front', async () => {
    const console = await testConsole();
    const browser = await new Browser(console).setUp();
    await browser.ask('POST', 'session', guess, { 'x-forwarded-for': '203.0.113.7' });
    expect(await addressesIn(console, 1)).toEqual(['127.0.0.1']);
  });

  test('is what the proxy in front says, and nothing that was in that header before', async () => {
    const console = await testConsole({ behindProxy: true });
    const browser = await new Browser(console).setUp();
    for (const before of ['198.51.100.66, ', '198.51.100.67, 192.0.2.1, ', ''])
      await browser.ask('POST', 'session', guess, { 'x-forwarded-for': `${before}203.0.113.7` });
    expect(await addressesIn(console, 3)).toEqual(['203.0.113.7', '203.0.113.7', '203.0.113.7']);
    const other = { ...guess, password: PASSWORD };
    const ask = async (from: string) =>
      (await new Browser(console).ask('POST', 'session', other, { 'x-forwarded-for': from })).status;
    expect([await ask('192.0.2.9, 203.0.113.7'), await ask('203.0.113.8')]).toEqual([429, 200]);
  });
});

test('where a reader was comes from the header Last-Event-ID, no longer than an id can be', async () => {
  const seen: (string | null)[] = [];
  const runEvents = ({ lastEventId }: { readonly lastEventId: string | null }) => {
    seen.push(lastEventId);
    return Promise.resolve(json({}));
  };
  const browser = await new Browser(await testConsole({ handlers: { runEvents } })).setUp();
  const ask = (headers: Record<string, string>) => browser.ask('GET', 'runs/1/events', undefined, headers);
  await ask({ 'last-event-id': '41' });
  await ask({});
  await ask({ 'last-event-id': '9'.repeat(5_000) });
  expect(seen).toEqual(['41', null, '9'.repeat(100)]);
});

test('a console asks for patience when nobody says otherwise, after twenty requests a second for a minute', async () => {
  const browser = new Browser(await testConsole());
  const { headers } = await browser.ask('GET', 'state');
  expect([headers['x-ratelimit-limit'], headers['x-ratelimit-reset']]).toEqual(['1200', '60']);
});

test('whoever signs out has no cookie any more', async () => {
  const browser = await new Browser(await testConsole()).setUp();
  const { headers } = await browser.ask('DELETE', 'session');
  expect(headers['set-cookie']).toMatch(/^fullcone=; .*Expires=Thu, 01 Jan 1970 00:00:00 GMT/);
});
