// rejected by: engine-types-only
import { thing } from '../plan/index.ts';

export const wrong = thing;
