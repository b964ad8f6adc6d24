// rejected by: lab-scenarios
import { thing } from '../../src/app/index.ts';

export const wrong = thing;
