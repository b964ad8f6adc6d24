// rejected by: base
import { thing } from '../stun/index.ts';

export const wrong = thing;
