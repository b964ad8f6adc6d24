import { accessSync, constants } from 'node:fs';
import type { NetworkSpec } from '../scenarios/index.ts';
import type { How } from './exec.ts';
import { type KernelLab, type LabOptions, openLabAs } from './lab.ts';

export type Support = { readonly kind: 'ok'; readonly how: How } | { readonly kind: 'no'; readonly why: string };

const TOOLS = ['bash', 'unshare', 'nsenter', 'mount', 'ip', 'nft', 'dnsmasq'] as const;

/** A network that uses what every lab needs: user namespace, bridge, NAT, dynamic maps. */
const TRIAL: NetworkSpec = {
  router: { outward: 'endpoint-independent', filtering: 'address', forwards: [] },
  server: { kind: 'down' },
  dns: 'refused',
};

let known: Promise<Support> | null = null;

/** Whether this machine lets us build a lab, found out once by building one; else what is missing, as a sentence. */
export function labSupport(): Promise<Support> {
  known ??= findSupport();
  return known;
}

/** Throws when this machine has no lab. */
export async function openLab(spec: NetworkSpec, options: LabOptions): Promise<KernelLab> {
  const support = await labSupport();
  if (support.kind === 'no') throw new Error(support.why);
  return openLabAs(support.how, spec, options);
}

async function findSupport(): Promise<Support> {
  if (process.platform !== 'linux') return no(`a kernel lab needs Linux, and this is ${process.platform}`);
  const missing = TOOLS.filter((tool) => !isInstalled(tool));
  if (missing.length > 0) return no(`these programs are not installed: ${missing.join(', ')}`);
  const rootless = await attempt('rootless');
  if (rootless === null) return { kind: 'ok', how: 'rootless' };
  if (process.getuid?.() !== 0) return no(`this user may not build networks in a user namespace: ${rootless}`);
  const root = await attempt('root');
  return root === null ? { kind: 'ok', how: 'root' } : no(`neither root nor a user namespace may build one: ${root}`);
}

const no = (why: string): Support => ({ kind: 'no', why });

const isInstalled = (tool: string): boolean =>
  `${process.env['PATH'] ?? ''}:/usr/local/sbin:/usr/sbin:/sbin`.split(':').some((place) => {
    try {
      accessSync(`${place}/${tool}`, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });

/** null: it works. */
async function attempt(how: How): Promise<string | null> {
  try {
    const lab = await openLabAs(how, TRIAL, { server: 'coturn', fullcone: [], name: 'trial' });
    await lab.close();
    return null;
  } catch (error) {
    return String(error instanceof Error ? error.message : error).trim();
  }
}
