import type { Family } from '../../base/index.ts';
import { encodeFilter, type Instruction, jump, LINK_PROTOCOL, WHOLE } from './packet-filter.ts';

/**
 * A classic BPF program (linux/filter.h) for a packet socket that hears all that comes and goes, from the IP header on:
 * what of TCP has SYN set. Behind extension headers of IPv6, which hardly anybody puts there, it is not looked for.
 */
export const callFilter = (family: Family): Uint8Array => assemble(BEGINNING[family]);

/** What is loaded must be this; or, of `bits`, have one of these set, or none. */
interface Condition {
  readonly load: readonly Instruction[];
  readonly is: 'equal' | 'bits' | 'no-bits';
  readonly value: number;
}

const [LOAD_WORD, LOAD_HALF, LOAD_BYTE, LOAD_BYTE_BEHIND, LOAD_INDEX] = [0x20, 0x28, 0x30, 0x50, 0xb1];
const [EQUAL, ANY_BIT, RETURN] = [0x15, 0x45, 0x06];
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

/** All of them. */
function assemble(conditions: readonly Condition[]): Uint8Array {
  const drop = conditions.reduce((sum, { load }) => sum + load.length + 1, 0);
  const program: Instruction[] = [];
  for (const [index, { load, is, value }] of conditions.entries()) {
    program.push(...load);
    const at = program.length;
    const right = index === conditions.length - 1 ? drop + 1 : at + 1;
    const [yes, no] = is === 'no-bits' ? [drop, right] : [right, drop];
    program.push(jump(is === 'equal' ? EQUAL : ANY_BIT, value, at, yes, no));
  }
  return encodeFilter([...program, [RETURN, 0, 0, 0], [RETURN, 0, 0, WHOLE]]);
}
