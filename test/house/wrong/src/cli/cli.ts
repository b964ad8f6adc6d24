// rejected by: cli
import { thing } from '../verdict/index.ts';

export const wrong = thing;
