import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Input, Output } from '../engine/index.ts';
import { toBytes, toText } from './bytes.ts';
import { isLanAddress, RouterCheck } from './router-check.ts';
import type { RouterObservation } from './types.ts';

const GATEWAY = '192.168.0.1';
const LOCAL = '192.168.0.100';
const IGD = 'urn:schemas-upnp-org:device:InternetGatewayDevice:1';

type Out = Output<RouterObservation>;
type Sent = Extract<Out, { kind: 'send' }>;
type Exchange = Extract<Out, { kind: 'exchange' }>;

/** Carries out what it asks for; the test says what comes back, and when. */
function bench(isChecked: (port: number) => boolean = () => false) {
  const engine = new RouterCheck({ gateway: GATEWAY, local: LOCAL }, isChecked);
  const seen: RouterObservation[] = [];
  const sent: (Sent & { at: number })[] = [];
  const exchanges: Exchange[] = [];
  const open = new Set<number>();
  const state = { now: 0, until: 0, done: false };

  function drain(): void {
    for (let steps = 0; steps < 1_000; steps++) {
      const output = engine.next(state.now);
      if (output.kind === 'send') sent.push({ ...output, at: state.now });
      else if (output.kind === 'exchange') exchanges.push(output);
      else if (output.kind === 'observed') seen.push(output.observation);
      else if (output.kind === 'open') open.add(output.socket);
      else if (output.kind === 'close') open.delete(output.socket);
      else if (output.kind === 'done') {
        state.done = true;
        return;
      } else if (output.kind === 'wait') {
        state.until = output.until;
        return;
      }
    }
    throw new Error('it never waits');
  }
  const feed = (input: Input): void => {
    engine.handle(input, state.now);
    drain();
  };
  return {
    ...{ seen, sent, exchanges, open, state, feed },
    begin(port = 40_000) {
      drain();
      feed({ kind: 'bound', socket: 1, local: { address: LOCAL, port } });
    },
    hear: (bytes: Uint8Array, from: string, port: number) =>
      feed({ kind: 'datagram', socket: 1, bytes, from: { address: from, port } }),
    answer: (text: string, exchange = exchanges.length) => feed({ kind: 'exchanged', exchange, bytes: toBytes(text) }),
    /** Lets that time come, as the engine wants to be woken. */
    until(time: number) {
      while (!state.done && state.until <= time) {
        state.now = Math.max(state.now, state.until);
        feed({ kind: 'tick' });
      }
      state.now = time;
    },
  };
}

const NAT_PMP = Uint8Array.of(0, 128, 0, 0, 0, 0, 0, 9, 203, 0, 113, 44);
const REFUSED = Uint8Array.of(0, 128, 0, 2, 0, 0, 0, 9);
const PCP = Uint8Array.of(2, 128, ...new Array<number>(22).fill(0));
const found = (location: string): Uint8Array =>
  toBytes(`HTTP/1.1 200 OK\r\nST: ${IGD}\r\nLOCATION: ${location}\r\n\r\n`);
const page = (body: string, status = 200): string =>
  `HTTP/1.1 ${status} X\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
const service = (type: string, url: string): string =>
  `<service><serviceType>urn:schemas-upnp-org:service:${type}:1</serviceType><controlURL>${url}</controlURL></service>`;
const said = (address: string): string => page(`<NewExternalIPAddress>${address}</NewExternalIPAddress>`);
const DESCRIPTION = page(service('WANIPConnection', '/ip'));
const TWO_LINES = page(service('WANPPPConnection', '/ppp') + service('WANIPConnection', '/ip'));

const address = (by: string, of: string) => expect.objectContaining({ kind: 'router-address', by, address: of });

describe('what is sent', () => {
  test('to a router that answers NAT-PMP: two bytes', () => {
    const b = bench();
    b.begin();
    b.hear(NAT_PMP, GATEWAY, 5351);
    expect(b.sent.map(({ bytes, to }) => [[...bytes], to])).toEqual([[[0, 0], { address: GATEWAY, port: 5351 }]]);
    expect(b.seen).toEqual([address('nat-pmp', '203.0.113.44')]);
    expect([b.state.done, b.open.size, b.exchanges.length]).toEqual([true, 0, 0]);
  });

  test('to a silent one: nine packets, and it is over after one and a half seconds', () => {
    const b = bench();
    b.begin();
    b.until(1_499);
    expect(b.state.done).toBe(false);
    b.until(1_500);
    expect(b.seen.map(({ kind }) => kind)).toEqual(['router-silent']);
    expect([b.state.done, b.open.size]).toEqual([true, 0]);
    const to = b.sent.map(({ to, at }) => `${at} ${to.address}:${to.port}`);
    const natPmp = (at: number) => `${at} ${GATEWAY}:5351`;
    const others = (at: number) =>
      [`${GATEWAY}:5351`, `${GATEWAY}:1900`, '239.255.255.250:1900'].map((one) => `${at} ${one}`);
    expect(to).toEqual([natPmp(0), ...others(100), natPmp(250), natPmp(750), ...others(750)]);
  });

  test('nothing that makes a mapping', () => {
    const b = bench();
    b.begin();
    b.until(300);
    b.hear(found(`http://${GATEWAY}:5000/d`), GATEWAY, 1900);
    b.answer(TWO_LINES);
    b.answer(page('', 500));
    b.answer(page('', 500));
    const texts = [
      ...b.sent.map(({ bytes }) => toText(bytes)),
      ...b.exchanges.map(({ request }) => toText(request.bytes)),
    ];
    expect(texts.join('\n')).not.toMatch(/AddPortMapping|AddAnyPort|DeletePort|Force|Request(Connection|Termination)/);
    // NAT-PMP opcodes 1 and 2, and PCP's MAP and PEER, are mappings.
    const binary = b.sent.filter(({ to }) => to.port === 5351).map(({ bytes }) => bytes[1]);
    expect(new Set(binary)).toEqual(new Set([0]));
  });
});

describe('whom it believes', () => {
  test.each([
    ['another host', '192.168.0.50', 5351],
    ['the gateway, from another port', GATEWAY, 5350],
  ])('not %s', (_, from, port) => {
    const b = bench();
    b.begin();
    b.hear(NAT_PMP, from, port);
    expect(b.seen).toEqual([]);
    b.until(2_000);
    expect(b.seen.map(({ kind }) => kind)).toEqual(['router-silent']);
  });

  test('a search is answered by the gateway alone', () => {
    const b = bench();
    b.begin();
    b.until(300);
    b.hear(found('http://192.168.0.50:5000/d'), '192.168.0.50', 1900);
    expect(b.exchanges).toEqual([]);
    b.hear(found(`http://${GATEWAY}:5000/d`), GATEWAY, 49_000);
    expect(b.exchanges.map(({ to, from }) => [to, from])).toEqual([[{ address: GATEWAY, port: 5000 }, LOCAL]]);
  });

  test.each([
    ['http://192.168.0.50:5000/d'],
    ['http://127.0.0.1:5000/d'],
    ['http://169.254.169.254/latest'],
    ['http://10.0.0.1/'],
  ])('nobody is connected to at %s', (location) => {
    const b = bench();
    b.begin();
    b.until(300);
    b.hear(found(location), GATEWAY, 1900);
    b.until(2_000);
    expect(b.exchanges).toEqual([]);
    expect(b.seen.map(({ kind }) => kind)).toEqual(['router-malformed']);
  });

  test('a redirection is not followed', () => {
    const b = bench();
    b.begin();
    b.until(300);
    b.hear(found(`http://${GATEWAY}:5000/d`), GATEWAY, 1900);
    b.answer('HTTP/1.1 302 Found\r\nLocation: http://10.0.0.1/\r\nContent-Length: 0\r\n\r\n');
    expect(b.exchanges).toHaveLength(1);
    expect(b.seen.map(({ kind }) => kind)).toEqual(['router-malformed']);
  });
});

describe('UPnP', () => {
  const described = (description = DESCRIPTION) => {
    const b = bench();
    b.begin();
    b.until(300);
    b.hear(found(`http://${GATEWAY}:5000/d`), GATEWAY, 1900);
    // A second answer to the same search begins nothing.
    b.hear(found(`http://${GATEWAY}:5000/e`), GATEWAY, 1900);
    b.answer(description);
    return b;
  };

  test('search, description, question', () => {
    const b = described();
    b.answer(said('198.51.100.7'));
    expect(b.exchanges.map(({ request }) => toText(request.bytes).split('\r\n')[0])).toEqual([
      'GET /d HTTP/1.1',
      'POST /ip HTTP/1.1',
    ]);
    expect(b.seen).toEqual([address('upnp', '198.51.100.7')]);
    expect(b.state.done).toBe(true);
  });

  test.each([
    ['none', said(''), address('upnp', '0.0.0.0')],
    [
      'a refusal',
      page('<errorCode>501</errorCode>', 500),
      expect.objectContaining({ kind: 'router-refused', code: 501 }),
    ],
    ['a refusal without a code', page('', 401), expect.objectContaining({ kind: 'router-refused', code: 401 })],
    ['nonsense', page('hello'), expect.objectContaining({ kind: 'router-malformed' })],
    ['nothing', '', expect.objectContaining({ kind: 'router-malformed' })],
  ])('the first line says: %s; the second one is asked', (_, first, expected) => {
    const b = described(TWO_LINES);
    b.answer(first);
    expect(b.seen).toEqual([expected]);
    b.answer(said('198.51.100.7'));
    expect(b.seen).toEqual([expected, address('upnp', '198.51.100.7')]);
    expect(b.exchanges.map(({ request }) => toText(request.bytes).split(' ')[1])).toEqual(['/d', '/ppp', '/ip']);
  });

  test('the first address ends it: no other line is asked', () => {
    const b = described(TWO_LINES);
    b.answer(said('198.51.100.7'));
    expect([b.exchanges.length, b.state.done]).toEqual([2, true]);
  });

  test('what takes too long is given up, and an answer to an earlier question is none to this one', () => {
    const b = described();
    b.answer(said('198.51.100.7'), 1);
    expect(b.seen).toEqual([]);
    b.until(2_999);
    expect(b.state.done).toBe(false);
    b.until(3_000);
    expect(b.seen.map(({ kind }) => kind)).toEqual(['router-malformed']);
    expect(b.state.done).toBe(true);
  });

  test('the whole of an answer is known without its end', () => {
    const [exchange] = described().exchanges;
    expect(exchange?.request.isWhole(toBytes(DESCRIPTION))).toBe(true);
    expect(exchange?.request.isWhole(toBytes(DESCRIPTION.slice(0, -1)))).toBe(false);
    expect(exchange?.request).toMatchObject({ most: 65_536, patience: 1_000 });
  });
});

describe('several protocols', () => {
  test('each is heard, and the end comes when all have spoken', () => {
    const b = bench();
    b.begin();
    b.hear(REFUSED, GATEWAY, 5351);
    b.hear(REFUSED, GATEWAY, 5351);
    b.until(300);
    b.hear(PCP, GATEWAY, 5351);
    b.hear(found('http://10.0.0.1/'), GATEWAY, 1900);
    expect(b.seen.map((one) => ('by' in one ? `${one.kind} ${one.by}` : one.kind))).toEqual([
      'router-refused nat-pmp',
      'router-refused pcp',
      'router-malformed upnp',
    ]);
    expect([b.state.done, b.state.now]).toEqual([true, 300]);
  });

  test('a NAT-PMP that has no address leaves the word to UPnP', () => {
    const b = bench();
    b.begin();
    b.hear(Uint8Array.of(0, 128, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0), GATEWAY, 5351);
    b.until(300);
    b.hear(found(`http://${GATEWAY}:5000/d`), GATEWAY, 1900);
    b.answer(DESCRIPTION);
    b.answer(said('198.51.100.7'));
    expect(b.seen).toEqual([address('nat-pmp', '0.0.0.0'), address('upnp', '198.51.100.7')]);
  });
});

describe('the socket', () => {
  test('is none that is to be checked', () => {
    const b = bench((port) => port < 45_000);
    b.begin(44_000);
    expect([[...b.open], b.sent.length]).toEqual([[2], 0]);
    b.feed({ kind: 'bound', socket: 2, local: { address: LOCAL, port: 45_000 } });
    expect(b.sent.map(({ socket }) => socket)).toEqual([2]);
  });

  test('where all are to be checked, it does without', () => {
    const b = bench(() => true);
    b.begin();
    for (let socket = 2; socket < 100 && !b.state.done; socket++)
      b.feed({ kind: 'bound', socket, local: { address: LOCAL, port: 40_000 + socket } });
    expect(b.seen.map(({ kind }) => kind)).toEqual(['router-failed']);
    expect([b.sent.length, b.open.size, b.state.done]).toEqual([0, 0, true]);
  });

  test('that cannot be opened is a reason', () => {
    const b = bench();
    b.feed({ kind: 'bind-failed', socket: 1, failure: { kind: 'permission', code: 'EPERM' } });
    expect(b.seen).toEqual([{ kind: 'router-failed', at: 0, failure: { kind: 'permission', code: 'EPERM' } }]);
    expect(b.state.done).toBe(true);
  });
});

describe('packets that do not leave', () => {
  const notSent = { kind: 'not-sent', socket: 1, failure: { kind: 'permission', code: 'EPERM' } } as const;

  test.each([
    [9, 'router-failed'],
    [2, 'router-silent'],
  ])('%d of nine: %s', (count, expected) => {
    const b = bench();
    b.begin();
    for (let packet = 0; packet < count; packet++) b.feed(notSent);
    b.until(2_000);
    expect(b.seen.map(({ kind }) => kind)).toEqual([expected]);
  });
});

describe('whatever comes, in whatever order', () => {
  const some = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.constantFrom(NAT_PMP, REFUSED, PCP, found(`http://${GATEWAY}:5000/d`), found('http://10.0.0.1/')),
  );
  const page_ = fc.oneof(
    fc.string({ maxLength: 300 }),
    fc.constantFrom(DESCRIPTION, TWO_LINES, said(''), said('10.0.0.2'), page('', 404), ''),
  );
  const step = fc.oneof(
    fc.tuple(
      fc.constant('hear' as const),
      some,
      fc.constantFrom(GATEWAY, '192.168.0.50'),
      fc.constantFrom(5351, 1900, 7),
    ),
    fc.tuple(fc.constant('answer' as const), page_, fc.integer({ min: 1, max: 6 })),
    fc.tuple(fc.constant('wait' as const), fc.integer({ min: 0, max: 600 })),
  );

  test('it ends within three seconds, says one thing at least, and connects to nobody but the gateway', () => {
    const run = fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const b = bench();
      b.begin();
      for (const [kind, ...rest] of steps) {
        if (kind === 'hear') b.hear(...(rest as [Uint8Array, string, number]));
        else if (kind === 'answer') b.answer(...(rest as [string, number]));
        else b.until(b.state.now + Number(rest[0]));
      }
      b.until(3_000);
      const strangers = b.exchanges.filter(({ to }) => to.address !== GATEWAY);
      return (
        b.state.done && b.seen.length > 0 && b.open.size === 0 && strangers.length === 0 && b.exchanges.length <= 5
      );
    });
    expect(() => fc.assert(run, { numRuns: 1_000 })).not.toThrow();
  });
});

test('cancelled, it ends at once', () => {
  const b = bench();
  b.begin();
  b.feed({ kind: 'cancel' });
  b.hear(NAT_PMP, GATEWAY, 5351);
  expect(b.seen.map(({ kind }) => kind)).toEqual(['router-cancelled']);
  expect([b.state.done, b.open.size]).toEqual([true, 0]);
});

test.each([
  ['10.0.0.1', true],
  ['192.168.178.1', true],
  ['172.31.0.1', true],
  ['100.64.0.1', true],
  ['169.254.1.1', true],
  ['203.0.113.1', false],
  ['127.0.0.1', false],
  ['0.0.0.0', false],
  ['224.0.0.1', false],
])('%s is of a local network: %s', (one, expected) => {
  expect(isLanAddress(one)).toBe(expected);
});
