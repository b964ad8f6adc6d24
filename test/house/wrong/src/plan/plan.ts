// rejected by: plan
import { thing } from '../engine/index.ts';

export const wrong = thing;
