import { testAtLoss } from './at-loss.ts';

testAtLoss(0);
