import { expect, test } from 'vitest';
import { createModel, type Model } from '../../lab/model/index.ts';
import type { RouterSpec } from '../../lab/scenarios/index.ts';
import { startReflector } from '../app/index.ts';
import type { NatReport } from '../report/index.ts';
import { fakeTerminal, runWords } from './test-terminal.ts';

const ROUTER: RouterSpec = { outward: 'preserve', filtering: 'address-and-port', forwards: [] };
const NAT = ['nat', '--server', '198.51.100.10'];

async function behind(router: Partial<RouterSpec>): Promise<Model> {
  const model = createModel({ router: { ...ROUTER, ...router }, server: { kind: 'full' } }, { seed: 1 });
  const addresses = { primary: '198.51.100.10', alternate: '198.51.100.20', port: 3478, alternatePort: 3479 };
  const started = await model.run(
    startReflector(model.reflector, { ...addresses, fault: null, rfc3489: false, lab: false }),
  );
  if (started.kind === 'error') throw new Error(started.error.kind);
  return model;
}

async function nat(
  words: readonly string[],
  router: Partial<RouterSpec> = {},
  columns: number | null = null,
  environment: Readonly<Record<string, string>> = {},
) {
  const model = await behind(router);
  const terminal = fakeTerminal({ columns, environment });
  const code = await model.run(runWords([...NAT, ...words], model.pbx, terminal));
  return { code, out: terminal.text('out'), error: terminal.text('error'), seconds: model.now() / 1_000 };
}

test('what is not asked for is null, and nothing is said of it', async () => {
  const { code, out } = await nat(['--json']);
  expect(code).toBe(0);
  expect(JSON.parse(out) as NatReport).toMatchObject({ hairpin: null, fragments: null, lifetime: null });
  expect((await nat([])).out).not.toMatch(/Hairpin|Fragments|Lifetime/);
});

test('all of it, as JSON and as text', async () => {
  const words = ['--hairpin', '--fragments', '--lifetime', '60'];
  const router = { dropsFragments: 'in', udpTimeouts: { unreplied: 10, replied: 40 } } as const;
  const { code, out, error } = await nat([...words, '--json'], router);
  expect(code).toBe(0);
  expect(error).toBe('');
  expect(JSON.parse(out) as NatReport).toMatchObject({
    hairpin: { result: 'does-not', reason: null },
    fragments: { outward: { result: 'pass' }, inward: { result: 'dropped' } },
    lifetime: { atLeastSeconds: 30, atMostSeconds: 45, longestWaitSeconds: 60, reason: null },
  });
  expect((await nat([...words, '--lang', 'de'], router)).out).toContain('Zwischen 30 und 45 s');
});

test('--lifetime alone waits for 180 s at most', async () => {
  const { out, seconds } = await nat(['--lifetime'], { udpTimeouts: { unreplied: 10, replied: 300 } });
  expect(out).toContain('More than 180 s');
  expect(seconds).toBeGreaterThan(180);
  expect(seconds).toBeLessThan(200);
});

test('on a terminal it counts the seconds, and leaves nothing behind', async () => {
  const { error } = await nat(['--lifetime', '20'], {}, 80);
  const lines = error.split('\r\u001b[2K');
  expect(lines.filter((line) => line.startsWith('At most')).length).toBeGreaterThan(18);
  expect(lines).toContain('At most 10 s left, Ctrl-C ends it with what is known');
  expect(lines.at(-1)).toBe('');
  expect((await nat(['--lifetime', '20', '--no-progress'], {}, 80)).error).toBe('');
  expect((await nat(['--lifetime', '20'], {}, 80, { TERM: 'dumb' })).error).toBe('');
});

test('Ctrl-C reports what is known', async () => {
  const model = await behind({});
  const terminal = fakeTerminal();
  const code = runWords([...NAT, '--lifetime'], model.pbx, terminal);
  await model.advance(100_000);
  terminal.interrupt();
  expect(await model.run(code)).toBe(130);
  expect(terminal.text('out')).toContain('More than 90 s');
});

test('an inside server, and an address of a carrier, are called by their names', async () => {
  const model = await behind({});
  const carrier = { ...model.pbx.host, sourceFor: () => Promise.resolve('100.64.0.7') };
  const terminal = fakeTerminal();
  await model.run(runWords([...NAT, '--json'], { ...model.pbx, host: carrier }, terminal));
  expect(JSON.parse(terminal.text('out')) as NatReport).toMatchObject({ addressNote: 'carrier-likely' });
});

test('the router is asked, unless it is told not to; not to know its address is no failure', async () => {
  const speaks = { protocols: ['nat-pmp'] } as const;
  const router = async (words: readonly string[], spec: Partial<RouterSpec>) => {
    const { code, out } = await nat([...words, '--json'], spec);
    return [code, (JSON.parse(out) as NatReport).router?.nats];
  };
  expect(await router([], { speaks })).toEqual([0, 'one-nat']);
  expect(await router([], {})).toEqual([0, null]);
  expect(await router(['--no-router'], { speaks })).toEqual([0, undefined]);
});

test('without a server it is told to name one, and not to try what it refuses', async () => {
  const model = await behind({});
  const terminal = fakeTerminal();
  expect(await model.run(runWords(['nat'], model.pbx, terminal))).toBe(64);
  expect(terminal.text('error')).toContain('--server stun.example.com');
  expect(terminal.text('error')).not.toContain('embedded');
});
