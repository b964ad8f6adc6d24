import { describe, expect, it } from 'vitest';
import { PBX } from './addresses.ts';
import { createModel, type Model } from './model.ts';
import type { ModelOptions } from './options.ts';
import { A1, at, behind, ONE_TO_ONE, onPbx, onReflector, P, type Voice } from './test-hosts.ts';

const PACKETS = 4000;

/** `PACKETS` packets out, one a millisecond, each of them answered. */
async function traffic(
  options: ModelOptions,
  spec = behind(ONE_TO_ONE),
): Promise<{ model: Model; p: Voice; a1: Voice }> {
  const model = createModel(spec, options);
  const a1 = await onReflector(model, A1);
  const p = await onPbx(model, P);
  for (let count = 0; count < PACKETS; count++) {
    p.say(`${count}`, A1);
    await model.advance(1);
  }
  await model.advance(1000);
  return { model, p, a1 };
}

const numbers = ({ heard }: Voice): number[] => heard.map(({ text }) => Number(text));
const isAscending = (values: readonly number[]): boolean =>
  values.every((value, index) => value >= (values[index - 1] ?? 0));

describe('the link', () => {
  it('loses nothing, in order, and takes 10 ms each way, unless told otherwise', async () => {
    const { model, a1 } = await traffic({ seed: 1 });
    expect(numbers(a1)).toEqual(Array.from({ length: PACKETS }, (_, index) => index));
    expect(model.counters['wan-out']).toMatchObject({ sent: PACKETS, passed: PACKETS, lost: 0 });

    const fresh = createModel(behind(null), { seed: 1, trace: true });
    const voice = await onPbx(fresh, at('203.0.113.44', 9000));
    await onReflector(fresh, A1);
    voice.say('x', A1);
    await fresh.advance(10);
    expect(fresh.trace).toMatchObject([{ at: 10, link: 'wan-out', fate: 'passed', size: 1 }]);
  });

  it('loses the given share each way, and not in step', async () => {
    const model = createModel(behind(ONE_TO_ONE), { seed: 3, loss: { out: 0.05, in: 0.05 } });
    await onReflector(model, A1);
    const a1 = await onReflector(model, at(A1.address, 3479));
    const p = await onPbx(model, P);
    for (let count = 0; count < PACKETS; count++) {
      p.say('', a1.local);
      a1.say('', at('203.0.113.44', 9000));
      await model.advance(1);
    }
    await model.advance(100);
    // 5 % of 4000 is 200; four standard deviations are 55.
    for (const link of ['wan-out', 'wan-in'] as const) {
      const { sent, lost } = model.counters[link];
      expect(sent).toBe(PACKETS);
      expect(lost).toSatisfy((count: number) => Math.abs(count - 200) < 55);
    }
    expect(p.heard.length).toBe(PACKETS - model.counters['wan-in'].lost);
    expect(a1.heard.length).toBe(PACKETS - model.counters['wan-out'].lost);
  });

  it('loses others with another seed', async () => {
    const heard = async (seed: number) => numbers((await traffic({ seed, loss: { out: 0.5, in: 0 } })).a1);
    const first = await heard(1);
    expect(await heard(1)).toEqual(first);
    expect(await heard(2)).not.toEqual(first);
  });

  it('loses one packet whatever became of the one before', async () => {
    const { a1 } = await traffic({ seed: 5, loss: { out: 0.3, in: 0 } });
    const got = new Set(numbers(a1));
    const lostTwice = Array.from({ length: PACKETS - 1 }, (_, index) => index).filter(
      (index) => !got.has(index) && !got.has(index + 1),
    ).length;
    // 9 % of 4000 is 360; neighbouring pairs overlap, which widens four standard deviations to about 90.
    expect(Math.abs(lostTwice - 360)).toBeLessThan(90);
  });

  it("takes the network's own loss where the options say nothing", async () => {
    const spec = behind(ONE_TO_ONE, { loss: { out: 1, in: 0 } });
    expect((await traffic({ seed: 1 }, spec)).a1.heard).toEqual([]);
    expect((await traffic({ seed: 1, loss: { out: 0, in: 0 } }, spec)).a1.heard).toHaveLength(PACKETS);
  });

  it('varies its delay without changing the order', async () => {
    const { model, a1 } = await traffic({ seed: 1, jitter: 8, trace: true });
    expect(isAscending(numbers(a1))).toBe(true);
    const sent = model.trace.filter(({ link }) => link === 'lan-out').map(({ at }) => at);
    const trips = model.trace
      .filter(({ link }) => link === 'wan-out')
      .map((arrived, index) => arrived.at - (sent[index] ?? 0));
    expect(Math.min(...trips)).toBeGreaterThanOrEqual(2);
    expect(Math.max(...trips)).toBeLessThanOrEqual(18);
    expect(Math.max(...trips) - Math.min(...trips)).toBeGreaterThan(5);
  });

  it('duplicates', async () => {
    const { model, a1 } = await traffic({ seed: 1, duplicate: 0.1 });
    const { duplicated } = model.counters['wan-out'];
    expect(Math.abs(duplicated - 400)).toBeLessThan(80);
    expect(a1.heard.length).toBe(PACKETS + duplicated);
    expect(new Set(numbers(a1)).size).toBe(PACKETS);
  });

  it('reorders', async () => {
    const { model, a1 } = await traffic({ seed: 1, reorder: 0.05 });
    expect(Math.abs(model.counters['wan-out'].reordered - 200)).toBeLessThan(55);
    expect(isAscending(numbers(a1))).toBe(false);
    expect(numbers(a1).sort((a, b) => a - b)).toEqual(Array.from({ length: PACKETS }, (_, index) => index));
  });

  it('is not crossed within the LAN', async () => {
    const model = createModel(behind(ONE_TO_ONE), { seed: 1, loss: { out: 1, in: 1 } });
    const p = await onPbx(model, P);
    const q = await onPbx(model, at(PBX, 9001));
    p.say('hello', q.local);
    await model.advance(0);
    expect(q.heard).toEqual([{ text: 'hello', from: P }]);
  });
});
