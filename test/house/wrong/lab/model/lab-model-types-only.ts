// rejected by: lab-model-types-only
import { thing } from '../../src/system/index.ts';

export const wrong = thing;
