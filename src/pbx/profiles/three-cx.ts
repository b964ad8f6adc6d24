import { optional, readIn, tcp, udp } from '../lines.ts';
import type { Profile } from '../types.ts';

const COURSE = readIn('3CX Academy, basic course notes; the maker lists its ports at https://www.3cx.com/docs/ports/');
/** 9000-9255, and 9000-9500 with 10600-10998, in earlier versions. */
const MEDIA = readIn('host4u, 3CX firewall ports; https://github.com/ekondayan/docker-3cx/pull/16');

export const THREE_CX: Profile = {
  id: '3cx',
  name: '3CX V18, V20',
  ports: [
    udp(5060, 'sip', COURSE),
    udp(5090, 'tunnel', COURSE),
    udp([9000, 10999], 'rtp', MEDIA),
    tcp(5060, 'sip', COURSE),
    tcp(5090, 'tunnel', COURSE),
    optional(tcp(5061, 'sips', COURSE)),
    // One of the two.
    optional(tcp(443, 'web', COURSE)),
    optional(tcp(5001, 'web', COURSE)),
  ],
};
