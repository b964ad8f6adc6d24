import { describe, expect, it } from 'vitest';
import { endpoint } from '../base/index.ts';
import { HelperSockets } from './helpers.ts';
import { Outbox } from './outbox.ts';
import type { Output } from './types.ts';

const CHECKED = [9000, 9001];

function helpers(isChecked = (port: number) => CHECKED.includes(port)) {
  const outbox = new Outbox<never>();
  const sockets = new HelperSockets(outbox, '192.168.0.100', isChecked);
  /** What was put out since the last time. */
  const out = () => {
    const items: Output<never>[] = [];
    for (let item = outbox.shift(); item; item = outbox.shift()) items.push(item);
    return items.map((item) => `${item.kind} ${'socket' in item ? item.socket : ''}`);
  };
  const bound = (socket: number, port: number) => sockets.bound(socket, endpoint('192.168.0.100', port));
  return { sockets, outbox, out, bound };
}

describe('the two sockets that are not checked', () => {
  it('are opened on any port, under keys that no port has', () => {
    const { sockets, outbox } = helpers();
    sockets.open();
    const local = { address: '192.168.0.100', port: 0 };
    expect([outbox.shift(), outbox.shift(), outbox.shift()]).toEqual([
      { kind: 'open', socket: -1, local },
      { kind: 'open', socket: -2, local },
      undefined,
    ]);
    expect([-1, -2, 9000, -3].map((socket) => sockets.owns(socket))).toEqual([true, true, false, false]);
  });

  it('are ready when both are bound', () => {
    const { sockets, bound } = helpers();
    sockets.open();
    expect(sockets.ready).toBe(false);
    bound(-2, 50_002);
    expect(sockets.ready).toBe(false);
    expect(() => sockets.key('control')).toThrow('control');
    bound(-1, 50_001);
    expect(sockets.ready).toBe(true);
    expect([sockets.key('control'), sockets.port('control')]).toEqual([-1, 50_001]);
    expect([sockets.key('listener'), sockets.port('listener')]).toEqual([-2, 50_002]);
    expect([sockets.is('control', -1), sockets.is('control', -2), sockets.is('listener', -2)]).toEqual([
      true,
      false,
      true,
    ]);
  });

  it.each(CHECKED)('do not stay on port %d, which is checked: the next one is opened before that is closed', (port) => {
    const { sockets, bound, out } = helpers();
    sockets.open();
    out();
    bound(-1, port);
    expect(out()).toEqual(['open -3', 'close -1']);
    expect([sockets.owns(-1), sockets.owns(-3), sockets.ready]).toEqual([false, true, false]);
    bound(-2, 50_002);
    bound(-3, 50_003);
    expect([sockets.ready, sockets.key('control'), sockets.port('control')]).toEqual([true, -3, 50_003]);
  });

  it('may have to be replaced more than once, both', () => {
    const { sockets, bound, out } = helpers();
    sockets.open();
    for (const socket of [-1, -2, -3, -4]) expect(bound(socket, 9000)).toBe('fine');
    bound(-5, 50_005);
    bound(-6, 50_006);
    expect([sockets.key('control'), sockets.key('listener')]).toEqual([-5, -6]);
    out();
    sockets.close();
    expect(out()).toEqual(['close -5', 'close -6']);
  });

  /** The system hands out checked ports only; what is asked for by its number is to be had, or not. */
  function insist(isToBeHad: (port: number) => boolean, isChecked?: (port: number) => boolean) {
    const bench = helpers(isChecked);
    const { sockets, outbox } = bench;
    const chosen: number[] = [];
    sockets.open();
    for (let item = outbox.shift(); item && chosen.length < 100_000; item = outbox.shift()) {
      if (item.kind !== 'open') continue;
      const { socket, local } = item;
      if (local.port !== 0) chosen.push(local.port);
      const failure = { kind: 'in-use', code: 'EADDRINUSE' } as const;
      const isBound = local.port === 0 || isToBeHad(local.port);
      const outcome = isBound ? bench.bound(socket, local.port || 9000) : sockets.failed(socket, failure);
      if (outcome === 'given-up') return { ...bench, chosen, outcome };
    }
    return { ...bench, chosen, outcome: 'fine' };
  }

  it('choose a port themselves when the system has only checked ones', () => {
    const { sockets, chosen } = insist(() => true);
    expect([sockets.ready, chosen]).toEqual([true, [65_535, 65_534]]);
    expect([sockets.port('control'), sockets.port('listener')].toSorted()).toEqual([65_534, 65_535]);
  });

  it('choose another one where somebody has it', () => {
    const { sockets } = insist((port) => port < 65_000);
    expect([sockets.port('control'), sockets.port('listener')].toSorted()).toEqual([64_998, 64_999]);
  });

  it('choose none that is checked, nor one that is for the administrator alone', () => {
    const { outcome, chosen } = insist(
      () => false,
      (port) => port >= 2000,
    );
    expect([outcome, Math.max(...chosen), chosen.length > 970]).toEqual(['given-up', 1999, true]);
    expect(Math.min(...chosen)).toBeGreaterThanOrEqual(1024);
  });

  it('are given up when the system itself has none', () => {
    const { sockets } = helpers();
    sockets.open();
    expect(sockets.failed(-1, { kind: 'no-more-sockets', code: 'EMFILE' })).toBe('given-up');
  });

  it('are closed once, bound or not', () => {
    const { sockets, bound, out } = helpers();
    sockets.open();
    bound(-1, 50_001);
    out();
    sockets.close();
    sockets.close();
    expect(out()).toEqual(['close -1', 'close -2']);
    bound(-2, 9000);
    expect(out()).toEqual([]);
    expect([sockets.ready, sockets.owns(-1)]).toEqual([false, false]);
  });
});
