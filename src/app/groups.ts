import { portsOf, toRanges } from '../base/index.ts';
import type { ServiceGroup, ServicePlan } from '../pbx/index.ts';
import { Exclusive, type ExclusiveTools } from './exclusive.ts';
import type { Portion } from './port-check.ts';

/** Asks ports by themselves: those UDP ports, and these of TCP. */
export type AskPortion = (portion: Portion, tcp: readonly number[]) => Promise<void>;

interface GroupTools extends ExclusiveTools {
  readonly ask: AskPortion;
  /** TCP ports are worth a stop. */
  readonly canCall: boolean;
  /** UDP ports that were found in use so far, and that one of these services holds: a call has begun meanwhile. */
  readonly foundBusy: (holders: readonly string[]) => Promise<readonly number[]>;
}

/** What nobody holds first, since nothing is stopped for it; then one group of services after the other. */
export async function checkGroups({ rest, groups }: ServicePlan, tools: GroupTools): Promise<void> {
  const exclusive = new Exclusive(tools);
  const free = () => Promise.resolve(true);
  if (rest.udp.length + rest.tcp.length > 0) await tools.ask({ udp: rest.udp, free }, portsOf(rest.tcp));
  try {
    for (const group of groups) {
      if (tools.isCancelled() || exclusive.isFailed) return;
      const busy = await tools.foundBusy(group.holders);
      const udp = toRanges([...portsOf(group.udp), ...busy]);
      if (udp.length > 0 || tools.canCall) await checkGroup({ ...group, udp }, exclusive, tools.ask);
    }
  } finally {
    await exclusive.end();
  }
}

async function checkGroup(group: ServiceGroup, exclusive: Exclusive, ask: AskPortion): Promise<void> {
  let stopped: Promise<boolean> | null = null;
  const free = () => {
    stopped ??= exclusive.stop(group);
    return stopped;
  };
  try {
    await ask({ udp: group.udp, free }, portsOf(group.tcp));
  } finally {
    await exclusive.restore(group);
  }
}
