import { describe, expect, test } from 'vitest';
import { Browser, PASSWORD, testConsole } from '../test-console.ts';
import { Tries } from './delay.ts';

const MINUTE = 60_000;

/** So many wrong passwords, one after the other, each as soon as it may be. */
function fail(tries: Tries, times: number, { name = 'ada', from = '203.0.113.7', at = 0 } = {}): number {
  let now = at;
  for (let count = 0; count < times; count += 1) {
    now += tries.wait(name, from, now);
    tries.begins(name, from, now);
  }
  return now;
}

describe('wrong passwords', () => {
  test('are forgotten after a quarter of an hour without another, and not before', () => {
    const tries = new Tries();
    const last = fail(tries, 10);
    tries.begins('ada', '203.0.113.7', last + 14 * MINUTE);
    expect(tries.wait('ada', '203.0.113.7', last + 14 * MINUTE)).toBe(30_000);
    tries.begins('ada', '203.0.113.7', last + 29 * MINUTE);
    expect(tries.of('ada', '203.0.113.7')?.count).toBe(1);
  });

  test('of one name delay no other, nor those from another address', () => {
    const tries = new Tries();
    const now = fail(tries, 10);
    expect(tries.wait(' ADA', '203.0.113.7', now)).toBe(30_000);
    expect([tries.wait('bob', '203.0.113.7', now), tries.wait('ada', '203.0.113.8', now)]).toEqual([0, 0]);
  });

  test('come from one place, whichever of its addresses of IPv6 somebody takes', () => {
    const tries = new Tries();
    const now = fail(tries, 10, { from: '2001:db8:1:2::1' });
    expect(tries.wait('ada', '2001:db8:1:2:ffff::9', now)).toBe(30_000);
    expect(tries.wait('ada', '2001:db8:1:3::1', now)).toBe(0);
    const wrapped = fail(tries, 10, { from: '::ffff:203.0.113.7' });
    expect(tries.wait('ada', '203.0.113.7', wrapped)).toBe(30_000);
    expect(tries.wait('ada', '::ffff:203.0.113.8', wrapped)).toBe(0);
  });

  test('under ten thousand other names push out the oldest, and take no more room', () => {
    const tries = new Tries();
    const now = fail(tries, 10);
    for (let count = 0; count < 9_999; count += 1) tries.begins(`name ${count}`, '203.0.113.7', now);
    expect(tries.wait('ada', '203.0.113.7', now)).toBe(30_000);
    tries.begins('one more', '203.0.113.7', now);
    expect(tries.of('ada', '203.0.113.7')).toBeUndefined();
  });
});

test('a try that nobody looked at takes back itself, and no other that began since', () => {
  const tries = new Tries();
  const ada = ['ada', '203.0.113.7'] as const;
  const before = tries.of(...ada);
  tries.begins(...ada, 0);
  for (let count = 0; count < 3; count += 1) tries.begins(...ada, 1);
  tries.withdrawn(...ada, before);
  expect([tries.of(...ada)?.count, tries.wait(...ada, 1)]).toEqual([3, 1_000]);
  for (let count = 0; count < 4; count += 1) tries.withdrawn(...ada, before);
  expect(tries.of(...ada)).toBeUndefined();
});

describe('many tries at once', () => {
  const signIn = (console: Parameters<typeof knock>[0], from: string, password: string, name = 'ada') =>
    knock(console, 'session', { name, password }, from);

  test('from one address let three guesses through, not all of them', async () => {
    const console = await testConsole({ behindProxy: true });
    await new Browser(console).setUp();
    const statuses = await Promise.all(Array.from({ length: 12 }, () => signIn(console, '203.0.113.7', 'guess')));
    expect(statuses.filter((status) => status === 401)).toHaveLength(3);
    expect(statuses.filter((status) => status === 429)).toHaveLength(9);
  });

  test('from one address leave room for the admin at another one', async () => {
    const console = await testConsole({ behindProxy: true });
    await new Browser(console).setUp();
    const names = Array.from({ length: 60 }, (_, index) => `name ${index}`);
    const hammering = names.map((name) => signIn(console, '203.0.113.7', 'guess', name));
    expect(await signIn(console, '198.51.100.5', PASSWORD)).toBe(200);
    const statuses = await Promise.all(hammering);
    expect(statuses.filter((status) => status === 401)).toHaveLength(5);
    expect(await signIn(console, '203.0.113.7', PASSWORD)).toBe(200);
  });

  test('from many addresses are told to come again in a second, and none of them counts as a guess', async () => {
    const console = await testConsole({ behindProxy: true });
    const browser = await new Browser(console).setUp();
    const from = Array.from({ length: 40 }, (_, index) => `203.0.113.${index}`);
    const statuses = await Promise.all(from.map((address) => signIn(console, address, 'guess')));
    expect(statuses.filter((status) => status === 401)).toHaveLength(20);
    expect(statuses.filter((status) => status === 429)).toHaveLength(20);
    const { items } = (await browser.ask('GET', 'audit?limit=100')).body as { items: { what: string }[] };
    expect(items.filter(({ what }) => what === 'sign-in.failed')).toHaveLength(20);
  });
});

test('of one’s own password wrong guesses are delayed, too; a right one ends the delay', async () => {
  const browser = await new Browser(await testConsole()).setUp();
  const change = async (current: string) =>
    (await browser.ask('POST', 'me/password', { current, password: PASSWORD })).status;
  expect([await change('a'), await change('b'), await change(PASSWORD)]).toEqual([403, 403, 204]);
  expect([await change('a'), await change('b'), await change('c')]).toEqual([403, 403, 403]);
  expect(await change(PASSWORD)).toBe(429);
});

async function knock(console: Awaited<ReturnType<typeof testConsole>>, path: string, body: object, from: string) {
  return (await new Browser(console).ask('POST', path, body, { 'x-forwarded-for': from })).status;
}
