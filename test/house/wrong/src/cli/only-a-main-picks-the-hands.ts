// rejected by: only-a-main-picks-the-hands
import { thing } from '../system/node/index.ts';

export const wrong = thing;
