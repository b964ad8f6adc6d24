// rejected by: cli-types-only
import { thing } from '../system/index.ts';

export const wrong = thing;
