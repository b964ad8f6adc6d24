// rejected by: lab-scenarios-types-only
import { thing } from '../../src/verdict/index.ts';

export const wrong = thing;
