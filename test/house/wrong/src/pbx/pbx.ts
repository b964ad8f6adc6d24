// rejected by: pbx
import { thing } from '../plan/index.ts';

export const wrong = thing;
