import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import type { Gateway } from '../contract.ts';
import { type Route, routesOfNetstat, routesOfProc, routeTo } from './routes.ts';

const PATIENCE_MS = 2_000;

/** Linux' main table: what other tables and rules say is not seen, and then the route of the interface is the likeliest. */
export async function gatewayFor(address: string, local: string): Promise<Gateway> {
  const routes = process.platform === 'linux' ? await procRoutes() : await netstatRoutes();
  if (routes === null) return { kind: 'unknown' };
  const { gateway } = routeTo(routes, address, isInterfaceOf(local)) ?? { gateway: null };
  return gateway === null ? { kind: 'none' } : { kind: 'known', address: gateway };
}

const procRoutes = (): Promise<Route[] | null> => readFile('/proc/net/route', 'utf8').then(routesOfProc, () => null);

const netstatRoutes = (): Promise<Route[] | null> =>
  new Promise((resolve) => {
    const options = { timeout: PATIENCE_MS, windowsHide: true, maxBuffer: 4 * 1024 * 1024 };
    execFile('netstat', ['-rn'], options, (error, text) => resolve(error ? null : routesOfNetstat(text)));
  });

/** Whether the interface that a table names, by name or address, is the one that has this address. */
function isInterfaceOf(local: string): (via: string) => boolean {
  const names = Object.entries(networkInterfaces()).flatMap(([name, list]) =>
    (list ?? []).some(({ address }) => address === local) ? [name] : [],
  );
  return (via) => via === local || names.includes(via);
}
