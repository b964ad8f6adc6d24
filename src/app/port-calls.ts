import { portsOf } from '../base/index.ts';
import { CallCheck } from '../engine/index.ts';
import { planCalls, type ServerFacts } from '../plan/index.ts';
import { askOthers } from './again.ts';
import { callLegsOf } from './conclude.ts';
import type { RunEvent } from './events.ts';
import { addressesFor } from './family.ts';
import { callVerdicts, judgedCalls, worksNow } from './judged.ts';
import { placeFor } from './places.ts';
import type { PortCheckTools } from './port-check.ts';
import { type Candidate, waysOf } from './servers.ts';

type Tools = Pick<PortCheckTools, 'system' | 'request' | 'pumps' | 'mode' | 'tell' | 'events'>;

/** Lets the TCP ports of a run be called: by the first server that can; then by others, where that is not enough. */
export class PortCalls {
  readonly #tools: Tools;
  /** Those before are of other ports of the run. */
  readonly #firstLeg: number;
  #legs: number;

  constructor(tools: Tools) {
    this.#tools = tools;
    this.#firstLeg = callLegsOf(tools.events).length;
    this.#legs = this.#firstLeg;
  }

  async run(first: ServerFacts, ports: readonly number[], others: readonly Candidate[]): Promise<void> {
    const { pumps } = this.#tools;
    await this.#call(first, ports, others.length > 0);
    await askOthers({
      others,
      isCancelled: () => pumps.cancelled,
      known: () => ({ before: judgedCalls(this.#shown()), filterOpen: false }),
      works: () => worksNow(callVerdicts(this.#shown())),
      ask: (candidate, ports, hasOthers) => this.#call(waysOf(candidate)[0], ports, hasOthers),
    });
  }

  #shown = () => callLegsOf(this.#tools.events).slice(this.#firstLeg);

  async #call(server: ServerFacts, ports: readonly number[], hasOthers: boolean): Promise<void> {
    const { system, request, pumps, mode, tell } = this.#tools;
    const { bindAddress, localAddress } = await addressesFor(server.primary.address, request, system);
    const plan = planCalls({
      ...{ server, ports, bindAddress, now: system.clock.now(), hasOthers },
      witness: reachedIn(this.#tools.events),
    });
    const leg = this.#legs++;
    tell({ kind: 'calls-planned', leg, plan });
    const checked = new Set(portsOf(request.udp));
    const check = new CallCheck(plan, (port) => checked.has(port), system.random);
    const place = await placeFor({ mode, localAddress, bindAddress, server }, system, tell);
    try {
      await pumps.run(check, (observation) => tell({ kind: 'call', leg, observation }), { ports: place });
    } finally {
      place.close();
    }
  }
}

/**
 * The first TCP port of the run at which a call has arrived, whoever made it. It is of those that are asked first, which
 * nobody holds, if there are such: then it can be listened at later, too.
 */
function reachedIn(events: readonly RunEvent[]): number | null {
  for (const event of events)
    if (event.kind === 'call' && event.observation.kind === 'call-arrived') {
      const { port, arrivedOn } = event.observation;
      if (arrivedOn === port) return port;
    }
  return null;
}
