// rejected by: report
import { thing } from '../stun/index.ts';

export const wrong = thing;
