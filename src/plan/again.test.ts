import { describe, expect, it } from 'vitest';
import { askAgain, askRest, type Judged } from './again.ts';

const ports = (from: number, to: number, state: Judged['state'], more: Partial<Judged> = {}): Judged[] =>
  Array.from({ length: to - from + 1 }, (_, index) => ({
    port: from + index,
    state,
    looks: state,
    spoke: state !== 'lost',
    ...more,
  }));

describe('another server is asked about', () => {
  it('all ports that could not be judged', () => {
    expect(askAgain(ports(9000, 9019, 'lost'), false)).toEqual(ports(9000, 9019, 'lost').map(({ port }) => port));
  });

  it('eight of those that fail in the same way, the first and the last among them', () => {
    const asked = askAgain(
      [...ports(9000, 9099, 'failed', { looks: 'a' }), ...ports(9100, 9102, 'failed', { looks: 'b' })],
      false,
    );
    expect(asked).toHaveLength(8 + 3);
    expect([asked[0], asked[7], asked.at(-1)]).toEqual([9000, 9099, 9102]);
  });

  it('four that work, if it is asked at all', () => {
    expect(askAgain(ports(9000, 9099, 'works'), false)).toEqual([]);
    expect(askAgain([...ports(9000, 9099, 'works'), ...ports(9100, 9100, 'failed')], false)).toEqual([
      9000, 9033, 9066, 9099, 9100,
    ]);
  });

  it('nothing that would be the same for everybody', () => {
    expect(askAgain(ports(9000, 9009, 'other'), false)).toEqual([]);
  });

  it('no port that has spoken, where the router lets everybody in on a mapping', () => {
    const spoken = ports(9000, 9009, 'lost', { spoke: true });
    expect(askAgain([...spoken, ...ports(9010, 9019, 'failed')], true)).toEqual([]);
    expect(askAgain([...spoken, ...ports(9020, 9021, 'lost')], true)).toEqual([9020, 9021]);
  });
});

describe('the rest is asked', () => {
  const before = [...ports(9000, 9019, 'failed', { looks: 'a' }), ...ports(9020, 9039, 'failed', { looks: 'b' })];

  it('of ports that fail like one that works for the other server', () => {
    expect(askRest(before, new Set([9005]), new Set([9000, 9005, 9019]))).toEqual(
      before.slice(0, 20).flatMap(({ port }) => ([9000, 9005, 9019].includes(port) ? [] : [port])),
    );
  });

  it('of none where the servers agree', () => {
    expect(askRest(before, new Set([8000]), new Set([9000]))).toEqual([]);
  });
});
