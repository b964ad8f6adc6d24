import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readIpPacket } from './ip-packet.ts';
import { extension, icmpPacket, ip6Packet, ipPacket, sumOf, udpPacket } from './test-packets.ts';

const [FROM, TO] = ['198.51.100.20', '192.168.0.100'];
const UDP = udpPacket(3478, 9000, 'hello');

describe('a UDP packet', () => {
  const hello = {
    kind: 'udp',
    from: { address: FROM, port: 3478 },
    to: { address: TO, port: 9000 },
    bytes: new Uint8Array(Buffer.from('hello')),
  };

  it('is read, with options and with a trailer of the link', () => {
    expect(readIpPacket(ipPacket(17, UDP))).toEqual(hello);
    expect(readIpPacket(ipPacket(17, UDP, { options: 8 }))).toEqual(hello);
    expect(readIpPacket(Uint8Array.from([...ipPacket(17, UDP), 0, 0, 0]))).toEqual(hello);
  });

  it('must have the checksum that the system wants, or none, or that of the pseudo header', () => {
    const whole = 0xffff - sumOf(UDP, FROM, TO, true);
    for (const sum of [whole, 0, sumOf(UDP, FROM, TO, false)])
      expect(readIpPacket(ipPacket(17, udpPacket(3478, 9000, 'hello', sum)))).toEqual(hello);
    expect(readIpPacket(ipPacket(17, udpPacket(3478, 9000, 'hello', whole ^ 1)))).toBeNull();
  });

  it.each<[string, Uint8Array]>([
    ['a later fragment', ipPacket(17, UDP, { fragment: 3 })],
    ['cut', ipPacket(17, UDP).subarray(0, 30)],
    ['longer than it is', ipPacket(17, UDP, { length: 100 })],
    ['shorter than its UDP says', ipPacket(17, UDP.subarray(0, 10))],
    ['without a whole UDP header', ipPacket(17, UDP.subarray(0, 7))],
    ['of IPv6', Uint8Array.from([0x60, ...ipPacket(17, UDP).subarray(1)])],
    ['of a header that is too short', Uint8Array.from([0x44, ...ipPacket(17, UDP).subarray(1)])],
    ['of TCP', ipPacket(6, UDP)],
    ['nothing', new Uint8Array()],
  ])('is none if it is %s', (_, bytes) => {
    expect(readIpPacket(bytes)).toBeNull();
  });
});

describe('an ICMP error', () => {
  const sent = ipPacket(17, udpPacket(9000, 3478, 'question'), { from: TO, to: FROM });
  const icmp = (type: number, code: number, quoted: Uint8Array) =>
    readIpPacket(ipPacket(1, icmpPacket(type, code, quoted), { from: '192.168.0.1' }));
  const error = {
    by: '192.168.0.1',
    type: 3,
    code: 13,
    from: { address: TO, port: 9000 },
    to: { address: FROM, port: 3478 },
    quoted: new Uint8Array(Buffer.from('question')),
  };

  it('is read, whatever its sums, and however short the quotation', () => {
    expect(icmp(3, 13, sent)).toEqual({ kind: 'icmp', to: TO, error });
    expect(icmp(11, 0, sent)).toMatchObject({ error: { type: 11, code: 0 } });
    expect(icmp(3, 13, sent.subarray(0, 28))).toEqual({
      kind: 'icmp',
      to: TO,
      error: { ...error, quoted: new Uint8Array() },
    });
  });

  it.each<[string, number, Uint8Array]>([
    ['an echo', 0, sent],
    ['a redirect', 5, sent],
    ['about TCP', 3, ipPacket(6, udpPacket(9000, 3478, 'question'))],
    ['quoting half a header', 3, sent.subarray(0, 19)],
    ['quoting no ports', 3, sent.subarray(0, 27)],
    ['quoting a later fragment', 3, ipPacket(17, UDP, { fragment: 8 })],
    ['quoting nothing', 3, new Uint8Array()],
  ])('is none if it is %s', (_, type, quoted) => {
    expect(icmp(type, 0, quoted)).toBeNull();
  });
});

describe('of IPv6', () => {
  const [FROM6, TO6] = ['2001:db8:100::20', '2001:db8:1::100'];
  const whole = (text = 'hello') => {
    const bare = udpPacket(3478, 9000, text);
    return udpPacket(3478, 9000, text, 0xffff - sumOf(bare, FROM6, TO6, true));
  };
  const hello = {
    kind: 'udp',
    from: { address: FROM6, port: 3478 },
    to: { address: TO6, port: 9000 },
    bytes: new Uint8Array(Buffer.from('hello')),
  };
  const fragment = (word: number) => Uint8Array.from([0, 0, word >> 8, word & 0xff, 0, 0, 0, 0]);

  it.each<[string, readonly (readonly [number, Uint8Array])[]]>([
    ['nothing', []],
    ['options for all hops', [[0, extension()]]],
    ['long options', [[60, extension(5)]]],
    ['a routing header without stops left', [[43, extension(3)]]],
    ['a header of the only fragment', [[44, fragment(0)]]],
    [
      'all of them',
      [
        [0, extension()],
        [60, extension(2)],
        [43, extension()],
        [44, fragment(0)],
        [60, extension()],
      ],
    ],
  ])('a UDP packet behind %s is read', (_, extensions) => {
    expect(readIpPacket(ip6Packet(17, whole(), { extensions }))).toEqual(hello);
  });

  it('a UDP packet needs a checksum, or that of the pseudo header', () => {
    const pseudo = sumOf(udpPacket(3478, 9000, 'hello'), FROM6, TO6, false);
    expect(readIpPacket(ip6Packet(17, udpPacket(3478, 9000, 'hello', pseudo)))).toEqual(hello);
    expect(readIpPacket(ip6Packet(17, udpPacket(3478, 9000, 'hello')))).toBeNull();
    expect(
      readIpPacket(
        ip6Packet(
          17,
          whole('hallo').map((byte, at) => (at === 9 ? 101 : byte)),
        ),
      ),
    ).toBeNull();
  });

  it.each<[string, Uint8Array]>([
    ['a later fragment', ip6Packet(17, whole(), { extensions: [[44, fragment(8)]] })],
    ['a first fragment that is cut', ip6Packet(17, whole().subarray(0, 10), { extensions: [[44, fragment(1)]] })],
    [
      'on its way to somewhere else',
      ip6Packet(17, whole(), { extensions: [[43, extension().map((byte, at) => (at === 3 ? 1 : byte))]] }),
    ],
    ['behind a header that is longer than it', ip6Packet(17, whole(), { extensions: [[60, Uint8Array.from([0, 9])]] })],
    [
      'behind more headers than there are',
      ip6Packet(17, whole(), { extensions: Array.from({ length: 7 }, () => [60, extension()] as const) }),
    ],
    ['encrypted', ip6Packet(50, whole())],
    ['cut', ip6Packet(17, whole()).subarray(0, 50)],
    ['a jumbogram', ip6Packet(17, whole(), { length: 0 })],
    ['longer than it is', ip6Packet(17, whole(), { length: 100 })],
    ['of TCP', ip6Packet(6, whole())],
    ['an error of IPv4', ip6Packet(1, icmpPacket(3, 13, ip6Packet(17, whole())))],
  ])('is none if it is %s', (_, bytes) => {
    expect(readIpPacket(bytes)).toBeNull();
  });

  const sent = ip6Packet(17, udpPacket(9000, 3478, 'question'), { from: TO6, to: FROM6 });
  const icmp = (type: number, code: number, quoted: Uint8Array, extensions: [number, Uint8Array][] = []) =>
    readIpPacket(ip6Packet(58, icmpPacket(type, code, quoted), { from: 'fe80::1', extensions }));
  const error = {
    by: 'fe80::1',
    type: 1,
    code: 1,
    from: { address: TO6, port: 9000 },
    to: { address: FROM6, port: 3478 },
    quoted: new Uint8Array(Buffer.from('question')),
  };

  it('an ICMPv6 error is read, whatever its sums, and however short the quotation', () => {
    expect(icmp(1, 1, sent)).toEqual({ kind: 'icmp', to: TO6, error });
    expect(icmp(3, 0, sent, [[0, extension()]])).toMatchObject({ error: { type: 3, code: 0 } });
    expect(icmp(1, 1, sent.subarray(0, 48))).toMatchObject({ error: { quoted: new Uint8Array() } });
    const behind = ip6Packet(17, udpPacket(9000, 3478, 'question'), {
      from: TO6,
      to: FROM6,
      extensions: [[60, extension()]],
    });
    expect(icmp(1, 1, behind)).toEqual({ kind: 'icmp', to: TO6, error });
  });

  it.each<[string, number, Uint8Array]>([
    ['too big', 2, sent],
    ['a wrong parameter', 4, sent],
    ['an echo', 129, sent],
    ['quoting IPv4', 1, ipPacket(17, udpPacket(9000, 3478, 'question'))],
    ['quoting half a header', 1, sent.subarray(0, 39)],
    ['quoting no ports', 1, sent.subarray(0, 47)],
    ['quoting a later fragment', 1, ip6Packet(17, whole(), { extensions: [[44, fragment(8)]] })],
    ['quoting nothing', 1, new Uint8Array()],
  ])('is none if it is %s', (_, type, quoted) => {
    expect(icmp(type, 0, quoted)).toBeNull();
  });

  it('quoted by IPv4 is nothing', () => {
    expect(readIpPacket(ipPacket(1, icmpPacket(3, 3, sent)))).toBeNull();
  });
});

it('never throws, whatever comes', () => {
  const valid = fc.constantFrom(
    ipPacket(17, UDP),
    ipPacket(1, icmpPacket(3, 13, ipPacket(17, udpPacket(9000, 3478, 'question')))),
    ip6Packet(17, UDP, {
      extensions: [
        [60, extension()],
        [44, extension()],
      ],
    }),
    ip6Packet(58, icmpPacket(1, 1, ip6Packet(17, udpPacket(9000, 3478, 'question')))),
  );
  const changed = fc
    .tuple(valid, fc.array(fc.tuple(fc.nat(80), fc.nat(255)), { maxLength: 6 }), fc.nat(80))
    .map(([bytes, changes, length]) => {
      const copy = bytes.slice(0, length);
      for (const [at, value] of changes) if (at < copy.length) copy[at] = value;
      return copy;
    });
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 80 }), changed), (bytes) => {
      const packet = readIpPacket(bytes);
      expect([null, 'udp', 'icmp']).toContain(packet === null ? null : packet.kind);
    }),
    { numRuns: 2000 },
  );
});
