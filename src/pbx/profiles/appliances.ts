import { commonKnowledge, optional, readIn, tcp, udp } from '../lines.ts';
import type { Profile } from '../types.ts';

const YEASTAR_API = readIn('https://help.yeastar.com, P-Series developer guide: HTTPS on 8088');
const YEASTAR_HABIT = commonKnowledge('Yeastar P-Series as delivered');

export const YEASTAR: Profile = {
  id: 'yeastar',
  name: 'Yeastar P-Series',
  ports: [
    udp(5060, 'sip', YEASTAR_HABIT),
    udp([10000, 12000], 'rtp', YEASTAR_HABIT),
    // Linkus, the app.
    optional(udp(8111, 'apps', YEASTAR_HABIT)),
    optional(tcp(5060, 'sip', YEASTAR_HABIT)),
    optional(tcp(5061, 'sips', YEASTAR_HABIT)),
    optional(tcp(8088, 'web', YEASTAR_API)),
    optional(tcp(8111, 'apps', YEASTAR_HABIT)),
  ],
};

const UCM_MANUAL = readIn('Grandstream UCM6510 manual, table 8, at https://manualmachine.com');
const UCM_HABIT = commonKnowledge('Grandstream UCM63xx as delivered');

export const GRANDSTREAM: Profile = {
  id: 'grandstream',
  name: 'Grandstream UCM',
  ports: [
    udp(5060, 'sip', UCM_MANUAL),
    udp([10000, 20000], 'rtp', UCM_HABIT),
    optional(udp(4569, 'iax', UCM_MANUAL)),
    optional(tcp(5061, 'sips', UCM_HABIT)),
    // The web server, which also takes the phones of browsers and the Wave app.
    optional(tcp(8089, 'webrtc', UCM_MANUAL)),
  ],
};

const KNOWLEDGE = readIn('https://knowledge.starface.de/pages/viewpage.action?pageId=46564693');

export const STARFACE: Profile = {
  id: 'starface',
  name: 'STARFACE',
  ports: [
    udp(5060, 'sip', KNOWLEDGE),
    udp([10000, 20000], 'rtp', KNOWLEDGE),
    optional(udp(3090, 'linking', KNOWLEDGE)),
    optional(tcp(5060, 'sip', KNOWLEDGE)),
    optional(tcp(5061, 'sips', KNOWLEDGE)),
    optional(tcp(443, 'web', KNOWLEDGE)),
    // Telephones fetch their settings there.
    optional(tcp([50_080, 50_081], 'web', KNOWLEDGE)),
    optional(tcp(5222, 'apps', KNOWLEDGE)),
    optional(tcp(3090, 'linking', KNOWLEDGE)),
  ],
};

const ALLWORX_PORTS = readIn('Allworx, ports for remote phones');

export const ALLWORX: Profile = {
  id: 'allworx',
  name: 'Allworx',
  ports: [
    udp(5060, 'sip', ALLWORX_PORTS),
    // The lamps of the keys of its phones.
    udp(2088, 'apps', ALLWORX_PORTS),
    // The first of several blocks of ten; how many there are depends on the model.
    udp([16384, 16393], 'rtp', ALLWORX_PORTS),
    optional(tcp(5061, 'sips', ALLWORX_PORTS)),
  ],
};

const IPX = readIn('Planet IPX-2500 manual');

export const PLANET: Profile = {
  id: 'planet-ipx2500',
  name: 'Planet IPX-2500',
  ports: [udp(5060, 'sip', commonKnowledge('the standard port')), udp([10001, 10500], 'rtp', IPX)],
};
