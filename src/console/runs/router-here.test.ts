import { expect, test } from 'vitest';
import { RouterHere } from './router-here.ts';

const place = (bindAddress: string) => ({ bindAddress, servers: [] });

function open(answer: () => Promise<string>) {
  const asked: string[] = [];
  const state = { now: 0 };
  const here = new RouterHere(
    (one) => {
      asked.push(one.bindAddress ?? '');
      return answer();
    },
    () => state.now,
  );
  return { here, asked, state };
}

test('the router is asked once by many who look, and again after ten minutes', async () => {
  const { here, asked, state } = open(async () => 'fritzbox');
  const looks = () => Promise.all([here.before(place('192.168.0.100')), here.before(place('192.168.0.100'))]);
  expect(await looks()).toEqual(['fritzbox', 'fritzbox']);
  state.now = 599_999;
  await looks();
  expect(asked).toEqual(['192.168.0.100']);
  state.now = 600_000;
  await looks();
  expect(asked).toHaveLength(2);
});

test('another way out may lead to another router', async () => {
  const { here, asked } = open(async () => 'fritzbox');
  await here.before(place('192.168.0.100'));
  await here.before(place('10.0.0.2'));
  expect(asked).toEqual(['192.168.0.100', '10.0.0.2']);
});

test('what went wrong is not kept', async () => {
  const answers = [Promise.reject(new Error('no file')), Promise.resolve('any')];
  const { here } = open(() => answers.shift() as Promise<string>);
  await expect(here.before(place('10.0.0.2'))).rejects.toThrow('no file');
  expect(await here.before(place('10.0.0.2'))).toBe('any');
});

test('who only looks waits for nothing, and begins to ask once in ten minutes', async () => {
  const { here, asked, state } = open(async () => 'fritzbox');
  const look = () => here.look(place('192.168.0.100'), true);
  expect([look(), look()]).toEqual([null, null]);
  await Promise.resolve();
  expect(look()).toBe('fritzbox');
  state.now = 599_999;
  look();
  expect(asked).toHaveLength(1);
  state.now = 600_000;
  // What it said is shown until it says something else.
  expect(look()).toBe('fritzbox');
  expect(asked).toHaveLength(2);
});

test('who only looks asks nobody while that may not be, and nobody again soon where it went wrong', async () => {
  const { here, asked, state } = open(() => Promise.reject(new Error('no file')));
  expect(here.look(place('10.0.0.2'), false)).toBeNull();
  expect(asked).toEqual([]);
  for (const now of [0, 5_000, 599_999]) {
    state.now = now;
    expect(here.look(place('10.0.0.2'), true)).toBeNull();
    await Promise.resolve();
  }
  expect(asked).toHaveLength(1);
  state.now = 600_000;
  here.look(place('10.0.0.2'), true);
  expect(asked).toHaveLength(2);
});
