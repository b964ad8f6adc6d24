// rejected by: system
import { thing } from '../engine/index.ts';

export const wrong = thing;
