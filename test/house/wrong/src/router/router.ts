// rejected by: router
import { thing } from '../pbx/index.ts';

export const wrong = thing;
