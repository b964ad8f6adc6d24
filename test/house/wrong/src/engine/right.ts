import { thing as base } from '../base/index.ts';
import type { Thing } from '../plan/index.ts';
import { thing as stun } from '../stun/index.ts';

export const right = (plan: Thing): readonly string[] => [plan.kind, base.kind, stun.kind];
