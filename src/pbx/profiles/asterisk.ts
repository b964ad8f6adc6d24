import { commonKnowledge, optional, readIn, tcp, udp } from '../lines.ts';
import type { Profile, ProfilePort } from '../types.ts';

const PJSIP = readIn('https://docs.asterisk.org, PJSIP with a server behind NAT: "UDP 5060 and UDP 10000-20000"');
const WEBRTC = readIn('https://docs.asterisk.org, WebRTC: the HTTPS server on 8089');
const SERVICES = readIn('https://github.com/FreePBX/firewall, Services.class.php');
const UDPTL = readIn("Asterisk's sample udptl.conf: udptlstart=4000, udptlend=4999");

/** It contains IAX2's port, which Asterisk leaves out when that is in use. */
const fax = optional(udp([4000, 4999], 'fax', UDPTL));

export const ASTERISK: Profile = {
  id: 'asterisk',
  name: 'Asterisk',
  ports: [
    udp(5060, 'sip', PJSIP),
    udp([10000, 20000], 'rtp', PJSIP),
    fax,
    optional(udp(4569, 'iax', SERVICES)),
    optional(tcp(5060, 'sip', PJSIP)),
    optional(tcp(5061, 'sips', SERVICES)),
    optional(tcp(8089, 'webrtc', WEBRTC)),
  ],
};

/** chan_sip moves to 5160 and 5161 where PJSIP holds 5060. */
const CHAN_SIP = commonKnowledge('FreePBX with both SIP drivers');

export const FREEPBX: Profile = {
  id: 'freepbx',
  name: 'FreePBX',
  ports: [
    udp(5060, 'sip', SERVICES),
    udp([10000, 20000], 'rtp', PJSIP),
    fax,
    optional(udp(5160, 'sip', CHAN_SIP)),
    optional(udp(4569, 'iax', SERVICES)),
    optional(tcp(5060, 'sip', SERVICES)),
    optional(tcp(5061, 'sips', SERVICES)),
    optional(tcp(5161, 'sips', CHAN_SIP)),
    optional(tcp(8089, 'webrtc', SERVICES)),
  ],
};

const RING2ALL = readIn('https://github.com/rodrigocuadra/ring2all, default firewall rules');

export const VITALPBX: Profile = {
  id: 'vitalpbx',
  name: 'VitalPBX, Ring2All',
  ports: [udp(5060, 'sip', RING2ALL), udp([10000, 20000], 'rtp', RING2ALL), optional(tcp(5061, 'sips', RING2ALL))],
};

const ISSABEL_HABIT = commonKnowledge('Issabel with the ports of its Asterisk');
const unchecked = (port: ProfilePort): ProfilePort => ({ ...port, ...ISSABEL_HABIT });

export const ISSABEL: Profile = { id: 'issabel', name: 'Issabel', ports: ASTERISK.ports.map(unchecked) };

const AMER = readIn('https://www.amer.net, knowledge base 102, Fonality Trixbox PBX: ports to forward');
const SANGOMA = readIn('https://sangomakb.atlassian.net, Fonality: ports to forward to a server on the premises');

export const TRIXBOX: Profile = {
  id: 'trixbox',
  name: 'Fonality, trixbox',
  ports: [
    udp(5060, 'sip', AMER),
    udp([10000, 20000], 'rtp', AMER),
    optional(udp(4569, 'linking', AMER)),
    // HUDmobile, whose voice has a range of its own.
    optional(udp([4000, 4031], 'apps', AMER)),
    optional(tcp(5060, 'sip', SANGOMA)),
    tcp(5222, 'apps', AMER),
    optional(tcp(5269, 'linking', AMER)),
  ],
};
