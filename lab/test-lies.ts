import { LIES, lying } from '../src/app/test-liar.ts';
import type { System } from '../src/system/index.ts';
import type { ServerSpec } from './scenarios/index.ts';

/** A reflector's machine that tells this lie to everybody, from its first answer on. */
export const telling = (lie: ServerSpec['lie'], system: System): System =>
  lie === undefined ? system : lying(system, { lies: [LIES[lie]], honest: 0, share: 1, about: () => true, seed: 1 });
