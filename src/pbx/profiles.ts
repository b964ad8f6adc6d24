import { ALLWORX, GRANDSTREAM, PLANET, STARFACE, YEASTAR } from './profiles/appliances.ts';
import { ASTERISK, FREEPBX, ISSABEL, TRIXBOX, VITALPBX } from './profiles/asterisk.ts';
import { FREESWITCH, FUSIONPBX } from './profiles/freeswitch.ts';
import { KAMAILIO } from './profiles/kamailio.ts';
import { THREE_CX } from './profiles/three-cx.ts';
import type { Profile } from './types.ts';

export const PROFILES: readonly Profile[] = [
  THREE_CX,
  ASTERISK,
  FREEPBX,
  VITALPBX,
  ISSABEL,
  TRIXBOX,
  FREESWITCH,
  FUSIONPBX,
  KAMAILIO,
  YEASTAR,
  GRANDSTREAM,
  STARFACE,
  ALLWORX,
  PLANET,
];

export const findProfile = (id: string): Profile | null => PROFILES.find((profile) => profile.id === id) ?? null;
