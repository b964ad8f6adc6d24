import { thing } from '../verdict/index.ts';

export const tested = thing;
