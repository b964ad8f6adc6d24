import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { FORWARDED, NOT_FORWARDED } from '../../app/test-lab.ts';
import type { Report } from '../../report/index.ts';
import { ROUTES } from '../api/index.ts';
import type { Answer } from '../handler.ts';
import { historyHandlers } from './history.ts';
import { routerHere } from './router-here.ts';
import { runHandlers } from './run-handlers.ts';
import { beginning } from './summary.ts';
import { ALL, BY, callOf, openConsole, PRIMARY, readEvents } from './test-console.ts';
import { toolHandlers } from './tool-handlers.ts';

/** Those that wait for virtual time; all others answer at once. */
const SENDS = new Set<string>(['testServer', 'nat', 'startRun']);

const open = async (...options: Parameters<typeof openConsole>) => {
  const console = await openConsole(...options);
  const system = console.lab.pbx;
  const tools = { ...console, system, version: 'lab', next: async () => new Date(60_000), here: routerHere(system) };
  const handlers = { ...historyHandlers(tools), ...runHandlers(tools), ...toolHandlers(tools) };
  type Name = keyof typeof handlers;
  /** What it answers has to be as the API says. */
  const ask = async (name: Name, parts: Parameters<typeof callOf>[0] = {}): Promise<Answer> => {
    const asked = handlers[name](callOf(parts));
    const answer = await (SENDS.has(name) ? console.lab.run(asked) : asked);
    if (answer.kind === 'json')
      (ROUTES[name].replies as unknown as Record<number, z.ZodType>)[answer.status]?.parse(answer.body);
    return answer;
  };
  const bodyOf = async (name: Name, parts: Parameters<typeof callOf>[0] = {}) => {
    const answer = await ask(name, parts);
    if (answer.kind !== 'json') throw new Error(JSON.stringify(answer));
    return answer.body as Record<string, never>;
  };
  return { ...console, ask, bodyOf };
};

const byId = (id: number) => ({ params: { id } as never });
const query = (id: number, given: object) => ({ ...byId(id), query: given as never });

describe('runs', () => {
  test('are listed from the newest on, with a page after it', async () => {
    const { run, ask, bodyOf } = await open();
    for (let count = 0; count < 3; count++) await run();
    expect(await bodyOf('runs', { query: { limit: 2 } as never })).toMatchObject({
      items: [{ id: 3 }, { id: 2 }],
      more: true,
    });
    const rest = await ask('runs', { query: { limit: 2, before: 2 } as never });
    expect(rest).toMatchObject({ body: { items: [{ id: 1, verdict: 'supported' }], more: false } });
  });

  test('are planned without a packet', async () => {
    const { lab, bodyOf } = await open();
    const before = lab.leftOpen();
    expect(await bodyOf('planRun', { body: ALL as never })).toMatchObject({
      ...{ udp: ['udp/5060', 'udp/9000-9005'], count: 7, mode: 'bind', servers: [PRIMARY], stops: [] },
    });
    expect([lab.leftOpen(), lab.counters]).toEqual([before, expect.objectContaining({})]);
  });

  test('of which services are stopped say which', async () => {
    const options = { services: { units: [{ name: 'sip', udp: [5060] }] } };
    const { lab, bodyOf } = await open(FORWARDED, { options });
    const plan = await bodyOf('planRun', { body: { ...ALL, mode: 'exclusive' } as never });
    expect(plan).toMatchObject({ stops: [{ service: 'sip', ports: ['udp/5060'] }] });
    expect(lab.units.changes).toEqual([]);
  });

  test('are begun, joined, followed and cancelled', async () => {
    const { lab, manager, ask } = await open(NOT_FORWARDED);
    expect(await ask('startRun', { body: ALL as never })).toMatchObject({
      status: 201,
      body: { id: 1, joined: false },
    });
    expect(await ask('startRun', { body: ALL as never })).toMatchObject({ status: 200, body: { id: 1, joined: true } });
    const reader = readEvents(await ask('runEvents', byId(1)));
    expect(await ask('removeRun', byId(1))).toMatchObject({ status: 409, code: 'run-in-progress' });
    expect(await ask('cancelRun', byId(1))).toMatchObject({ status: 202 });
    await lab.run(manager.idle());
    expect(reader.got.at(-1)).toMatchObject({ event: 'end', data: { verdict: 'cancelled' } });
    expect(readEvents(await ask('runEvents', byId(1)))).toMatchObject({ got: [{ event: 'end' }], isOver: true });
    expect(await ask('cancelRun', byId(1))).toMatchObject({ status: 409, code: 'not-running' });
    expect(await ask('removeRun', byId(1))).toMatchObject({ status: 204 });
  });

  test.each(['run', 'removeRun', 'cancelRun', 'runEvents', 'exportRun', 'packets', 'advice'] as const)(
    'that nobody knows are not found: %s',
    async (name) => {
      const { ask } = await open();
      expect(await ask(name, query(7, { format: 'json', redact: 'false' }))).toMatchObject({
        status: 404,
        code: 'not-found',
      });
    },
  );
});

describe('a report', () => {
  test.each([
    ['text', /^Unsupported: /],
    ['json', /^\{\n {2}"schema": "fullcone.report\/1"/],
    ['junit', /<testsuite name/],
    ['csv', /udp,/],
    ['html', /<!doctype html>/i],
    ['pdf', /^%PDF-/],
    ['events', /^\{"schema":"fullcone.run\/1"\}/],
  ])('is exported as %s', async (format, begins) => {
    const { run, ask } = await open(NOT_FORWARDED);
    await run();
    const file = await ask('exportRun', query(1, { format, language: 'en', redact: 'false' }));
    if (file.kind !== 'file') throw new Error(JSON.stringify(file));
    expect(Buffer.from(file.content).toString('latin1')).toMatch(begins);
    expect(file.name).toMatch(/^fullcone-run-1\.\w+$/);
  });

  test('hides addresses if told to; packets are not to be had so', async () => {
    const { run, ask } = await open(NOT_FORWARDED);
    await run();
    const file = await ask('exportRun', query(1, { format: 'text', language: 'de', redact: 'true' }));
    expect(file).toMatchObject({ name: 'fullcone-run-1-redacted.txt', content: expect.not.stringContaining(PRIMARY) });
    const events = await ask('exportRun', query(1, { format: 'events', redact: 'true' }));
    expect(events).toMatchObject({ kind: 'problem', code: 'no-report' });
  });

  test('has the packets of each port, and none of one that was not asked', async () => {
    const { run, bodyOf } = await open(NOT_FORWARDED);
    await run();
    const packets = (port: string) => bodyOf('packets', query(1, { port }));
    const { proof } = (await packets('udp/9003')) as unknown as { proof: { exchanges: object[] } };
    expect(proof).toMatchObject({ port: 'udp/9003' });
    expect(proof.exchanges.map((one) => 'question' in one && one.question)).toContain('cold');
    expect(await packets('udp/4')).toEqual({ proof: null });
  });

  test('is there as it is, and in the words of the reader, with the steps of his router', async () => {
    const { run, ask, bodyOf } = await open(NOT_FORWARDED);
    await run();
    expect(await bodyOf('run', byId(1))).toMatchObject({
      report: { schema: 'fullcone.report/1', verdict: 'unsupported' },
    });
    const advice = await bodyOf('advice', query(1, { router: 'mikrotik', language: 'de' }));
    expect(advice).toMatchObject({
      router: { id: 'mikrotik' },
      findings: [{ code: 'nothing-forwarded', severity: 'error', needs: expect.arrayContaining(['forward']) }],
    });
    expect(JSON.stringify(advice['steps'])).toContain('192.168.0.100');
    expect(await ask('advice', query(1, { router: 'nobody' }))).toMatchObject({ status: 404, code: 'no-such-router' });
  });

  test('is read as often as anybody likes, without the router being asked again who it is', async () => {
    const { lab, run, bodyOf } = await open(NOT_FORWARDED);
    await run();
    const look = async (): Promise<number> => {
      const before = lab.pbx.clock.now();
      const advice = await lab.run(bodyOf('advice', query(1, { router: 'auto' })));
      expect(advice).toMatchObject({ router: { id: 'any' } });
      return lab.pbx.clock.now() - before;
    };
    expect(await look()).toBeGreaterThan(0);
    expect(await look()).toBe(0);
  });

  test('is compared with another one, and part of a trend', async () => {
    const { lab, run, bodyOf } = await open(NOT_FORWARDED);
    await run();
    lab.repair(FORWARDED.router as never);
    await lab.advance(300_000);
    await run();
    const { comparison } = await bodyOf('compare', { query: { a: 1, b: 2 } as never });
    expect(comparison).toMatchObject({ changed: true, comparedPorts: 7, ports: [{ count: 7 }] });
    expect(await bodyOf('trend')).toMatchObject({
      ranges: ['udp/5060', 'udp/9000-9005'],
      runs: [
        { id: 1, open: [0, 0] },
        { id: 2, open: [1, 1] },
      ],
    });
  });
});

describe('without a check', () => {
  test('the dashboard tells what is known', async () => {
    const { run, bodyOf } = await open(NOT_FORWARDED, { pbx: { profile: '3cx' } });
    expect(await bodyOf('dashboard')).toMatchObject({
      last: null,
      running: null,
      pbx: { name: expect.stringContaining('3CX') },
      router: { kind: 'unknown', why: 'no-check' },
      nat: { kind: 'unknown', why: 'no-check' },
    });
    await run({ scope: { kind: 'ports', ports: ['udp/9000-9003'] } });
    expect(await bodyOf('dashboard')).toMatchObject({
      last: { verdict: 'unsupported', counts: { closed: 4 } },
      lastGood: null,
      publicAddress: { seen: '203.0.113.44', expected: null },
      servers: [{ server: PRIMARY, state: 'ok', roundTripMs: 20 }],
      ipv6: { isHere: false, wasChecked: false },
      next: { at: '1970-01-01T00:01:00.000Z', tells: null },
    });
  });

  test('the dashboard waits for no router, asks it once, and names the one of the settings without asking', async () => {
    const { lab, store, run, bodyOf } = await open(NOT_FORWARDED);
    await run();
    const before = lab.pbx.clock.now();
    const router = async () => (await bodyOf('dashboard'))['router'];
    expect(await router()).toMatchObject({ kind: 'unknown', why: 'not-yet' });
    expect(lab.pbx.clock.now()).toBe(before);
    await lab.advance(10_000);
    expect(await router()).toMatchObject({ kind: 'unknown', why: 'not-recognised' });
    await store.writeSettings('router', { product: 'pfsense', wanInterface: null });
    expect(await router()).toMatchObject({ kind: 'known', name: expect.stringContaining('pfSense'), by: 'settings' });
  });

  test('the dashboard knows the last good one, however long ago it was', async () => {
    const { store, run, bodyOf } = await open();
    await run();
    const at = '2026-01-01T00:00:00.000Z';
    const summary = { ...beginning(BY, ALL.scope), verdict: 'unsupported' as const };
    for (let count = 0; count < 20; count++)
      await store.finishRun(await store.beginRun(at, summary), { endedAt: at, summary, report: '', record: null });
    expect(await bodyOf('dashboard')).toMatchObject({ last: { id: 21 }, lastGood: { id: 1 } });
  });

  test.each([
    [{ ipv4: '203.0.113.44', ipv6: '2001:DB8::44' }, '203.0.113.44', []],
    [{ ipv4: '203.0.113.45', ipv6: null }, '203.0.113.45', ['unexpected-public-address']],
    [{ ipv4: null, ipv6: '2001:db8::44' }, null, []],
  ])('the public address that is set is compared with what the servers see: %j', async (set, expected, findings) => {
    const network = { publicAddress: { kind: 'static', ...set } as const };
    const { run, bodyOf } = await open(FORWARDED, { pbx: { udp: '9000-9003' }, network });
    await run();
    expect(await bodyOf('dashboard')).toMatchObject({ publicAddress: { seen: '203.0.113.44', expected } });
    const { report } = (await bodyOf('run', byId(1))) as unknown as { readonly report: Report };
    expect(report.findings.map(({ code }) => code)).toEqual(findings);
  });

  test('calls in progress are told by busy media ports', async () => {
    const held = [9000, 9001, 9002, 9003];
    const { bodyOf } = await open({ ...FORWARDED, held }, { pbx: { udp: '9000-9099' } });
    expect(await bodyOf('dashboard')).toMatchObject({ pbx: { callsInProgress: 1, busy: ['udp/9000-9003'] } });
  });

  test('a server is asked what it can do', async () => {
    const { lab, ask, bodyOf } = await open(FORWARDED);
    expect(await bodyOf('testServer', { body: { server: PRIMARY } as never })).toEqual({
      ...{ server: PRIMARY, state: 'ok', address: PRIMARY, otherAddress: '198.51.100.20:3479' },
      ...{ publicAddress: '203.0.113.44', roundTripMs: 20, detail: null },
      lines: {
        name: { kind: 'not-asked', why: 'is-address' },
        answer: { kind: 'yes', from: `${PRIMARY}:3478`, tookMs: 20 },
        second: { kind: 'yes', address: '198.51.100.20:3479' },
        ...{ change: { kind: 'yes' }, cold: { kind: 'yes' } },
        limits: { kind: 'yes', packetsPerSecond: 20_000, calls: true },
      },
    });
    expect(lab.leftOpen()).toBe(0);
    const wrong = await ask('testServer', { body: { server: 'http://stun.example' } as never });
    expect(wrong).toMatchObject({ status: 409, code: 'cannot-run', facts: { why: 'server-url' } });
    const nowhere = await bodyOf('testServer', { body: { server: 'nowhere.example' } as never });
    expect(nowhere).toMatchObject({ state: 'unresolvable', lines: { name: { why: 'no-such-name' } } });
    lab.stopReflector();
    const gone = await bodyOf('testServer', { body: { server: PRIMARY } as never });
    expect(gone).toMatchObject({
      state: 'unreachable',
      lines: { answer: { kind: 'no' }, cold: { kind: 'not-asked' } },
    });
  });

  test('the reflector inside is there while it is asked, by however many', async () => {
    const { lab, manager, ask, bodyOf } = await open(FORWARDED);
    const body = { server: 'embedded' } as never;
    expect(await bodyOf('testServer', { body })).toMatchObject({ state: 'ok', address: '127.0.0.2' });
    expect(lab.leftOpen()).toBe(0);
    const servers = [{ name: 'embedded', host: '127.0.0.2', port: 3478 }];
    const held = await lab.run(Promise.all([1, 2].map(() => manager.inside.hold(servers))));
    expect(lab.leftOpen()).toBe(4);
    expect(await ask('testServer', { body })).toMatchObject({ body: { state: 'ok' } });
    for (const one of held) if (one.kind === 'ok') for (let times = 0; times < 2; times++) one.value();
    expect(lab.leftOpen()).toBe(0);
  });

  test('the NAT is looked at, but not beside a run', async () => {
    const { lab, manager, ask, bodyOf } = await open(FORWARDED);
    expect(await bodyOf('nat', { body: { server: PRIMARY } as never })).toMatchObject({ schema: 'fullcone.nat/1' });
    await lab.run(manager.start(ALL, { kind: 'schedule', name: null }));
    expect(await ask('nat', { body: { server: PRIMARY } as never })).toMatchObject({ code: 'run-in-progress' });
    await lab.run(manager.close());
  });

  test('products, routers and ports are listed', async () => {
    const { bodyOf } = await open(FORWARDED, { pbx: { profile: '3cx' } });
    expect(await bodyOf('profiles')).toContainEqual(expect.objectContaining({ id: '3cx' }));
    expect(await bodyOf('routers')).toContainEqual(expect.objectContaining({ id: 'mikrotik' }));
    expect(await bodyOf('ports')).toMatchObject({ schema: 'fullcone.ports/1', products: [{ profile: '3cx' }] });
  });
});
