import { afterEach, describe, expect, test } from 'vitest';
import { createModel } from '../../lab/model/index.ts';
import type { NetworkSpec, ServerSpec } from '../../lab/scenarios/index.ts';
import type { System } from '../system/index.ts';
import { nodeSystem } from '../system/node/index.ts';
import { askServer, parseServerName, startReflector } from './index.ts';
import type { ServerLines } from './server-lines.ts';
import { ALTERNATE, DEAD, FORWARDED, openLab, PRIMARY, toStrangers } from './test-lab.ts';
import { LIES, type LieName, lying } from './test-liar.ts';

const ANYHOW = { family: null, bindAddress: '0.0.0.0' } as const;

const named = (name: string) => {
  const read = parseServerName(name);
  if (read.kind === 'error') throw new Error(read.error.kind);
  return read.value;
};

const behind = (server: ServerSpec, rest: Partial<NetworkSpec> = {}): NetworkSpec => ({
  ...FORWARDED,
  server,
  ...rest,
});

async function ask(network: NetworkSpec, name: string, as: (pbx: System) => System = (pbx) => pbx) {
  const lab = await openLab(network);
  if (network.server.kind === 'down' || network.server.kind === 'silent') lab.stopReflector();
  const asked = await lab.run(askServer(as(lab.pbx), named(name), ANYHOW));
  expect(lab.leftOpen()).toBeLessThanOrEqual(0);
  return asked;
}

/** Which lines are what, shortly: `yes`, `no: silent`. */
const shortly = (lines: ServerLines) =>
  Object.values(lines).map((line) => ('why' in line ? `${line.kind}: ${line.why}` : line.kind));

const FULL: ServerLines = {
  name: { kind: 'yes', host: 'stun.example', addresses: [PRIMARY] },
  answer: { kind: 'yes', from: `${PRIMARY}:3478`, tookMs: 20 },
  second: { kind: 'yes', address: `${ALTERNATE}:3479` },
  change: { kind: 'yes' },
  cold: { kind: 'yes' },
  limits: { kind: 'yes', packetsPerSecond: 20_000, calls: true },
};

describe('a test of a server', () => {
  test('tells all of a reflector of ours', async () => {
    expect(await ask(FORWARDED, 'stun.example')).toEqual({
      ...{ name: 'stun.example', state: 'ok', detail: null, address: PRIMARY, otherAddress: `${ALTERNATE}:3479` },
      ...{ publicAddress: '203.0.113.44', roundTripMs: 20, lines: FULL },
    });
  });

  test.each<[about: string, server: ServerSpec, state: string, lines: Partial<ServerLines>]>([
    [
      'one address: it names no second',
      { kind: 'one-address' },
      'no-second-address',
      {
        second: { kind: 'no', why: 'not-named' },
        change: { kind: 'not-asked', why: 'no-second-address' },
        cold: { kind: 'not-asked', why: 'no-second-address' },
        limits: { kind: 'yes', packetsPerSecond: 20_000, calls: false },
      },
    ],
    [
      'a server that does not heed CHANGE-REQUEST',
      { kind: 'ignores-change-request' },
      'basic',
      { change: { kind: 'no', why: 'ignored' } },
    ],
    [
      'a server without RESPONSE-PORT',
      { kind: 'no-response-port' },
      'ok',
      { cold: { kind: 'no', why: 'refused', code: 420 } },
    ],
  ])('%s', async (_about, server, state, lines) => {
    const asked = await ask(behind(server), 'stun.example');
    expect([asked.state, asked.lines]).toEqual([state, { ...FULL, ...lines }]);
  });

  test('says of a stranger that it does not tell how much it allows', async () => {
    const asked = await ask(FORWARDED, PRIMARY, toStrangers);
    expect(asked.lines).toEqual({
      ...FULL,
      name: { kind: 'not-asked', why: 'is-address' },
      limits: { kind: 'no', why: 'not-said' },
    });
  });

  test.each<[about: string, server: ServerSpec, name: string, why: object]>([
    ['that is silent', { kind: 'full' }, DEAD, { kind: 'no', why: 'silent' }],
    ['that is not there', { kind: 'down' }, PRIMARY, { kind: 'no', why: 'turned-back', by: PRIMARY }],
  ])('asks nothing else of one %s', async (_about, server, name, why) => {
    const { state, address, roundTripMs, lines } = await ask(behind(server), name);
    expect([state, address, roundTripMs, lines.answer]).toEqual(['unreachable', name, null, why]);
    expect(shortly(lines).slice(2)).toEqual(Array(4).fill('not-asked: no-answer'));
  });

  test.each<[dns: NonNullable<NetworkSpec['dns']>, why: string]>([
    ['no-such-name', 'no-such-name'],
    ['refused', 'refused'],
    ['silent', 'timeout'],
  ])('says what the DNS said of a name: %s', async (dns, why) => {
    const { state, detail, lines } = await ask(behind({ kind: 'full' }, { dns }), 'stun.example');
    expect([state, detail]).toEqual(['unresolvable', why]);
    expect(lines.name).toEqual({ kind: 'no', why, host: 'stun.example', code: expect.any(String) });
    expect(shortly(lines).slice(1)).toEqual(Array(5).fill('not-asked: no-name'));
  });

  test('names the host to which an SRV record leads', async () => {
    const { name, state, lines } = await ask(behind({ kind: 'full' }, { dns: 'service' }), 'domain.example');
    expect([name, state, lines]).toEqual(['domain.example', 'ok', FULL]);
  });

  test('asks nothing where this machine has not the family', async () => {
    const { pbx, run } = createModel({ router: null, server: { kind: 'full' } }, { seed: 1 });
    const { state, lines } = await run(
      askServer(pbx, named('[2001:db8:100::10]'), { family: null, bindAddress: '::' }),
    );
    expect([state, ...shortly(lines)]).toEqual([
      'no-family',
      'not-asked: is-address',
      ...Array(5).fill('not-asked: no-family'),
    ]);
  });

  test('is about the address that leads, if there are several', async () => {
    const asked = await ask(FORWARDED, 'stun.example', (pbx) => ({
      ...pbx,
      names: { ...pbx.names, resolve: async () => ({ kind: 'ok', value: [DEAD, PRIMARY] }) },
    }));
    expect([asked.address, asked.lines]).toEqual([
      PRIMARY,
      { ...FULL, name: { ...FULL.name, addresses: [DEAD, PRIMARY] } },
    ]);
  });

  test('is a dash where nothing can leave this machine', async () => {
    const asked = await ask(FORWARDED, PRIMARY, (pbx) => ({
      ...pbx,
      udp: {
        ...pbx.udp,
        open: (_local, { failed }) => {
          pbx.clock.at(pbx.clock.now(), () => failed({ kind: 'other', code: 'EMFILE' }));
          return { send: () => undefined, close: () => undefined };
        },
      },
    }));
    expect([asked.state, asked.detail]).toEqual(['unreachable', 'EMFILE']);
    expect(shortly(asked.lines).slice(1)).toEqual(Array(5).fill('not-asked: not-sent'));
  });
});

describe('of a liar', () => {
  const asAsked = async (lie: LieName) => {
    const model = createModel(FORWARDED, { seed: 1 });
    const machine = lying(model.reflector, { lies: [LIES[lie]], honest: 0, share: 1, about: () => true, seed: 1 });
    const options = { primary: PRIMARY, alternate: ALTERNATE, port: 3478, alternatePort: 3479 };
    await model.run(startReflector(machine, { ...options, rfc3489: false, lab: false, fault: null }));
    return model.run(askServer(model.pbx, named(PRIMARY), ANYHOW));
  };

  test.each<[lie: LieName, state: string, lines: Partial<ServerLines>]>([
    ['names itself', 'malformed', { second: { kind: 'no', why: 'same-address', address: '198.51.100.10:3479' } }],
    ['names a private address', 'malformed', { second: { kind: 'no', why: 'not-public', address: '10.0.0.1:3479' } }],
    [
      'names its own port',
      'no-second-address',
      { second: { kind: 'no', why: 'same-port', address: `${ALTERNATE}:3478` } },
    ],
    ['names where nobody is', 'no-second-address', { second: { kind: 'no', why: 'silent', address: `${DEAD}:3479` } }],
    ['names none', 'no-second-address', { second: { kind: 'no', why: 'not-named' } }],
    ['cut in the middle', 'malformed', { answer: { kind: 'no', why: 'invalid' } }],
    ['text', 'malformed', { answer: { kind: 'no', why: 'invalid' } }],
    ['silence', 'unreachable', { answer: { kind: 'no', why: 'silent' } }],
    ['maps one port higher', 'malformed', { cold: { kind: 'no', why: 'elsewhere' } }],
    ['no rate', 'ok', { limits: { kind: 'yes', packetsPerSecond: null, calls: true } }],
  ])('that %s: %s', async (lie, state, lines) => {
    const asked = await asAsked(lie);
    expect([asked.state, asked.lines]).toEqual([state, expect.objectContaining(lines)]);
  });

  test.each(Object.keys(LIES) as LieName[])('who is not ok has a line that is no yes: %s', async (lie) => {
    const { state, detail, lines } = await asAsked(lie);
    const isAllYes = Object.values(lines).every(({ kind, ...line }) => kind === 'yes' || line.why === 'is-address');
    // Who sees us in the other family may do all that is asked.
    expect(isAllYes && state !== 'ok').toBe(detail === 'wrong-family');
  });
});

describe('over real sockets', () => {
  const open: (() => void)[] = [];
  afterEach(() => {
    for (const close of open.splice(0)) close();
  });

  test('a reflector on loopback', async () => {
    const system = nodeSystem();
    const [port, alternatePort] = [34_781, 34_782];
    const options = { primary: '127.0.0.2', alternate: '127.0.0.3', port, alternatePort, lab: true };
    const started = await startReflector(system, { ...options, rfc3489: false, fault: null });
    if (started.kind === 'error') throw new Error(started.error.kind);
    open.push(() => started.value.close());
    const asked = await askServer(system, named(`127.0.0.2:${port}`), { family: 'ipv4', bindAddress: '127.0.0.1' });
    expect(asked).toMatchObject({ state: 'ok', publicAddress: '127.0.0.1' });
    expect(asked.lines).toEqual({
      ...FULL,
      name: { kind: 'not-asked', why: 'is-address' },
      answer: { kind: 'yes', from: `127.0.0.2:${port}`, tookMs: asked.roundTripMs },
      second: { kind: 'yes', address: `127.0.0.3:${alternatePort}` },
    });
    expect(asked.roundTripMs).toBeLessThan(1000);
  });
});
