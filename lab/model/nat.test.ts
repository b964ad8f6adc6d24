import { describe, expect, it } from 'vitest';
import type { RouterSpec } from '../scenarios/index.ts';
import { HOST2, PBX, PUBLIC } from './addresses.ts';
import { createModel, type Model } from './model.ts';
import {
  A1,
  A1_OTHER,
  A2,
  A2_OTHER,
  at,
  behind,
  ONE_TO_ONE,
  onPbx,
  onReflector,
  P,
  PUBLIC_P,
  ROUTER,
  seen,
  type Voice,
} from './test-hosts.ts';

async function reflectorRoles(model: Model): Promise<Record<'a1' | 'a1Other' | 'a2' | 'a2Other', Voice>> {
  return {
    a1: await onReflector(model, A1),
    a1Other: await onReflector(model, A1_OTHER),
    a2: await onReflector(model, A2),
    a2Other: await onReflector(model, A2_OTHER),
  };
}

/** The mappings that three destinations see of `ports`, in rows of one port. */
async function mappings(router: RouterSpec, ports: readonly number[], seed = 1): Promise<(number | undefined)[][]> {
  const model = createModel(behind(router), { seed });
  const { a1, a1Other, a2 } = await reflectorRoles(model);
  const rows: (number | undefined)[][] = [];
  for (const port of ports) {
    const voice = await onPbx(model, at(PBX, port));
    const row: (number | undefined)[] = [];
    for (const peer of [a1, a1Other, a2]) row.push((await seen(model, peer, voice))?.port);
    rows.push(row);
  }
  return rows;
}

const PORTS = [9000, 9001, 9002, 9003];

describe('outward', () => {
  it.each(['preserve', 'endpoint-independent'] as const)('%s keeps the port for every destination', async (outward) => {
    expect(await mappings({ ...ROUTER, outward }, PORTS)).toEqual(PORTS.map((port) => [port, port, port]));
  });

  it('random gives every connection another port, from 1024 up, and keeps it for the connection', async () => {
    const router: RouterSpec = { ...ROUTER, outward: 'random' };
    const seenPorts = (await mappings(router, PORTS)).flat();
    expect(new Set(seenPorts).size).toBe(PORTS.length * 3);
    expect(seenPorts).toSatisfy((ports: number[]) => ports.every((port) => port >= 1024 && !PORTS.includes(port)));

    const model = createModel(behind(router), { seed: 2 });
    const { a1 } = await reflectorRoles(model);
    const p = await onPbx(model, P);
    const first = await seen(model, a1, p);
    expect(first?.address).toBe(PUBLIC);
    expect(await seen(model, a1, p)).toEqual(first);
    await model.advance(30_000);
    expect(await seen(model, a1, p)).not.toEqual(first);
  });

  it('keeps a port in its class, as Linux does', async () => {
    const [low, middle] = await mappings({ ...ROUTER, outward: 'random' }, [100, 600]);
    expect(low).toSatisfy((ports: number[]) => ports.every((port) => port >= 1 && port <= 511));
    expect(middle).toSatisfy((ports: number[]) => ports.every((port) => port >= 600 && port <= 1023));
  });

  it('stable-other gives every port one other port, the same with every seed', async () => {
    const rows = await mappings({ ...ROUTER, outward: 'stable-other' }, PORTS);
    expect(rows.map((row) => new Set(row).size)).toEqual([1, 1, 1, 1]);
    expect(new Set(rows.flat()).size).toBe(PORTS.length);
    expect(rows.flat()).toSatisfy((ports: number[]) => ports.every((port) => port >= 1024 && !PORTS.includes(port)));
    expect(await mappings({ ...ROUTER, outward: 'stable-other' }, PORTS, 99)).toEqual(rows);
  });

  it('endpoint-independent gives a port that a neighbour has to nobody else, for any destination', async () => {
    const model = createModel(behind({ ...ROUTER, outward: 'endpoint-independent' }, { neighbour: [9000] }), {
      seed: 1,
    });
    const { a1, a2 } = await reflectorRoles(model);
    const p = await onPbx(model, P);
    const mapped = await seen(model, a2, p);
    expect(mapped?.port).not.toBe(9000);
    expect(await seen(model, a1, p)).toEqual(mapped);
  });

  it('blocks what it is told to, and lets the rest out', async () => {
    const blocked: RouterSpec = { ...ONE_TO_ONE, blocked: { ports: [{ from: 9001, to: 9002 }], how: 'drop' } };
    expect(await mappings(blocked, PORTS)).toEqual([
      [9000, 9000, 9000],
      [undefined, undefined, undefined],
      [undefined, undefined, undefined],
      [9003, 9003, 9003],
    ]);
  });

  it('blocks the answers to what was let in, too', async () => {
    const router: RouterSpec = { ...ONE_TO_ONE, blocked: { ports: [{ from: 9000, to: 9000 }], how: 'drop' } };
    const model = createModel(behind(router), { seed: 1 });
    const { a2 } = await reflectorRoles(model);
    const p = await onPbx(model, P);
    expect(await seen(model, p, a2, PUBLIC_P)).toEqual(A2);
    expect(await seen(model, a2, p)).toBeNull();
  });
});

describe('filtering of a mapping that A1 has been sent to', () => {
  it.each<{ readonly filtering: RouterSpec['filtering']; readonly letIn: readonly string[] }>([
    { filtering: 'address-and-port', letIn: ['a1'] },
    { filtering: 'address', letIn: ['a1', 'a1Other'] },
    { filtering: 'endpoint-independent', letIn: ['a1', 'a1Other', 'a2', 'a2Other'] },
  ])('$filtering lets in $letIn', async ({ filtering, letIn }) => {
    for (const outward of ['preserve', 'random', 'stable-other', 'endpoint-independent'] as const) {
      const model = createModel(behind({ ...ROUTER, outward, filtering }), { seed: 1 });
      const roles = await reflectorRoles(model);
      const p = await onPbx(model, P);
      const mapped = (await seen(model, roles.a1, p)) ?? P;
      const heard: string[] = [];
      for (const [name, voice] of Object.entries(roles)) if (await seen(model, p, voice, mapped)) heard.push(name);
      expect(heard).toEqual(letIn);
    }
  });

  it.each(['address', 'endpoint-independent'] as const)(
    '%s lets nobody in before, nor when it is over',
    async (filtering) => {
      const model = createModel(behind({ ...ROUTER, filtering }), { seed: 1 });
      const { a1, a1Other } = await reflectorRoles(model);
      const p = await onPbx(model, P);
      expect(await seen(model, p, a1Other, PUBLIC_P)).toBeNull();
      await seen(model, a1, p);
      await model.advance(30_000);
      expect(await seen(model, p, a1Other, PUBLIC_P)).toBeNull();
    },
  );
});

describe('forwards', () => {
  it('take the first that fits, with its shift, and translate the answer back', async () => {
    const forwards: RouterSpec['forwards'] = [
      { ports: [{ from: 9000, to: 9000 }], to: 'pbx', shift: 5 },
      { ports: [{ from: 9000, to: 9999 }], to: 'pbx' },
    ];
    const model = createModel(behind({ ...ROUTER, forwards }), { seed: 1 });
    const { a2 } = await reflectorRoles(model);
    const p = await onPbx(model, P);
    const shifted = await onPbx(model, at(PBX, 9005));
    expect(await seen(model, p, a2, PUBLIC_P)).toBeNull();
    expect(await seen(model, shifted, a2, PUBLIC_P)).toEqual(A2);
    expect(await seen(model, a2, shifted)).toEqual(PUBLIC_P);
    const q = await onPbx(model, at(PBX, 9001));
    expect(await seen(model, q, a2, at(PUBLIC, 9001))).toEqual(A2);
  });

  it.each(['host2', 'nobody'] as const)('to %s reach no PBX', async (to) => {
    const model = createModel(behind({ ...ROUTER, forwards: [{ ports: [{ from: 9000, to: 9000 }], to }] }), {
      seed: 1,
      trace: true,
    });
    const { a2 } = await reflectorRoles(model);
    const p = await onPbx(model, at('0.0.0.0', 9000));
    expect(await seen(model, p, a2, PUBLIC_P)).toBeNull();
    const address = to === 'host2' ? HOST2 : '192.168.0.77';
    expect(model.trace.at(-1)).toMatchObject({ link: 'lan-in', to: { address, port: 9000 }, fate: 'nobody' });
  });

  it('go before a mapping of the same port', async () => {
    const forwards: RouterSpec['forwards'] = [{ ports: [{ from: 9000, to: 9000 }], to: 'host2' }];
    const model = createModel(behind({ ...ROUTER, filtering: 'endpoint-independent', forwards }), { seed: 1 });
    const { a1, a2 } = await reflectorRoles(model);
    const p = await onPbx(model, P);
    expect(await seen(model, a1, p)).toEqual(PUBLIC_P);
    expect(await seen(model, p, a2, PUBLIC_P)).toBeNull();
    expect(await seen(model, p, a1, PUBLIC_P)).toEqual(A1);
  });

  it('open no mapping: what filtering lets in hangs on flows from inside only', async () => {
    const model = createModel(behind({ ...ONE_TO_ONE, filtering: 'endpoint-independent' }), { seed: 1 });
    const { a1, a2 } = await reflectorRoles(model);
    const p = await onPbx(model, P);
    expect(await seen(model, p, a2, PUBLIC_P)).toEqual(A2);
    await seen(model, a1, a1, at(PUBLIC, A2.port));
    expect(model.counters['wan-in'].unwanted).toBe(1);
  });

  it('work behind every outward kind', async () => {
    for (const outward of ['preserve', 'random', 'stable-other', 'endpoint-independent'] as const) {
      const model = createModel(behind({ ...ONE_TO_ONE, outward }), { seed: 1 });
      const { a2 } = await reflectorRoles(model);
      const p = await onPbx(model, P);
      expect(await seen(model, p, a2, PUBLIC_P)).toEqual(A2);
    }
  });
});

describe('what nobody wants', () => {
  it.each([
    { input: 'drop', fate: 'unwanted' },
    { input: 'take', fate: 'taken' },
  ] as const)('input $input: $fate', async ({ input, fate }) => {
    const model = createModel(behind({ ...ROUTER, input }), { seed: 1 });
    const { a2 } = await reflectorRoles(model);
    const p = await onPbx(model, P);
    expect(await seen(model, p, a2, PUBLIC_P)).toBeNull();
    expect(model.counters['wan-in'][fate]).toBe(1);
  });
});

describe('without a router', () => {
  it('the PBX has the public address, and everybody reaches it', async () => {
    const model = createModel(behind(null), { seed: 1 });
    const { a1, a2 } = await reflectorRoles(model);
    expect(model.pbx.host.addresses()).toEqual([PUBLIC]);
    const p = await onPbx(model, PUBLIC_P);
    expect(await seen(model, a1, p)).toEqual(PUBLIC_P);
    expect(await seen(model, p, a2)).toEqual(A2);
    expect(() => model.repair({ outward: 'random' })).toThrow('no router');
  });
});

describe('a server', () => {
  it.each(['down', 'silent'] as const)('that is %s hears nothing', async (kind) => {
    const model = createModel(behind(ONE_TO_ONE, { server: { kind } }), { seed: 1 });
    const { a1 } = await reflectorRoles(model);
    const p = await onPbx(model, P);
    expect(await seen(model, a1, p)).toBeNull();
    expect(model.counters['wan-out'].nobody).toBe(1);
    expect(p.failures).toEqual([]);
  });
});
