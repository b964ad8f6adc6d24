import type { Column, Scenario } from './types.ts';

/** Why a scenario is not run in that column; null: it is. */
export function reasonToSkip(scenario: Scenario, column: Column): string | null {
  const { notIn, steps } = scenario;
  const own = notIn?.[column];
  if (own !== undefined || (column !== 'live' && column !== 'exclusive')) return own ?? null;
  const isFixed = column === 'live' ? steps.some(({ check }) => check.mode !== undefined) : !mayBeExclusive(scenario);
  return notIn?.kernel ?? (isFixed ? `asks in the mode "${modeOf(scenario)}"` : null);
}

/** What is asked beside the holders of ports can be asked in their place; what shows that they are in the way cannot. */
export const mayBeExclusive = (scenario: Pick<Scenario, 'steps' | 'notIn'>): boolean =>
  modeOf(scenario) !== 'bind' && scenario.notIn?.exclusive === undefined;

const modeOf = ({ steps }: Pick<Scenario, 'steps'>) => steps.find(({ check }) => check.mode !== undefined)?.check.mode;

/**
 * One for each kind of network and of check; the others differ from these in what the column `exclusive` does not touch:
 * it stops services, and then asks as the column `kernel` does.
 */
const REPRESENTATIVE = new Set([
  'public-host',
  'one-to-one',
  'no-forward',
  'random',
  'random-forwarded',
  'part-of-the-range',
  'outbound-rejected',
  'host-firewall',
  'scan-guard',
  'flow-limit',
  'server-silent',
  'live-one-to-one',
  'live-no-forward',
  'live-host-firewall',
  'live-ipv6',
  'live-tcp',
  'live-tcp-no-forward',
]);

export const isRepresentative = ({ name }: Pick<Scenario, 'name'>): boolean => REPRESENTATIVE.has(name);
