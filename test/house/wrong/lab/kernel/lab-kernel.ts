// rejected by: lab-kernel
import { thing } from '../../src/stun/index.ts';

export const wrong = thing;
