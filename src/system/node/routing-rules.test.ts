import { describe, expect, it } from 'vitest';
import { concerned, readRules } from './routing-rules.ts';

const [NEW_RULE, DONE] = [32, 3];
const [TABLE, UID_RANGE, IP_PROTO, SPORT, DPORT, SPORT_MASK] = [15, 20, 22, 23, 24, 28];
const [TCP, UDP] = [6, 17];

function attribute(type: number, value: readonly number[]): Buffer {
  const bytes = Buffer.alloc((4 + value.length + 3) & ~3);
  bytes.writeUInt16LE(4 + value.length, 0);
  bytes.writeUInt16LE(type, 2);
  bytes.set(value, 4);
  return bytes;
}

function message(type: number, ...attributes: readonly Buffer[]): Buffer {
  const body = Buffer.concat([Buffer.alloc(12), ...attributes]);
  const header = Buffer.alloc(16);
  header.writeUInt32LE(16 + body.length, 0);
  header.writeUInt16LE(type, 4);
  return Buffer.concat([header, body]);
}

const word = (value: number): readonly number[] => [value & 255, value >> 8];
const ports = (type: number, from: number, to = from): Buffer => attribute(type, [...word(from), ...word(to)]);
const table = attribute(TABLE, [254, 0, 0, 0]);
const rule = (...attributes: readonly Buffer[]): Buffer => message(NEW_RULE, table, ...attributes);

describe('what the kernel says of its rules', () => {
  it.each<[string, Buffer, ReturnType<typeof readRules>]>([
    ['those that every machine has', Buffer.concat([rule(), rule()]), []],
    ['one for a user', rule(attribute(UID_RANGE, [0, 0, 0, 0, 0, 0, 0, 0])), []],
    ['one for a protocol', rule(attribute(IP_PROTO, [UDP])), []],
    ['source ports', rule(ports(SPORT, 9000, 9999)), [{ protocol: null, source: { from: 9000, to: 9999 } }]],
    [
      'a source port of UDP, behind another rule',
      Buffer.concat([
        rule(),
        rule(attribute(IP_PROTO, [UDP]), ports(SPORT, 9000), attribute(SPORT_MASK, word(0xffff))),
      ]),
      [{ protocol: UDP, source: { from: 9000, to: 9000 } }],
    ],
    [
      'ports under a mask',
      rule(ports(SPORT, 9000), attribute(SPORT_MASK, word(0xff00))),
      [{ protocol: null, source: null }],
    ],
    ['where packets go', rule(ports(DPORT, 3478)), [{ protocol: null, source: null }]],
    ['the end', message(DONE, Buffer.alloc(4)), []],
    ['what is cut', rule(ports(SPORT, 9000)).subarray(0, 40), []],
    ['an attribute that is longer than its rule', rule(Buffer.from([200, 0, SPORT, 0])), []],
    ['nothing', Buffer.alloc(0), []],
  ])('%s', (_, bytes, rules) => {
    expect(readRules(bytes)).toEqual(rules);
  });
});

describe('rules concern', () => {
  const UDP_PORTS = [
    { from: 5060, to: 5060 },
    { from: 9000, to: 10_999 },
  ];
  const source = (from: number, to = from) => ({ protocol: null, source: { from, to } });

  it.each([
    ['the ranges that they touch', [source(8000, 9000)], [9000]],
    ['at either end', [source(10_999, 20_000)], [9000]],
    ['no ranges beside them', [source(5061, 8999)], []],
    ['all ports if they name none', [{ protocol: UDP, source: null }], [5060, 9000]],
    ['no UDP if they are about TCP', [{ protocol: TCP, source: null }], []],
  ])('%s', (_, rules, begins) => {
    expect(concerned(rules, UDP_PORTS).map(({ from }) => from)).toEqual(begins);
  });
});
