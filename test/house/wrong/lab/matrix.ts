import { rooms } from '../src/app/index.ts';
import { thing as kernel } from './kernel/index.ts';
import { thing as model } from './model/index.ts';
import { thing as scenarios } from './scenarios/index.ts';
import { thing as systemd } from './systemd/index.ts';

export const labs = [kernel, model, scenarios, systemd, ...rooms];
