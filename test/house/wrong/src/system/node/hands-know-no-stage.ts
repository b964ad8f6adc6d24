// rejected by: hands-know-no-stage
import type { Thing } from '../../engine/index.ts';

export type Wrong = Thing;
