// rejected by: lab-model
import { thing } from '../../src/engine/index.ts';

export const wrong = thing;
