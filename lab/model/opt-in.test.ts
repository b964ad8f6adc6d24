import { describe, expect, test } from 'vitest';
import type { RouterSpec } from '../scenarios/index.ts';
import { PUBLIC } from './addresses.ts';
import { createModel, type Model } from './model.ts';
import { A1, at, behind, ONE_TO_ONE, onPbx, onReflector, P, PUBLIC_P, ROUTER, seen, type Voice } from './test-hosts.ts';

/* What a router does beside its NAT's usual work, where its spec says so. */

const Q = { ...P, port: 9001 };
const PUBLIC_Q = { ...PUBLIC_P, port: 9001 };

async function twoInside(spec: RouterSpec): Promise<{ model: Model; p: Voice; q: Voice }> {
  const model = createModel(behind(spec), { seed: 1 });
  return { model, p: await onPbx(model, P), q: await onPbx(model, Q) };
}

describe('hairpin', () => {
  test('a forwarded port is reached from the LAN, under the public address, and its answer comes back', async () => {
    const { model, p, q } = await twoInside({ ...ONE_TO_ONE, hairpin: true });
    expect(await seen(model, p, q, PUBLIC_P)).toEqual(PUBLIC_Q);
    expect(await seen(model, q, p, PUBLIC_Q)).toEqual(PUBLIC_P);
    expect(model.counters['wan-out'].sent).toBe(0);
  });

  test('without it, the same packet ends at the router', async () => {
    const { model, p, q } = await twoInside(ONE_TO_ONE);
    expect(await seen(model, p, q, PUBLIC_P)).toBeNull();
    expect(model.counters['lan-out'].unwanted).toBe(1);
  });

  test('the filter holds for it, too: who was spoken to gets in', async () => {
    const { model, p, q } = await twoInside({ ...ROUTER, outward: 'endpoint-independent', hairpin: true });
    const server = await onReflector(model, A1);
    for (const one of [p, q]) await seen(model, server, one);
    expect(await seen(model, p, q, PUBLIC_P)).toBeNull();
    expect(await seen(model, q, p, PUBLIC_Q)).toEqual(PUBLIC_P);
    expect(await seen(model, p, q, PUBLIC_P)).toEqual(PUBLIC_Q);
  });
});

describe('fragments', () => {
  const LONGEST_WHOLE = 1472;
  const word = (length: number) => 'x'.repeat(length);

  async function passes(dropsFragments: RouterSpec['dropsFragments'], length: number): Promise<string> {
    const model = createModel(behind({ ...ONE_TO_ONE, ...(dropsFragments && { dropsFragments }) }), { seed: 1 });
    const [inside, outside] = [await onPbx(model, P), await onReflector(model, A1)];
    inside.say(word(length), A1);
    outside.say(word(length), at(PUBLIC, P.port));
    await model.advance(100);
    return `${outside.heard.length > 0 ? 'out' : ''} ${inside.heard.length > 0 ? 'in' : ''}`.trim();
  }

  test('pass, are dropped in one direction, or in both; what needs none always passes', async () => {
    const ways = [undefined, 'out', 'in', 'both'] as const;
    expect(await Promise.all(ways.map((way) => passes(way, LONGEST_WHOLE + 1)))).toEqual(['out in', 'in', 'out', '']);
    const whole = await Promise.all(ways.map((way) => passes(way, LONGEST_WHOLE)));
    expect(whole).toEqual(ways.map(() => 'out in'));
  });
});

test('a router that forgets sooner', async () => {
  const { model, p } = await twoInside({ ...ROUTER, udpTimeouts: { unreplied: 3, replied: 5 } });
  const server = await onReflector(model, A1);
  await seen(model, server, p);
  await model.advance(2_700);
  expect(await seen(model, p, server, PUBLIC_P)).toEqual(A1);
  await model.advance(4_800);
  expect(await seen(model, p, server, PUBLIC_P)).toEqual(A1);
  await model.advance(5_000);
  expect(await seen(model, p, server, PUBLIC_P)).toBeNull();
});
