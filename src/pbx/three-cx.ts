import { defaultsOf } from './config/defaults.ts';
import { mainProcesses } from './config/processes.ts';
import type { FoundProduct, Machine } from './config/types.ts';
import { THREE_CX } from './profiles/three-cx.ts';

/** Of its services the two that speak SIP and RTP, by the name of the process or of the unit. Linux cuts names short. */
const MEANT = /^3CX(?:PhoneSystem|MediaServer)/i;

/**
 * A 3CX that runs here. Where its ports are kept, no source of ours says for the versions of today, so they are those
 * of the profile (docs/decisions/0014).
 */
export function findThreeCx({ processes }: Machine): FoundProduct[] {
  const running = mainProcesses(processes, ({ name, unit }) => MEANT.test(name) || MEANT.test(unit ?? ''));
  const purposes = THREE_CX.ports.map(({ purpose }) => purpose);
  const warnings = [{ code: 'elsewhere', file: null, line: null, what: '' }] as const;
  return running.length > 0
    ? [{ profile: THREE_CX, processes: running, ports: defaultsOf(THREE_CX, purposes), warnings }]
    : [];
}
