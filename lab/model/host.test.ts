import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../../src/base/index.ts';
import type { NetworkSpec } from '../scenarios/index.ts';
import { ALTERNATE, PBX, PRIMARY } from './addresses.ts';
import { createModel } from './model.ts';
import { A1, A2, at, behind, ONE_TO_ONE, onPbx, onReflector, openVoice, P, PUBLIC_P, seen } from './test-hosts.ts';

const fresh = (rest: Partial<NetworkSpec> = {}) => createModel(behind(ONE_TO_ONE, rest), { seed: 1 });
const ignore = (): void => undefined;
const DEAF = { failed: ignore, datagram: ignore, notSent: ignore, bound: ignore };

describe('sockets', () => {
  it('are bound after open has returned', async () => {
    const model = fresh();
    const bound: Endpoint[] = [];
    const socket = model.pbx.udp.open(P, { ...DEAF, bound: (local) => bound.push(local) });
    expect(bound).toEqual([]);
    expect(() => socket.send(new Uint8Array(1), A1)).toThrow('before bound');
    await model.advance(0);
    expect(bound).toEqual([P]);
  });

  it('take a free port for 0, of the ephemeral ones', async () => {
    const model = fresh();
    const ports = new Set<number>();
    for (let count = 0; count < 50; count++) ports.add((await onPbx(model, at('0.0.0.0', 0))).local.port);
    expect(ports.size).toBe(50);
    expect(Math.min(...ports)).toBeGreaterThanOrEqual(32768);
    expect(Math.max(...ports)).toBeLessThanOrEqual(60999);
  });

  it.each([
    { first: PBX, second: PBX },
    { first: '0.0.0.0', second: PBX },
    { first: PBX, second: '0.0.0.0' },
  ])('share no port: $first, then $second', async ({ first, second }) => {
    const model = fresh();
    const voice = await onPbx(model, at(first, 9000));
    await expect(onPbx(model, at(second, 9000))).rejects.toEqual({ kind: 'in-use', code: 'EADDRINUSE' });
    voice.close();
    voice.close();
    expect((await onPbx(model, at(second, 9000))).local).toEqual(at(second, 9000));
    expect(model.openSockets()).toBe(1);
  });

  it('share a port on different addresses, and the more specific one hears', async () => {
    const model = fresh();
    const [one, two] = [await onReflector(model, at(PRIMARY, 3478)), await onReflector(model, at(ALTERNATE, 3478))];
    const p = await onPbx(model, P);
    expect(await seen(model, one, p)).toEqual(PUBLIC_P);
    expect(await seen(model, two, p)).toEqual(PUBLIC_P);
  });

  it('on all addresses hear on each, and send from the first', async () => {
    const model = fresh();
    const any = await onReflector(model, at('0.0.0.0', 3478));
    const p = await onPbx(model, P);
    expect(await seen(model, any, p, at(ALTERNATE, 3478))).toEqual(PUBLIC_P);
    expect(await seen(model, p, any, PUBLIC_P)).toEqual(at(PRIMARY, 3478));
  });

  it('cannot have a held port, and the host says who has it', async () => {
    const model = fresh({ held: [9000] });
    await expect(onPbx(model, P)).rejects.toEqual({ kind: 'in-use', code: 'EADDRINUSE' });
    const holders = await model.pbx.host.holders('udp', [9000, 9001], 'ipv4');
    expect([...holders]).toEqual([[9000, [{ pid: 4711, name: 'asterisk', unit: 'asterisk.service' }]]]);
    expect([...(await model.reflector.host.holders('udp', [9000], 'ipv4'))]).toEqual([]);
  });

  it('cannot have an address that is not here', async () => {
    const model = fresh();
    const failure = { kind: 'no-such-address', code: 'EADDRNOTAVAIL' };
    await expect(onPbx(model, at('192.168.0.50', 9000))).rejects.toEqual(failure);
    expect(await model.pbx.host.canBind(PBX)).toBe(true);
    expect(await model.pbx.host.canBind('127.0.0.2')).toBe(true);
    expect(await model.pbx.host.canBind('192.168.0.50')).toBe(false);
    expect(await model.pbx.host.canBind('elsewhere')).toBe(false);
  });

  it('are as many as the process may have', async () => {
    const model = createModel(behind(ONE_TO_ONE), { seed: 1, freeSockets: 1 });
    expect(model.pbx.udp.freeSockets()).toBe(1);
    await onPbx(model, P);
    expect(model.pbx.udp.freeSockets()).toBe(0);
    await expect(onPbx(model, at(PBX, 9001))).rejects.toEqual({ kind: 'no-more-sockets', code: 'EMFILE' });
    expect(fresh().pbx.udp.freeSockets()).toBe(Number.POSITIVE_INFINITY);
  });

  it('hear nothing before they are bound', async () => {
    const model = fresh();
    const a2 = await onReflector(model, A2);
    const calls: string[] = [];
    const handlers = { ...DEAF, bound: () => calls.push('bound'), datagram: () => calls.push('datagram') };
    model.pbx.clock.at(10, () => model.pbx.udp.open(P, handlers));
    a2.say('arrives after open, before bound', PUBLIC_P);
    await model.advance(5);
    a2.say('arrives after both', PUBLIC_P);
    await model.advance(100);
    expect(calls).toEqual(['bound', 'datagram']);
  });

  it('hear nothing once they are closed, and are not even bound when closed at once', async () => {
    const model = fresh();
    const p = await onPbx(model, P);
    const a2 = await onReflector(model, A2);
    a2.say('late', PUBLIC_P);
    p.close();
    p.say('too late', A2);
    let calls = 0;
    const count = (): number => calls++;
    model.pbx.udp.open(P, { bound: count, failed: count, datagram: count, notSent: count }).close();
    model.pbx.udp.open(at('1.1.1.1', 1), { bound: count, failed: count, datagram: count, notSent: count }).close();
    await model.advance(1000);
    expect(p.heard).toEqual([]);
    expect(a2.heard).toEqual([]);
    expect(calls).toBe(0);
    expect(model.counters['lan-in'].nobody).toBe(1);
    expect(model.openSockets()).toBe(1);
  });

  it('copy what they send', async () => {
    const model = fresh();
    const a1 = await onReflector(model, A1);
    const bytes = new TextEncoder().encode('before');
    const socket = model.pbx.udp.open(P, { ...DEAF, bound: () => socket.send(bytes, A1) });
    await model.advance(1);
    bytes.set(new TextEncoder().encode('after!'));
    await model.advance(100);
    expect(a1.heard).toEqual([{ text: 'before', from: PUBLIC_P }]);
  });

  it('say what cannot be sent', async () => {
    const model = fresh();
    const p = await onPbx(model, P);
    const loopback = await onPbx(model, at('127.0.0.1', 9000));
    p.say('', at(PRIMARY, 0));
    p.say('x'.repeat(65508), A1);
    loopback.say('', A1);
    expect(p.failures).toEqual([]);
    await model.advance(0);
    expect(p.failures).toEqual([
      { kind: 'other', code: 'EINVAL' },
      { kind: 'other', code: 'EMSGSIZE' },
    ]);
    expect(loopback.failures).toEqual([{ kind: 'other', code: 'EINVAL' }]);
    expect(model.counters['lan-out'].sent).toBe(0);
  });
});

describe('names', () => {
  it.each([
    { dns: undefined, outcome: { kind: 'ok', value: [PRIMARY] }, after: 0 },
    { dns: 'no-such-name', outcome: { kind: 'error', error: { kind: 'no-such-name', code: 'ENOTFOUND' } }, after: 0 },
    { dns: 'refused', outcome: { kind: 'error', error: { kind: 'refused', code: 'ECONNREFUSED' } }, after: 0 },
    { dns: 'silent', outcome: { kind: 'error', error: { kind: 'timeout', code: 'ETIMEOUT' } }, after: 5000 },
  ] as const)('a resolver that is $dns', async ({ dns, outcome, after }) => {
    const model = fresh(dns === undefined ? {} : { dns });
    expect(await model.run(model.pbx.names.resolve('stun.example', 'ipv4'))).toEqual(outcome);
    expect(model.now()).toBe(after);
  });

  it('knows no other name', async () => {
    const model = fresh();
    expect(await model.run(model.pbx.names.resolve('other.example', 'ipv4'))).toMatchObject({
      error: { kind: 'no-such-name' },
    });
  });
});

describe('the rest of the system', () => {
  it('keeps notes, each host its own', async () => {
    const model = fresh();
    expect(await model.pbx.files.readState('last')).toBeNull();
    expect(await model.pbx.files.writeState('last', 'text')).toBe(true);
    expect(await model.pbx.files.readState('last')).toBe('text');
    expect(await model.reflector.files.readState('last')).toBeNull();
  });

  it('has seeded chance, each host its own', () => {
    const [one, again, other] = [fresh(), fresh(), createModel(behind(ONE_TO_ONE), { seed: 2 })];
    const bytes = one.pbx.random(32);
    expect(bytes).toHaveLength(32);
    expect(again.pbx.random(32)).toEqual(bytes);
    expect(other.pbx.random(32)).not.toEqual(bytes);
    expect(again.reflector.random(32)).not.toEqual(bytes);
    expect(one.pbx.random(32)).not.toEqual(bytes);
  });

  it('has one clock for all, and a date', async () => {
    const model = fresh();
    const calls: string[] = [];
    model.pbx.clock.at(20, () => calls.push(`second ${model.now()}`));
    model.pbx.clock.at(10, () => calls.push(`first ${model.reflector.clock.now()}`));
    model.pbx.clock.at(15, () => calls.push('never')).cancel();
    model.pbx.clock.at(-5, () => calls.push('at once'));
    const before = model.pbx.clock.date().getTime();
    await model.advance(30);
    expect(calls).toEqual(['at once', 'first 10', 'second 20']);
    expect(model.pbx.clock.date().getTime() - before).toBe(30);
    model.pbx.clock.at(3, () => calls.push(`late, at ${model.now()}`));
    await model.advance(0);
    expect(calls.at(-1)).toBe('late, at 30');
    expect(() => model.pbx.clock.at(Number.NaN, ignore)).toThrow('NaN');
  });

  it('lets a whole echo go by in virtual time', async () => {
    const model = fresh();
    await model.run(openVoice(model.reflector, A1, true));
    const p = await onPbx(model, P);
    p.say('hello', A1);
    await model.advance(19);
    expect(p.heard).toEqual([]);
    await model.advance(1);
    expect(p.heard).toEqual([{ text: 'hello', from: A1 }]);
  });
});
