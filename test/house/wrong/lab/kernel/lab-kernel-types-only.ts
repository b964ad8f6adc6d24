// rejected by: lab-kernel-types-only
import { thing } from '../scenarios/index.ts';

export const wrong = thing;
