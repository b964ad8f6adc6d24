import { type Family, parseIp } from '../../base/index.ts';
import { encodeFilter, type Instruction, jump, WHOLE } from './packet-filter.ts';

/**
 * A classic BPF program (linux/filter.h) for a packet socket that hears all that comes and goes, from the IP header on: of
 * TCP, between one of these addresses and whomever, what has SYN set. Behind extension headers of IPv6, which hardly
 * anybody puts there, it is not looked for.
 */
export const callFilter = (family: Family, peers: readonly string[]): Uint8Array =>
  assemble(
    BEGINNING[family],
    peers.flatMap((peer) => PLACES[family].map((place) => isAt(peer, place))),
  );

/** What is loaded must be this; or, of `bits`, have one of these set, or none. */
interface Condition {
  readonly load: readonly Instruction[];
  readonly is: 'equal' | 'bits' | 'no-bits';
  readonly value: number;
}

const [LOAD_WORD, LOAD_HALF, LOAD_BYTE, LOAD_BYTE_BEHIND, LOAD_INDEX] = [0x20, 0x28, 0x30, 0x50, 0xb1];
const [EQUAL, ANY_BIT, RETURN] = [0x15, 0x45, 0x06];
/** SKF_AD_OFF + SKF_AD_PROTOCOL: what the link says that it carries. */
const LINK_PROTOCOL = 0xfffff000;
const TCP = 6;
const SYN = 0x02;

const byte = (at: number): readonly Instruction[] => [[LOAD_BYTE, 0, 0, at]];

const BEGINNING: Readonly<Record<Family, readonly Condition[]>> = {
  ipv4: [
    { load: [[LOAD_WORD, 0, 0, LINK_PROTOCOL]], is: 'equal', value: 0x0800 },
    { load: byte(9), is: 'equal', value: TCP },
    // No later fragment.
    { load: [[LOAD_HALF, 0, 0, 6]], is: 'no-bits', value: 0x1fff },
    // Behind the IP header, however long.
    {
      load: [
        [LOAD_INDEX, 0, 0, 0],
        [LOAD_BYTE_BEHIND, 0, 0, 13],
      ],
      is: 'bits',
      value: SYN,
    },
  ],
  ipv6: [
    { load: [[LOAD_WORD, 0, 0, LINK_PROTOCOL]], is: 'equal', value: 0x86dd },
    { load: byte(6), is: 'equal', value: TCP },
    { load: byte(40 + 13), is: 'bits', value: SYN },
  ],
};

/** Of source and destination. */
const PLACES: Readonly<Record<Family, readonly number[]>> = { ipv4: [12, 16], ipv6: [8, 24] };

/** Word by word. */
function isAt(address: string, place: number): readonly Condition[] {
  const bytes = parseIp(address) ?? new Uint8Array(4);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: bytes.length / 4 }, (_, word) => ({
    load: [[LOAD_WORD, 0, 0, place + 4 * word]],
    is: 'equal',
    value: view.getUint32(4 * word),
  }));
}

/** All conditions of the first list, and all of one of the others. */
function assemble(first: readonly Condition[], others: readonly (readonly Condition[])[]): Uint8Array {
  const drop = sizeOf(first) + others.reduce((sum, list) => sum + sizeOf(list), 0);
  const program: Instruction[] = [];
  const put = (list: readonly Condition[], then: number, otherwise: number): void => {
    for (const [index, { load, is, value }] of list.entries()) {
      program.push(...load);
      const at = program.length;
      const right = index === list.length - 1 ? then : at + 1;
      const [yes, no] = is === 'no-bits' ? [otherwise, right] : [right, otherwise];
      program.push(jump(is === 'equal' ? EQUAL : ANY_BIT, value, at, yes, no));
    }
  };
  put(first, sizeOf(first), drop);
  for (const list of others) put(list, drop + 1, program.length + sizeOf(list));
  return encodeFilter([...program, [RETURN, 0, 0, 0], [RETURN, 0, 0, WHOLE]]);
}

const sizeOf = (list: readonly Condition[]): number => list.reduce((sum, { load }) => sum + load.length + 1, 0);
