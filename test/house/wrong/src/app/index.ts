import { z } from 'zod';
import { thing as advice } from '../advice/index.ts';
import { thing as base } from '../base/index.ts';
import { thing as engine } from '../engine/index.ts';
import { thing as evidence } from '../evidence/index.ts';
import { thing as pbx } from '../pbx/index.ts';
import { thing as plan } from '../plan/index.ts';
import { thing as reflector } from '../reflector/index.ts';
import { thing as report } from '../report/index.ts';
import { thing as router } from '../router/index.ts';
import { thing as stun } from '../stun/index.ts';
import { thing as system } from '../system/index.ts';
import { thing as verdict } from '../verdict/index.ts';

export const rooms = [advice, base, engine, evidence, pbx, plan, reflector, report, router, stun, system, verdict];
export const schema = z.array(z.object({ kind: z.string() }));
