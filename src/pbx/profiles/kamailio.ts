import { commonKnowledge, optional, readIn, tcp, udp } from '../lines.ts';
import type { Profile } from '../types.ts';

const HABIT = commonKnowledge('Kamailio as most examples configure it');
/** rtpengine takes ports in pairs, so that 40000, where its built-in range ends, is never used either. */
const RTPENGINE = readIn(
  'https://github.com/sipwise/rtpengine, etc/rtpengine.conf: 30000-39999 (docs: built in 30000-40000)',
);

export const KAMAILIO: Profile = {
  id: 'kamailio',
  name: 'Kamailio with rtpengine',
  ports: [
    udp(5060, 'sip', HABIT),
    udp([30000, 39999], 'rtp', RTPENGINE),
    optional(tcp(5060, 'sip', HABIT)),
    optional(tcp(5061, 'sips', HABIT)),
    optional(tcp(443, 'webrtc', HABIT)),
    optional(tcp(4443, 'webrtc', HABIT)),
  ],
};
