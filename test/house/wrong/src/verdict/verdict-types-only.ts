// rejected by: verdict-types-only
import { thing } from '../evidence/index.ts';

export const wrong = thing;
