// rejected by: web
import { thing } from '../src/verdict/index.ts';

export const wrong = thing;
