import { rooms } from '../app/index.ts';
import { thing as hands } from '../system/node/index.ts';
import { thing as door } from './index.ts';

export const house = [door, hands, ...rooms];
