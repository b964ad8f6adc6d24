// rejected by: reflector
import { thing } from '../engine/index.ts';

export const wrong = thing;
