// rejected by: advice
import { thing } from '../report/index.ts';

export const wrong = thing;
