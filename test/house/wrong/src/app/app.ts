// rejected by: app
import { thing } from '../cli/index.ts';

export const wrong = thing;
