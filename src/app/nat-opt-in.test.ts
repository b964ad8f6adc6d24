import { describe, expect, test } from 'vitest';
import { createModel, type Model, type ModelOptions } from '../../lab/model/index.ts';
import type { NetworkSpec, RouterSpec, ServerSpec } from '../../lab/scenarios/index.ts';
import { type NatReport, renderNat } from '../report/index.ts';
import { type NatOptions, startNat, startReflector } from './index.ts';

const PRIMARY = '198.51.100.10';
const ROUTER: RouterSpec = { outward: 'preserve', filtering: 'address-and-port', forwards: [] };

const behind = (router: Partial<RouterSpec> | null, server: ServerSpec = { kind: 'full' }): NetworkSpec => ({
  router: router && { ...ROUTER, ...router },
  server,
});

async function open(
  spec: NetworkSpec,
  options: Partial<ModelOptions> = {},
  fault: 'no-response-port' | null = null,
): Promise<Model> {
  const model = createModel(spec, { seed: 1, ...options });
  const rest = { port: 3478, alternatePort: 3479, rfc3489: false, lab: false };
  const started = await model.run(
    startReflector(model.reflector, { primary: PRIMARY, alternate: '198.51.100.20', fault, ...rest }),
  );
  if (started.kind === 'error') throw new Error(started.error.kind);
  return model;
}

const start = (model: Model, options: Partial<NatOptions>, heard: number[] = []) => {
  const servers = [{ name: PRIMARY, host: PRIMARY, port: 3478 }];
  const all = { hairpin: false, fragments: false, lifetime: null, ...options };
  return startNat(model.pbx, { servers, family: null, bindAddress: '0.0.0.0', options: all }, 'test', (event) =>
    heard.push(event.for),
  );
};

const ask = (model: Model, options: Partial<NatOptions>): Promise<NatReport> =>
  model.run(start(model, options).finished, 3 * 3_600_000);

const SEEDS = Array.from({ length: 40 }, (_, index) => index + 1);
const LOSSY = { out: 0.05, in: 0.05 };

/* What it says of which network is in lab/scenarios/nat-table.ts. */

describe('not asked', () => {
  test('is null', async () => {
    const report = await ask(await open(behind({})), {});
    expect(report).toMatchObject({ hairpin: null, fragments: null, lifetime: null, addressNote: null });
  });
});

describe('hairpin', () => {
  const ALL = [{ ports: [{ from: 1024, to: 65_535 }], to: 'pbx' as const }];
  test('at 5 % loss each way seldom not known', async () => {
    let known = 0;
    for (const seed of SEEDS)
      for (const hairpin of [true, false]) {
        const report = await ask(await open(behind({ forwards: ALL, hairpin }), { seed, loss: LOSSY }), {
          hairpin: true,
        });
        if (report.hairpin?.result) known++;
      }
    expect(known).toBeGreaterThan(70);
  });
});

describe('fragments', () => {
  test('a server of which nothing shows that it knows PADDING drops nothing', async () => {
    const model = await open(behind({ dropsFragments: 'both' }), {}, 'no-response-port');
    const { fragments } = await ask(model, { fragments: true });
    expect(fragments?.outward).toEqual({ result: null, reason: 'no-padding' });
    expect(fragments?.inward).toEqual({ result: null, reason: 'no-padding' });
  });
});

describe('lifetime', () => {
  const life = async (spec: NetworkSpec, lifetime: number, options: Partial<ModelOptions> = {}) => {
    const model = await open(spec, options);
    const { lifetime: found } = await ask(model, { lifetime });
    return { found, took: model.now() / 1_000, model };
  };
  const forgets = (replied: number): NetworkSpec => behind({ udpTimeouts: { unreplied: 1, replied } });

  test.each([
    [1, 180, null, 2],
    [3, 180, 2, 5],
    [30, 180, 20, 30],
    [35, 180, 30, 45],
    [60, 180, 45, 60],
    [150, 180, 120, 180],
    [181, 180, 180, null],
    [3_000, 3_600, 2_700, 3_600],
  ])('%i s, with %i s at most', async (replied, longest, least, most) => {
    const { found, took, model } = await life(forgets(replied), longest);
    expect(found).toEqual({
      atLeastSeconds: least,
      atMostSeconds: most,
      longestWaitSeconds: longest,
      reason: null,
    });
    expect(took).toBeLessThan((most ?? longest) + 12);
    expect(model.openSockets()).toBe(4);
  });

  test('over a satellite, late answers to earlier tries wake no mapping unseen', async () => {
    const { found } = await life(forgets(40), 60, { delay: 300 });
    expect(found?.atLeastSeconds).toBe(30);
    expect(found?.atMostSeconds).toBeGreaterThanOrEqual(45);
    expect(found?.atMostSeconds).toBeLessThanOrEqual(48);
  });

  test('no router forgets nothing', async () => {
    const { found } = await life(behind(null), 60);
    expect(found).toMatchObject({ atLeastSeconds: 60, atMostSeconds: null });
  });

  test.each(['random', 'stable-other', 'endpoint-independent'] as const)('ports go out as %s', async (outward) => {
    const { found } = await life(behind({ outward, udpTimeouts: { unreplied: 10, replied: 50 } }), 180);
    expect(found).toMatchObject({ atLeastSeconds: 45, atMostSeconds: 60 });
  });

  test('at 5 % loss each way never wrong: wider bounds at most', async () => {
    let known = 0;
    for (const seed of SEEDS) {
      const { found } = await life(forgets(50), 180, { seed, loss: LOSSY, jitter: 5 });
      expect(found?.atLeastSeconds ?? 0).toBeLessThanOrEqual(50);
      expect(found?.atMostSeconds ?? 50).toBeGreaterThanOrEqual(50);
      if (found?.atMostSeconds === 60) known++;
    }
    expect(known).toBeGreaterThan(25);
  });

  test('without RESPONSE-PORT it is not asked, and nothing waits', async () => {
    const model = await open(behind({}), {}, 'no-response-port');
    const { lifetime } = await ask(model, { lifetime: 180 });
    expect(lifetime).toMatchObject({ atLeastSeconds: null, atMostSeconds: null, reason: 'no-response-port' });
    expect(model.now()).toBeLessThan(15_000);
  });

  test('cancelled, it says what is known by then; before that, how long it takes', async () => {
    const model = await open(behind({}));
    const heard: number[] = [];
    const running = start(model, { lifetime: 120 }, heard);
    await model.advance(70_000);
    running.cancel();
    const { lifetime, cancelled } = await model.run(running.finished);
    expect({ ...lifetime, cancelled }).toMatchObject({ atLeastSeconds: 60, atMostSeconds: null, cancelled: true });
    expect(heard).toEqual([expect.closeTo(121_600, -3)]);
    expect(model.openSockets()).toBe(4);
  });

  test('cancelled too early', async () => {
    const model = await open(behind({}));
    const running = start(model, { lifetime: 120, hairpin: true, fragments: true });
    await model.advance(5_000);
    running.cancel();
    const { lifetime } = await model.run(running.finished);
    expect(lifetime?.reason).toBe('cancelled');
  });
});

test('a path that dies while a mapping sleeps is no end of the mapping', async () => {
  const model = await open(behind({}));
  const running = start(model, { lifetime: 60, fragments: true, hairpin: true });
  await model.advance(35_000);
  model.repair({ blocked: { ports: [{ from: 1, to: 65_535 }], how: 'drop' } });
  const { lifetime } = await model.run(running.finished);
  expect(lifetime).toMatchObject({ atLeastSeconds: 30, atMostSeconds: null });
});

test('a server that cannot tell: nothing is asked, and the reason is given', async () => {
  const report = await ask(createModel(behind({}, { kind: 'silent' }), { seed: 1 }), {
    hairpin: true,
    fragments: true,
    lifetime: 60,
  });
  expect(report.hairpin).toEqual({ result: null, reason: 'server' });
  expect(report.fragments?.outward.reason).toBe('server');
  expect(report.lifetime?.reason).toBe('server');
});

test.each(['en', 'de'] as const)('reads well in %s, at any width', async (language) => {
  const everything = { hairpin: true, fragments: true, lifetime: 60 };
  const routers = [{}, null, { dropsFragments: 'in' }, { udpTimeouts: { unreplied: 1, replied: 1 } }] as const;
  for (const router of routers) {
    const report = await ask(await open(behind(router)), everything);
    for (const columns of [40, 80]) {
      const text = renderNat(report, language, { columns, colour: false, verbose: false });
      expect(text).not.toMatch(/\{\{|undefined|null|nat\./);
      expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(columns);
    }
  }
});
