// rejected by: engine
import { thing } from '../verdict/index.ts';

export const wrong = thing;
