import { portsOf } from '../../src/base/index.ts';
import type { RouterSpec } from '../scenarios/index.ts';
import type { Process } from './exec.ts';
import { type Program, routerPage } from './programs.ts';

/** The process that listens in the router; another one when a repair names other ports. */
export interface RouterService {
  become(spec: RouterSpec): Promise<void>;
}

export function createRouterService(start: (program: Program) => Promise<Process>): RouterService {
  let ports: readonly number[] = [];
  let running: Process | null = null;

  async function end(): Promise<void> {
    running?.signal('SIGTERM');
    await running?.done;
    running = null;
  }

  return {
    async become({ tcpService = [] }) {
      const wanted = portsOf(tcpService);
      if (wanted.join() === ports.join()) return;
      await end();
      ports = wanted;
      if (wanted.length > 0) running = await start(routerPage(wanted));
    },
  };
}
