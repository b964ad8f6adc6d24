// rejected by: evidence-types-only
import { thing } from '../engine/index.ts';

export const wrong = thing;
