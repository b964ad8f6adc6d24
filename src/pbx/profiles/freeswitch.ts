import { optional, readIn, tcp, udp } from '../lines.ts';
import type { Profile } from '../types.ts';

const PROFILES = readIn('https://github.com/signalwire/freeswitch-docs, getting started');
/** `rtp-start-port` and `rtp-end-port` where the configuration does not say. */
const MEDIA = readIn('https://github.com/signalwire/freeswitch-docs, variables and core settings');
const FIREWALL = readIn('https://freeswitch.org/confluence/display/FREESWITCH/Firewall');

export const FREESWITCH: Profile = {
  id: 'freeswitch',
  name: 'FreeSWITCH',
  ports: [
    // The internal profile: phones.
    udp(5060, 'sip', PROFILES),
    // The external profile: trunks.
    udp(5080, 'sip', PROFILES),
    udp([16384, 32768], 'rtp', MEDIA),
    optional(tcp(5060, 'sip', PROFILES)),
    optional(tcp(5080, 'sip', PROFILES)),
    optional(tcp(5061, 'sips', PROFILES)),
    optional(tcp(5081, 'sips', PROFILES)),
    optional(tcp(7443, 'webrtc', FIREWALL)),
  ],
};

const FUSION = readIn('https://docs.fusionpbx.com, firewall');

export const FUSIONPBX: Profile = {
  id: 'fusionpbx',
  name: 'FusionPBX',
  ports: [
    udp(5060, 'sip', FUSION),
    udp(5080, 'sip', FUSION),
    udp([16384, 32768], 'rtp', FUSION),
    optional(tcp(5060, 'sip', FUSION)),
    optional(tcp(5080, 'sip', FUSION)),
    optional(tcp(5061, 'sips', FUSION)),
  ],
};
