import { expect, it } from 'vitest';
import { cronOf, planOf } from './plan.ts';

it.each([
  ['0 2 * * *', { kind: 'daily', time: '02:00' }],
  ['30 22 * * 1', { kind: 'weekly', day: 1, time: '22:30' }],
  ['5 7 * * 0', { kind: 'weekly', day: 0, time: '07:05' }],
  ['*/15 8-18 * * 1-5', { kind: 'own', cron: '*/15 8-18 * * 1-5' }],
  ['0 24 * * *', { kind: 'own', cron: '0 24 * * *' }],
  ['often, please', { kind: 'own', cron: 'often, please' }],
])('says %s as a person would, and back', (cron, plan) => {
  expect(planOf(cron)).toEqual(plan);
  expect(cronOf(planOf(cron))).toBe(cron);
});
