// rejected by: lab-systemd
import { thing } from '../../src/stun/index.ts';

export const wrong = thing;
