// rejected by: web-types-only
import { thing } from '../src/report/index.ts';

export const wrong = thing;
