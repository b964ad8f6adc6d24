/** Five fields of cron, as a person says them. */
export type Plan =
  | { readonly kind: 'daily'; readonly time: string }
  /** 0: Sunday. */
  | { readonly kind: 'weekly'; readonly day: number; readonly time: string }
  | { readonly kind: 'own'; readonly cron: string };

const SIMPLE = /^([0-5]?\d) ([01]?\d|2[0-3]) \* \* (\*|[0-6])$/;

export function planOf(cron: string): Plan {
  const [, minute = '', hour = '', day = ''] = SIMPLE.exec(cron.trim()) ?? [];
  if (day === '') return { kind: 'own', cron };
  const time = `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`;
  return day === '*' ? { kind: 'daily', time } : { kind: 'weekly', day: Number(day), time };
}

export function cronOf(plan: Plan): string {
  if (plan.kind === 'own') return plan.cron;
  const [hour, minute] = plan.time.split(':').map(Number);
  return `${minute} ${hour} * * ${plan.kind === 'daily' ? '*' : plan.day}`;
}
