import { describe, expect, it } from 'vitest';
import { endpoint } from '../base/index.ts';
import type { Input } from './types.ts';
import { Workplace } from './workplace.ts';

const bound = (socket: number, port: number): Input => ({
  kind: 'bound',
  socket,
  local: endpoint('192.168.0.100', port),
});

const FAILURE = { kind: 'permission', code: 'EPERM' } as const;

/** An engine that says what it is told to do, and wants to be woken five milliseconds later. */
function work(isChecked?: (port: number) => boolean) {
  const place = new Workplace<string>('192.168.0.100', isChecked);
  const begin = (now: number) => place.outbox.observed(`begin ${now}`);
  let last = -1;
  const goOn = (now: number) => {
    if (now !== last) place.outbox.observed(`go on ${now}`);
    last = now;
    return now + 5;
  };
  /** Until it waits, or is done. */
  const drain = (now: number): string[] => {
    const said: string[] = [];
    while (said.length < 100) {
      const output = place.next(now, begin, goOn);
      if (output.kind === 'observed') said.push(output.observation);
      else said.push('socket' in output ? `${output.kind} ${output.socket}` : output.kind);
      if (output.kind === 'wait') return [...said.slice(0, -1), `wait ${output.until}`];
      if (output.kind === 'done') return said;
    }
    throw new Error('it never ends');
  };
  return { place, drain };
}

describe('a workplace', () => {
  it('has both sockets before the work begins, once', () => {
    const { place, drain } = work();
    expect(drain(1)).toEqual(['open -1', 'open -2', 'wait Infinity']);
    expect(place.heed(bound(-2, 50_002))).toBeNull();
    expect(drain(2)).toEqual(['wait Infinity']);
    expect(place.heed(bound(-1, 50_001))).toBeNull();
    expect(drain(3)).toEqual(['begin 3', 'go on 3', 'wait 8']);
    expect(drain(4)).toEqual(['go on 4', 'wait 9']);
  });

  it('tells why there is nothing to work from', () => {
    const { place, drain } = work();
    drain(1);
    expect(place.heed({ kind: 'bind-failed', socket: -1, failure: FAILURE })).toEqual(FAILURE);
    expect(place.heed({ kind: 'not-sent', socket: -1, failure: FAILURE })).toBeNull();
  });

  it('takes another port where one is to be checked, and tells when there is none', () => {
    const { place, drain } = work(() => true);
    drain(1);
    const tried = Array.from({ length: 20 }, (_, index) => place.heed(bound(-1 - index, 9000))?.code ?? 'fine');
    expect(tried).toContain('fine');
    expect(tried).toContain('EADDRINUSE');
  });

  it('closes what is open, once, and is done then, whatever else the engine would do', () => {
    const { place, drain } = work();
    drain(1);
    for (const socket of [-1, -2]) place.heed(bound(socket, 50_000 - socket));
    drain(2);
    place.close();
    place.close();
    expect(place.isClosed).toBe(true);
    expect(drain(3)).toEqual(['close -1', 'close -2', 'done']);
    expect(drain(4)).toEqual(['done']);
  });

  it('that is closed before it was opened opens nothing', () => {
    const { place, drain } = work();
    place.close();
    expect(drain(1)).toEqual(['done']);
  });
});
