// rejected by: evidence
import { thing } from '../verdict/index.ts';

export const wrong = thing;
