import { describe, expect, test } from 'vitest';
import type { NetworkSpec, OuterNat, RouterSpec, Speech } from '../../lab/scenarios/index.ts';
import { renderNat } from '../report/index.ts';
import type { Gateway, System } from '../system/index.ts';
import { type CheckRequest, conclude, startCheck, startNat } from './index.ts';
import { openLab, PRIMARY, REQUEST, serverOf } from './test-lab.ts';

const PUBLIC = '203.0.113.44';
const ALL: Speech['protocols'] = ['nat-pmp', 'pcp', 'upnp'];

const network = (speaks?: Speech, outer?: OuterNat, router: Partial<RouterSpec> = {}): NetworkSpec => ({
  router: {
    ...{
      outward: 'preserve',
      filtering: 'address-and-port',
      forwards: [{ ports: [{ from: 1, to: 65_535 }], to: 'pbx' }],
    },
    ...(speaks ? { speaks } : {}),
    ...router,
  },
  server: { kind: 'full' },
  ...(outer ? { outer } : {}),
});

async function check(spec: NetworkSpec, request: Partial<CheckRequest> = {}) {
  const lab = await openLab(spec, { trace: true });
  const { report, events } = await lab.check(request);
  expect(lab.leftOpen()).toBe(0);
  const inLan = lab.trace.filter(({ link, to }) => link === 'lan-out' && /^(192\.168\.0\.|239\.)/.test(to.address));
  return { report, events, inLan, codes: report.findings.map(({ code, severity }) => `${severity} ${code}`) };
}

const told = async (speaks: Speech, outer?: OuterNat) => {
  const { report } = await check(network(speaks, outer));
  const { nats, reason, wanAddress, by } = report.router ?? {};
  return `${nats ?? reason}, ${wanAddress}, ${by}`;
};

const CARRIER: OuterNat = { inside: '100.64.0.2' };
const BOX: OuterNat = { inside: '192.168.1.2' };

describe('the router says its address', () => {
  test.each<[string, Speech, OuterNat | undefined]>([
    [`one-nat, ${PUBLIC}, nat-pmp`, { protocols: ALL }, undefined],
    [`one-nat, ${PUBLIC}, upnp`, { protocols: ['upnp'] }, undefined],
    [`one-nat, ${PUBLIC}, upnp`, { protocols: ['pcp', 'upnp'] }, undefined],
    ['carrier-nat, 100.64.0.2, nat-pmp', { protocols: ['nat-pmp'] }, CARRIER],
    ['carrier-nat, 100.64.0.2, upnp', { protocols: ['upnp'] }, CARRIER],
    ['double-nat, 192.168.1.2, nat-pmp', { protocols: ALL }, BOX],
    ['double-nat, 192.168.1.2, upnp', { protocols: ['upnp'] }, BOX],
    ['other-public-address, 198.51.100.99, upnp', { protocols: ['upnp'], address: '198.51.100.99' }, undefined],
  ])('%s', async (expected, speaks, outer) => {
    expect(await told(speaks, outer)).toBe(expected);
  });
});

describe('it does not', () => {
  test.each<[string, Speech]>([
    // Where all ports are well, nobody waits for it.
    ['cancelled', { protocols: [] }],
    ['refused', { protocols: ['pcp'] }],
    ['no-address', { protocols: ALL, fault: 'no-address' }],
    ['no-address', { protocols: ['upnp'], fault: 'no-address' }],
    ['no-address', { protocols: ['nat-pmp'], fault: 'no-address' }],
    ['cancelled', { protocols: ALL, fault: 'garbage' }],
    ['cancelled', { protocols: ALL, fault: 'wrong-source', address: '10.9.9.9' }],
    ['malformed', { protocols: ['upnp'], fault: 'elsewhere' }],
    ['cancelled', { protocols: ['upnp'], fault: 'hangs' }],
    ['no-address', { protocols: ['upnp'], address: '0.0.0.0' }],
    ['no-address', { protocols: ['nat-pmp'], address: '127.0.0.1' }],
    ['malformed', { protocols: ['upnp'], address: '1.2.3' }],
  ])('%s: %j', async (expected, speaks) => {
    const { report, codes } = await check(network(speaks));
    expect(report.router).toMatchObject({ nats: null, reason: expected });
    expect([report.verdict, codes]).toEqual(['supported', []]);
  });

  test.each<[string, Speech]>([
    ['silent', { protocols: [] }],
    ['silent', { protocols: ALL, fault: 'garbage' }],
    ['silent', { protocols: ALL, fault: 'wrong-source', address: '10.9.9.9' }],
    ['malformed', { protocols: ['upnp'], fault: 'hangs' }],
  ])('%s, where a port is closed: %j', async (expected, speaks) => {
    const { report } = await check(network(speaks, undefined, { forwards: [] }));
    expect(report).toMatchObject({ verdict: 'unsupported', router: { nats: null, reason: expected } });
  });
});

describe('whatever the router says, the ports are what they are', () => {
  const LIES: readonly Speech[] = [
    { protocols: [] },
    ...['10.0.0.1', '100.64.0.1', PUBLIC, '198.51.100.99', '0.0.0.0', '255.255.255.255'].map((address) => ({
      protocols: ALL,
      address,
    })),
    ...(['garbage', 'wrong-source', 'elsewhere', 'hangs', 'no-address'] as const).map((fault) => ({
      protocols: ALL,
      fault,
    })),
  ];

  test.each([
    ['forwarded', {}],
    ['not forwarded', { forwards: [] }],
    ['random', { outward: 'random' }],
  ] as const)('%s', async (_, router) => {
    const ports = async (speaks?: Speech) => (await check(network(speaks, undefined, router))).report;
    const honest = await ports();
    for (const lie of LIES) {
      const { verdict, reason, ports: lied } = await ports(lie);
      const said = lied.map(({ port, result, cause }) => ({ port, result, cause }));
      expect(said).toEqual(honest.ports.map(({ port, result, cause }) => ({ port, result, cause })));
      expect([verdict, reason]).toEqual([honest.verdict, honest.reason]);
    }
  });
});

describe('the finding', () => {
  const SHUT = { forwards: [] };
  const HALF = { forwards: [{ ports: [{ from: 5060, to: 9002 }], to: 'pbx' as const }] };
  const NAT_PMP: Speech = { protocols: ['nat-pmp'] };
  const everything = [{ from: 1, to: 65_535 }];

  test.each<[string, NetworkSpec, readonly string[]]>([
    ['nothing gets in: it is the cause', network(NAT_PMP, BOX), ['error double-nat', 'error nothing-forwarded']],
    ['all gets in', network(NAT_PMP, { ...BOX, forwards: everything }), ['info double-nat']],
    [
      'some gets in: what is closed has another cause',
      network(NAT_PMP, { ...CARRIER, forwards: everything }, HALF),
      ['error range-ends-early', 'warning carrier-nat'],
    ],
    ['one NAT: nothing to say', network(NAT_PMP, undefined, SHUT), ['error nothing-forwarded']],
    [
      'another address, nothing gets in',
      network({ ...NAT_PMP, address: '198.51.100.9' }, undefined, SHUT),
      ['error nothing-forwarded', 'warning other-public-address'],
    ],
    ['another address, all gets in', network({ ...NAT_PMP, address: '198.51.100.9' }), ['info other-public-address']],
    [
      'it hides its address, nothing gets in',
      network({ protocols: ['upnp'], fault: 'no-address' }, CARRIER),
      ['error nothing-forwarded', 'warning router-without-address'],
    ],
    [
      'a random NAT has its own finding',
      network(NAT_PMP, { ...BOX, forwards: everything }, { outward: 'random' }),
      ['error source-port-rewritten', 'info double-nat'],
    ],
  ])('%s', async (_, spec, expected) => {
    expect((await check(spec)).codes).toEqual(expected);
  });
});

describe('whom it asks, and when', () => {
  test('a router that answers gets two bytes, once', async () => {
    const { inLan } = await check(network({ protocols: ALL }));
    expect(inLan.map(({ to, size }) => [to, size])).toEqual([[{ address: '192.168.0.1', port: 5351 }, 2]]);
  });

  test('--no-router: not a packet, and not a word', async () => {
    const { inLan, report, events } = await check(network({ protocols: ALL }), { noRouter: true });
    expect([inLan, report.router]).toEqual([[], undefined]);
    expect(events.some(({ kind }) => kind === 'gateway' || kind === 'router')).toBe(false);
  });

  test('a description that is elsewhere is not fetched', async () => {
    const { inLan } = await check(network({ protocols: ['upnp'], fault: 'elsewhere' }));
    expect(inLan.filter(({ protocol }) => protocol === 'tcp')).toEqual([]);
  });

  test('a machine without a router', async () => {
    const { report, inLan } = await check({ router: null, server: { kind: 'full' } });
    expect(report.router).toMatchObject({ gateway: null, nats: null, reason: 'no-lan' });
    expect(inLan).toEqual([]);
  });

  test.each<[string, Gateway]>([
    ['no-gateway', { kind: 'none' }],
    ['gateway-unknown', { kind: 'unknown' }],
    ['no-lan', { kind: 'known', address: '203.0.113.1' }],
  ])('%s', async (reason, gateway) => {
    const lab = await openLab(network({ protocols: ALL }));
    const host = { ...lab.pbx.host, gatewayFor: () => Promise.resolve(gateway) };
    const { report } = await lab.run(startCheck({ ...lab.pbx, host }, REQUEST, 'lab').finished);
    expect(report).toMatchObject({ verdict: 'supported', router: { gateway: null, nats: null, reason } });
  });

  test('a silent one delays a run in which all is well by a third of a second at most, and its ports by nothing', async () => {
    const duration = async (request: Partial<CheckRequest>) => (await check(network(), request)).report.durationMs;
    const [asked, unasked] = [await duration({}), await duration({ noRouter: true })];
    expect(asked).toBeLessThanOrEqual(Math.max(unasked, 350));
    const { events } = await check(network());
    const order = events.map(({ kind }) => kind);
    expect(order.indexOf('observed')).toBeLessThan(order.indexOf('router'));
  });

  test('with hardly a socket left, the ports go first', async () => {
    const lab = await openLab(network({ protocols: ALL }), { freeSockets: 20 });
    expect((await lab.check()).report.router).toBeUndefined();
  });

  test('cancelled, the run ends at once, and replaying it gives the same report', async () => {
    const lab = await openLab(network());
    const run = lab.start();
    await lab.advance(300);
    run.cancel();
    const { report, events } = await lab.run(run.finished, 10);
    expect(report.router).toMatchObject({ nats: null, reason: 'cancelled' });
    expect(conclude(events)).toEqual(report);
    expect(lab.leftOpen()).toBe(0);
  });

  test('what the system cannot do is an internal error at the end, and leaves nothing open', async () => {
    const lab = await openLab(network());
    const host: System['host'] = { ...lab.pbx.host, gatewayFor: () => Promise.reject(new Error('broken')) };
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', note);
    // A real turn of the loop, in which Node looks for rejections that nobody handles.
    const readState = () => new Promise<null>((resolve) => setImmediate(() => resolve(null)));
    const files = { ...lab.pbx.files, readState };
    const run = startCheck({ ...lab.pbx, host, files }, REQUEST, 'lab');
    await expect(lab.run(run.finished)).rejects.toThrow('broken');
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
    expect(lab.leftOpen()).toBe(0);
  });
});

describe('fullcone nat', () => {
  const ask = async (spec: NetworkSpec, noRouter = false) => {
    const lab = await openLab(spec);
    const request = { servers: [serverOf(PRIMARY)], family: null, bindAddress: '0.0.0.0', noRouter };
    return lab.run(startNat(lab.pbx, request, 'test').finished);
  };

  test.each<[string, NetworkSpec]>([
    ['Router 192.168.0.1 says that 203.0.113.44 is its own address (NAT-PMP): it is the', network({ protocols: ALL })],
    [
      'Router 192.168.0.1 says that its own address is 100.64.0.2 (UPnP), one of a',
      network({ protocols: ['upnp'] }, CARRIER),
    ],
    ['Router 192.168.0.1 says that its own address is 192.168.1.2 (NAT-PMP), a', network({ protocols: ALL }, BOX)],
    ['Router Not found out: 192.168.0.1 answers neither NAT-PMP nor PCP nor UPnP,', network()],
    [
      'Router Not asked: this machine is not in a local network behind a router.',
      { router: null, server: { kind: 'full' } },
    ],
  ])('%s', async (line, spec) => {
    const text = renderNat(await ask(spec), 'en', { columns: 80, colour: false, verbose: false });
    expect(text.replace(/\s+/g, ' ')).toContain(line);
  });

  test('not asked, it has no line', async () => {
    const report = await ask(network({ protocols: ALL }), true);
    expect(report.router).toBeNull();
    expect(renderNat(report, 'en', { columns: 80, colour: false, verbose: false })).not.toContain('Router');
  });

  test.each(['en', 'de'] as const)('reads well in %s, whatever is said', async (language) => {
    const report = await ask(network({ protocols: ALL }));
    const { router } = report;
    if (!router) throw new Error('it was asked');
    const known = ['one-nat', 'carrier-nat', 'double-nat', 'other-public-address'] as const;
    const unknown = [
      ...(['no-lan', 'no-gateway', 'gateway-unknown', 'silent', 'refused', 'malformed', 'no-address'] as const),
      ...(['contradictory', 'failed', 'cancelled', 'no-public-address', 'server-inside', 'other-way'] as const),
    ];
    const verdicts = [
      ...known.map((nats) => ({ ...router, nats })),
      ...unknown.map((reason) => ({ ...router, nats: null, reason })),
    ];
    for (const verdict of verdicts) {
      const text = renderNat({ ...report, router: verdict }, language, { columns: 80, colour: false, verbose: false });
      expect(text).not.toMatch(/\{\{|undefined|null|nat\./);
    }
  });
});
