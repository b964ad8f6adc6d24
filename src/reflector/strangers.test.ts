import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Endpoint, endpoint } from '../base/index.ts';
import { FULLCONE_HELLO, FULLCONE_TOKEN, makeAttribute, type RawAttribute } from '../stun/index.ts';
import { MOST_COUNTED } from './budgets.ts';
import { type Action, admit, reflect, Strangers } from './index.ts';
import { ANSWERS, REFUSALS } from './strangers.ts';
import {
  ASKER,
  change,
  FULL,
  ID,
  OLD_ID,
  padding,
  raw,
  read,
  request,
  responsePort,
  tokenFor,
  with3489,
} from './test-asker.ts';

const PLAIN = request([]);
const { host, network } = ANSWERS;
/** The longest answer without PADDING: both mapped addresses, RESPONSE-ORIGIN and OTHER-ADDRESS. */
const ANSWER_LENGTH = 68;
const REFUSAL_LENGTH = 28;

/** One reflector over time. */
class Served {
  readonly strangers = new Strangers();

  ask(bytes: Uint8Array, now: number, from: Endpoint = ASKER, capabilities = FULL): Action {
    const datagram = { bytes, from, at: 'primary', now } as const;
    return admit(reflect(datagram, capabilities), datagram, this.strangers);
  }

  /** What became of so many of them: `success`, `error` and `over-budget`, each with its number. */
  tally(count: number, now: number, from?: Endpoint, bytes = PLAIN): Record<string, number> {
    const said = Array.from({ length: count }, () => read(this.ask(bytes, now, from)));
    const kinds = said.map((one) => String(one['class'] ?? one['drop']));
    return Object.fromEntries([...new Set(kinds)].map((kind) => [kind, kinds.filter((one) => one === kind).length]));
  }
}

const neighbour = (number: number): Endpoint => endpoint(`203.0.113.${number}`, 9000);
const sizeOf = (action: Action): number => (action.kind === 'send' ? action.bytes.length : 0);

describe('a stranger', () => {
  test('is answered 50 times at once and 20 times per second, refused once per second, and else not answered', () => {
    const served = new Served();
    expect(served.tally(100, 0)).toEqual({ success: 50, error: 1, 'over-budget': 49 });
    expect(served.tally(100, 1)).toEqual({ success: 20, error: 1, 'over-budget': 79 });
    expect(served.tally(30, 3)).toEqual({ success: 30 });
    expect(served.tally(30, 3)).toEqual({ success: 10, error: 1, 'over-budget': 19 });
    expect(served.tally(100, 1_000)).toEqual({ success: 50, error: 1, 'over-budget': 49 });
  });

  test('is counted by its address, whatever its port and whatever it asks for', () => {
    const served = new Served();
    expect(served.tally(20, 0, endpoint(ASKER.address, 1))).toEqual({ success: 20 });
    expect(served.tally(20, 0, endpoint(ASKER.address, 2), request([change(true, true)]))).toEqual({ success: 20 });
    expect(served.tally(10, 0, ASKER, request([responsePort(9000)]))).toEqual({ success: 10 });
    expect(read(served.ask(PLAIN, 0))).toMatchObject({ class: 'error' });
  });

  test('errors that are longer than the request count, too', () => {
    const served = new Served();
    const unknown = request([raw(0x24, 1)]);
    expect(served.tally(60, 0, ASKER, unknown)).toEqual({ error: 51, 'over-budget': 9 });
    expect(read(served.ask(PLAIN, 0))).toEqual({ drop: 'over-budget' });
  });

  test.each<[string, Uint8Array]>([
    ['a bare one', PLAIN],
    ['with CHANGE-REQUEST', request([change(true, true)])],
    ['with RESPONSE-PORT', request([responsePort(4711)])],
    ['with too short a hello', request([makeAttribute(FULLCONE_HELLO, { version: 1, filler: 0 }, ID)])],
    ['in RFC 3489', request([], { transactionId: OLD_ID })],
  ])('the refusal says 500, is as short as can be, and goes to where the request came from: %s', (_, bytes) => {
    const served = new Served();
    for (let count = 0; count < host.atOnce; count++) served.ask(bytes, 0, ASKER, with3489);
    const refusal = served.ask(bytes, 0, ASKER, with3489);
    expect(read(refusal)).toEqual({
      class: 'error',
      from: 'primary',
      to: '203.0.113.44:9000',
      'ERROR-CODE': { code: 500, reason: '' },
    });
    expect(sizeOf(refusal)).toBe(REFUSAL_LENGTH);
    expect(sizeOf(refusal)).toBeLessThanOrEqual(Math.max(bytes.length, REFUSAL_LENGTH));
  });

  test('others of its network are served until ten of it have taken all', () => {
    const served = new Served();
    for (let number = 0; number < 10; number++) expect(served.tally(50, 0, neighbour(number))).toEqual({ success: 50 });
    expect(served.tally(2, 0, neighbour(10))).toEqual({ error: 1, 'over-budget': 1 });
    expect(served.tally(1, 0, endpoint('203.0.114.10', 9000))).toEqual({ success: 1 });
    expect(served.tally(1, 1, neighbour(10))).toEqual({ success: 1 });
  });

  test('one that asks without end takes nothing from its network', () => {
    const served = new Served();
    served.tally(10_000, 0);
    expect(served.tally(50, 0, neighbour(10))).toEqual({ success: 50 });
  });

  test('a phone, and a client of RFC 5780, never notice', () => {
    const served = new Served();
    // 300 phones of one office, each of which asks every 30 s, and once a minute a client that asks 40 times at once.
    for (let now = 0; now < 600; now++) {
      const asked = now % 60 === 30 ? 50 : 10;
      expect(served.tally(asked, now)).toEqual({ success: asked });
    }
  });
});

describe('no stranger', () => {
  const token = (from = ASKER, now = 0) => makeAttribute(FULLCONE_TOKEN, tokenFor(from, now), ID);
  const filled = (filler: number) => request([makeAttribute(FULLCONE_HELLO, { version: 1, filler }, ID)]);

  test.each<[string, Uint8Array]>([
    ['who shows a token', request([token()])],
    ['who shows it with CHANGE-REQUEST', request([token(), change(true, true)])],
    ['who shows it with RESPONSE-PORT', request([token(), responsePort(9001)])],
    ['whose request is as long as the answer', request([raw(0x8022, ...new Uint8Array(44))])],
    ['who says hello at length', filled(72)],
  ])('%s is answered 20,000 times', (_, bytes) => {
    expect(new Served().tally(20_000, 1, ASKER, bytes)).toEqual({ success: 20_000 });
  });

  test.each<[string, RawAttribute[], number]>([
    ['of another address', [token(neighbour(1))], 1],
    ['of another reflector', [makeAttribute(FULLCONE_TOKEN, new Uint8Array(16), ID)], 1],
    ['of another length', [makeAttribute(FULLCONE_TOKEN, new Uint8Array(8), ID)], 1],
    ['that is malformed', [raw(FULLCONE_TOKEN.type, 1, 2, 3)], 1],
    ['of ten minutes ago', [token()], 600],
  ])('but one with a token %s is a stranger like others', (_, attributes, now) => {
    const expected = { success: 50, error: 1, 'over-budget': 9 };
    expect(new Served().tally(60, now, ASKER, request(attributes))).toEqual(expected);
  });

  test('a byte less than the answer is too little', () => {
    expect(new Served().tally(51, 0, ASKER, filled(68))).toEqual({ success: 50, error: 1 });
  });
});

describe('for any datagrams of one network that show no token', () => {
  const attributes = fc.subarray([change(true, true), responsePort(9000), raw(0x24, 1, 2), raw(0x8022, 1, 2, 3)]);
  const short = fc.oneof(fc.constant(PLAIN), attributes.map(request));
  const any = fc.oneof(
    short,
    fc.nat(1_600).map((length) => request([padding(length)])),
    fc.nat(100).map((filler) => request([makeAttribute(FULLCONE_HELLO, { version: 1, filler }, ID)])),
  );
  const burst = (bytes: fc.Arbitrary<Uint8Array>) =>
    fc.record({
      bytes,
      host: fc.nat(30),
      count: fc.integer({ min: 1, max: 300 }),
      pause: fc.constantFrom(0, 0, 0, 1, 3),
    });

  /** Bytes in and out, and the seconds that it took. */
  function total(bursts: readonly { bytes: Uint8Array; host: number; count: number; pause: number }[]) {
    const served = new Served();
    let [now, received, sent] = [0, 0, 0];
    for (const { bytes, host, count, pause } of bursts) {
      now += pause;
      for (let index = 0; index < count; index++) sent += sizeOf(served.ask(bytes, now, neighbour(host)));
      received += count * bytes.length;
    }
    return { seconds: now, received, sent };
  }

  test('so many bytes come out per second, and no more: short requests', () => {
    const most = (seconds: number, { atOnce, perSecond }: typeof network, length: number) =>
      (atOnce + perSecond * seconds) * length;
    let reached = 0;
    fc.assert(
      fc.property(fc.array(burst(short), { maxLength: 40 }), (bursts) => {
        const { seconds, sent } = total(bursts);
        const bound = most(seconds, network, ANSWER_LENGTH) + most(seconds, REFUSALS.network, REFUSAL_LENGTH);
        expect(sent).toBeLessThanOrEqual(bound);
        reached = Math.max(reached, sent / bound);
      }),
      { numRuns: 50 },
    );
    // A bound that nobody comes near would say little.
    expect(reached).toBeGreaterThan(0.3);
  });

  test('so much more comes out than comes in, and no more: requests of any length', () => {
    // An answer is at most 80 bytes longer than its request (docs/protocol.md).
    fc.assert(
      fc.property(fc.array(burst(any), { maxLength: 20 }), (bursts) => {
        const { seconds, received, sent } = total(bursts);
        const answers =
          network.atOnce + REFUSALS.network.atOnce + (network.perSecond + REFUSALS.network.perSecond) * seconds;
        expect(sent - received).toBeLessThanOrEqual(80 * answers);
      }),
      { numRuns: 50 },
    );
  });
});

test('a million forged sources cost no memory, and none of them more time than the first', () => {
  const strangers = new Strangers();
  const addressOf = (number: number) => `${10 + (number >> 16)}.${(number >> 8) & 0xff}.${number & 0xff}.1`;
  const slices = Array.from({ length: 10 }, (_, slice) => {
    const began = performance.now();
    for (let index = 0; index < 100_000; index++) strangers.ask(addressOf(slice * 100_000 + index), slice);
    expect(strangers.size).toBeLessThanOrEqual(4 * MOST_COUNTED);
    return performance.now() - began;
  });
  // Far from a measurement: a table that is walked through for each source would take a hundred times as long.
  expect(Math.min(...slices.slice(-3))).toBeLessThan(10 * Math.min(...slices.slice(0, 3)) + 50);
  expect(strangers.size).toBe(2 * MOST_COUNTED);
});

test('who floods to be forgotten sends more than he gets', () => {
  const served = new Served();
  served.tally(51, 0);
  let received = 0;
  for (let number = 0; number < MOST_COUNTED; number++) {
    served.ask(PLAIN, 0, endpoint(`10.${number >> 8}.${number & 0xff}.1`, 9000));
    received += PLAIN.length;
  }
  expect(served.tally(51, 0)).toEqual({ success: 50, 'over-budget': 1 });
  expect(50 * ANSWER_LENGTH).toBeLessThan(received);
});
