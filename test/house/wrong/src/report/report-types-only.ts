// rejected by: report-types-only
import { thing } from '../verdict/index.ts';

export const wrong = thing;
