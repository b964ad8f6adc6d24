import { describe, expect, it } from 'vitest';
import type { NetworkSpec, RouterSpec } from '../scenarios/index.ts';
import { PUBLIC } from './addresses.ts';
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
  openVoice,
  P,
  PUBLIC_P,
  ROUTER,
  seen,
  type Voice,
} from './test-hosts.ts';

interface Lab {
  readonly model: Model;
  readonly p: Voice;
  readonly a1: Voice;
  readonly a1Other: Voice;
  readonly a2: Voice;
  readonly a2Other: Voice;
}

async function lab(router: RouterSpec, rest: Partial<NetworkSpec> = {}): Promise<Lab> {
  const model = createModel(behind(router, rest), { seed: 1 });
  return {
    model,
    p: await onPbx(model, P),
    a1: await onReflector(model, A1),
    a1Other: await onReflector(model, A1_OTHER),
    a2: await onReflector(model, A2),
    a2Other: await onReflector(model, A2_OTHER),
  };
}

const RANGE = { ports: [{ from: 9000, to: 10999 }] };
const RANDOM: RouterSpec = { ...ONE_TO_ONE, outward: 'random' };
const anotherPort = { address: PUBLIC, port: expect.toSatisfy((port: number) => port !== 9000) };

/** What connection tracking does to a checker (docs/decisions/0001); Linux 6.18 was asked again for the ports of traps 3, 4 and 7. */
describe('the traps of connection tracking', () => {
  it('1: a packet to the alternate address opens the filter for it', async () => {
    const { model, p, a2, a2Other } = await lab(ROUTER);
    expect(await seen(model, p, a2, PUBLIC_P)).toBeNull();
    await seen(model, a2, p);
    expect(await seen(model, p, a2, PUBLIC_P)).toEqual(A2);
    expect(await seen(model, p, a2Other, PUBLIC_P)).toBeNull();
  });

  it('2: a known inbound flow makes a randomised port look preserved, towards that peer only', async () => {
    const { model, p, a1, a2 } = await lab(RANDOM);
    expect(await seen(model, p, a2, PUBLIC_P)).toEqual(A2);
    expect(await seen(model, a2, p)).toEqual(PUBLIC_P);
    expect(await seen(model, a1, p)).toEqual(anotherPort);
  });

  it('3: an outbound flow with a random port changes the source port of what that peer sends to P', async () => {
    const { model, p, a2 } = await lab(RANDOM);
    const mapped = await seen(model, a2, p);
    expect(mapped).toEqual(anotherPort);
    const source = await seen(model, p, a2, PUBLIC_P);
    expect(source).toEqual({ address: A2.address, port: expect.toSatisfy((port: number) => port !== A2.port) });
    // Two flows from now on: what P sends to that source goes out as P, what it sends to A2 as before.
    expect(await seen(model, a2, p, source ?? P)).toEqual(PUBLIC_P);
    expect(await seen(model, a2, p)).toEqual(mapped);
  });

  it.each<{ readonly name: string; readonly router: RouterSpec }>([
    { name: 'taken by the router', router: { ...ROUTER, input: 'take' } },
    { name: 'forwarded to a wrong host', router: { ...ROUTER, forwards: [{ ...RANGE, to: 'host2' }] } },
    { name: 'forwarded to no host', router: { ...ROUTER, forwards: [{ ...RANGE, to: 'nobody' }] } },
  ])('4: a packet to P $name gives the next flow to that peer another port, and later ones too', async ({ router }) => {
    const { model, p, a1, a2 } = await lab(router);
    expect(await seen(model, p, a2, PUBLIC_P)).toBeNull();
    const mapped = await seen(model, a2, p);
    expect(mapped).toEqual(anotherPort);
    expect(await seen(model, a1, p)).toEqual(mapped);
  });

  it('4: the port chosen last is kept, not the one before; until the flow times out', async () => {
    const { model, p, a1, a1Other, a2 } = await lab({ ...ROUTER, input: 'take' });
    await seen(model, p, a2, PUBLIC_P);
    expect(await seen(model, a1, p)).toEqual(PUBLIC_P);
    const mapped = await seen(model, a2, p);
    expect(mapped).toEqual(anotherPort);
    expect(await seen(model, a1Other, p)).toEqual(mapped);
    await model.advance(30_000);
    expect(await seen(model, a1Other, p)).toEqual(PUBLIC_P);
  });

  it('4: a dropped packet leaves nothing behind', async () => {
    const { model, p, a2 } = await lab({ ...ROUTER, input: 'drop' });
    expect(await seen(model, p, a2, PUBLIC_P)).toBeNull();
    expect(await seen(model, a2, p)).toEqual(PUBLIC_P);
  });

  it('5: after a repair the old entry answers for 30 s more, and every retry prolongs that', async () => {
    const { model, p, a2, a2Other } = await lab({ ...ROUTER, input: 'take' });
    await seen(model, p, a2, PUBLIC_P);
    model.repair({ forwards: ONE_TO_ONE.forwards });
    await model.advance(29_000);
    expect(await seen(model, p, a2, PUBLIC_P)).toBeNull();
    await model.advance(29_000);
    expect(await seen(model, p, a2, PUBLIC_P)).toBeNull();
    expect(await seen(model, p, a2Other, PUBLIC_P)).toEqual(A2_OTHER);
    await model.advance(30_000);
    expect(await seen(model, p, a2, PUBLIC_P)).toEqual(A2);
  });

  it('5: a flow with answers lives for 180 s, and its port is taken for new flows after a repair too', async () => {
    const { model, p, a1, a2, a2Other } = await lab({ ...ROUTER, outward: 'random' });
    const mapped = await seen(model, a1, p);
    expect(await seen(model, p, a1, mapped ?? P)).toEqual(A1);
    model.repair({ outward: 'preserve' });
    await model.advance(179_800);
    expect(await seen(model, a2, p)).toEqual(mapped);
    await model.advance(180_000);
    expect(await seen(model, a2Other, p)).toEqual(PUBLIC_P);
  });

  it('6: an ICMP error is never seen on an unconnected socket, however many there are', async () => {
    const { model, p, a1 } = await lab({ ...ROUTER, blocked: { ports: [{ from: 9000, to: 9000 }], how: 'reject' } });
    expect(await seen(model, a1, p)).toBeNull();
    expect(p.failures).toEqual([]);
    expect(model.counters['lan-out'].blocked).toBe(1);
  });

  it('7: a neighbour that uses the same port towards the same server takes it, for good', async () => {
    const { model, p, a1, a2 } = await lab(ONE_TO_ONE, { neighbour: [9000] });
    await model.advance(600_000);
    expect(await seen(model, a2, p)).toEqual(PUBLIC_P);
    const mapped = await seen(model, a1, p);
    expect(mapped).toEqual(anotherPort);
    expect(await seen(model, a2, p)).toEqual(PUBLIC_P);
    const q = await model.run(openVoice(model.pbx, at(P.address, 9001)));
    expect(await seen(model, a1, q)).toEqual(at(PUBLIC, 9001));
  });

  it('7: asked there first, the other destinations see the other port too', async () => {
    const { model, p, a1, a2 } = await lab(ONE_TO_ONE, { neighbour: [9000] });
    const mapped = await seen(model, a1, p);
    expect(mapped).toEqual(anotherPort);
    expect(await seen(model, a2, p)).toEqual(mapped);
  });
});
