// rejected by: found
import { thing } from '../cellar/index.ts';

export const wrong = thing;
