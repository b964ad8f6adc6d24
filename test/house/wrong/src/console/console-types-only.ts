// rejected by: console-types-only
import { thing } from '../system/index.ts';

export const wrong = thing;
