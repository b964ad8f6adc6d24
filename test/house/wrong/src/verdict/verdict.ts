// rejected by: verdict
import { thing } from '../stun/index.ts';

export const wrong = thing;
