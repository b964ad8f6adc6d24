import { describe, expect, it, test } from 'vitest';
import { endpoint } from '../base/index.ts';
import type { Exchange } from '../evidence/index.ts';
import type { PortVerdict } from '../verdict/index.ts';
import { proofOfCalls, proofOfPort } from './proof.ts';

const LOCAL = '192.168.0.100';
const PUBLIC = '203.0.113.44';
const mapped = endpoint(PUBLIC, 41_000);

const verdict = (more: Partial<PortVerdict> = {}) =>
  ({ protocol: 'udp', port: 9000, mapped: null, ...more }) as PortVerdict;

const exchange = (step: Partial<Exchange['step']>, more: Partial<Exchange> = {}): Exchange => ({
  question: 'cold',
  step: {
    ...{ from: 'control', to: endpoint('198.51.100.10', 3478), answerFrom: endpoint('198.51.100.20', 3478) },
    ...{ answerTo: 'port', ...step },
  } as Exchange['step'],
  ...{ answer: 'no', why: null, mapped: null, witnesses: [], tries: [{ at: 1000, answeredAt: null }], ...more },
});

const told = (one: Exchange, port: PortVerdict = verdict(), publicAddress: string | null = PUBLIC) =>
  proofOfPort({ verdict: port, exchanges: [one], local: LOCAL, publicAddress }).exchanges[0];

describe('who asks whom, and where the answer goes', () => {
  it.each<[string, Exchange, PortVerdict, string | null, string, string | null]>([
    ['to the port itself', exchange({}), verdict(), PUBLIC, LOCAL, `${PUBLIC}:9000`],
    ['to the port, of an address that is not known', exchange({}), verdict(), null, LOCAL, null],
    ['from the port', exchange({ from: 'port', answerTo: 'asker' }), verdict(), PUBLIC, `${LOCAL}:9000`, null],
    [
      'from the port, as another answer told',
      exchange({ from: 'port', answerTo: 'asker' }),
      verdict({ mapped }),
      ...[PUBLIC, `${LOCAL}:9000`, `${PUBLIC}:41000`],
    ] as never,
    [
      'to the control socket: of which the port says nothing',
      exchange({ from: 'control', answerTo: 'control' }),
      verdict({ mapped }),
      ...[PUBLIC, LOCAL, null],
    ] as never,
    [
      'to the control socket, which was seen',
      exchange({ from: 'control', answerTo: 'control' }, { mapped }),
      verdict(),
      ...[PUBLIC, LOCAL, PUBLIC],
    ] as never,
  ])('%s', (_about, one, port, address, from, answerTo) => {
    expect(told(one, port, address)).toMatchObject({ from, answerTo, to: '198.51.100.10:3478' });
  });

  test('IPv6 stands in brackets', () => {
    const step = { from: 'port', to: endpoint('2001:db8::10', 3478), answerTo: 'port' } as const;
    const proof = proofOfPort({
      ...{
        verdict: verdict(),
        exchanges: [exchange(step)],
        local: '2001:db8:1::100',
        publicAddress: '2001:db8:1::100',
      },
    });
    expect(proof.exchanges[0]).toMatchObject({
      ...{ from: '[2001:db8:1::100]:9000', to: '[2001:db8::10]:3478', answerTo: '[2001:db8:1::100]:9000' },
    });
  });
});

describe('times', () => {
  test('are tenths of milliseconds since the first packet of all questions', () => {
    const late = exchange({}, { tries: [{ at: 2000.16, answeredAt: 2020.14, arrivedOn: 9001 }] });
    const witnesses = [{ role: 'primary', before: 990, after: 1010 }] as const;
    const proof = proofOfPort({
      ...{ verdict: verdict(), local: LOCAL, publicAddress: PUBLIC, exchanges: [exchange({}, { witnesses }), late] },
    });
    expect(proof.port).toBe('udp/9000');
    expect(proof.exchanges.map(({ tries }) => tries)).toEqual([
      [{ atMs: 0, answeredMs: null }],
      [{ atMs: 1000.2, answeredMs: 1020.1, arrivedOn: 9001 }],
    ]);
    expect(proof.exchanges[0]?.backedBy).toEqual([{ role: 'primary', beforeMs: -10, afterMs: 10 }]);
  });

  test('eight tries are shown, and the others counted', () => {
    const tries = Array.from({ length: 11 }, (_, index) => ({ at: 1000 + index, answeredAt: null }));
    const one = told(exchange({}, { tries }));
    expect([one?.tries.length, one?.tries.at(-1)?.atMs, one?.moreTries]).toEqual([8, 7, 3]);
    expect(told(exchange({}, { tries: tries.slice(0, 8) }))?.moreTries).toBe(0);
  });

  test('nothing asked, nothing shown', () => {
    expect(proofOfPort({ verdict: verdict(), exchanges: [], local: LOCAL, publicAddress: null })).toEqual({
      ...{ port: 'udp/9000', exchanges: [] },
    });
  });
});

describe('the call of a TCP port', () => {
  const primary = endpoint('198.51.100.10', 3478);
  const tries = [{ at: 5, answeredAt: null, state: 'timed-out' } as const, { at: 9, answeredAt: 12, state: null }];

  it('comes from the address that calls, to the public one', () => {
    const plan = { primary, caller: endpoint('198.51.100.20', 0) };
    const { port, exchanges } = proofOfCalls({
      ...{ port: 5061, tries, plan, local: LOCAL, publicAddress: PUBLIC, answer: 'no' },
    });
    expect([port, exchanges]).toEqual([
      'tcp/5061',
      [
        {
          ...{ question: 'call', from: LOCAL, to: '198.51.100.10:3478', answerFrom: '198.51.100.20' },
          ...{ answerTo: `${PUBLIC}:5061`, answer: 'no', why: null, mapped: null, moreTries: 0, backedBy: [] },
          tries: [
            { atMs: 0, answeredMs: null, state: 'timed-out' },
            { atMs: 4, answeredMs: 7 },
          ],
        },
      ],
    ]);
  });

  it('of a server with one address, to nobody knows where', () => {
    const { exchanges } = proofOfCalls({
      ...{ port: 5061, tries, plan: { primary, caller: null }, local: LOCAL, publicAddress: null, answer: 'unknown' },
    });
    expect(exchanges[0]).toMatchObject({ answerFrom: '198.51.100.10', answerTo: null, answer: 'unknown' });
  });
});
