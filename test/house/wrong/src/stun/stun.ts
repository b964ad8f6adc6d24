// rejected by: stun
import { thing } from '../plan/index.ts';

export const wrong = thing;
