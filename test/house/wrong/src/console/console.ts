// rejected by: console
import { thing } from '../cli/index.ts';

export const wrong = thing;
