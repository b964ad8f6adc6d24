import { chmodSync, copyFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Machine, openMachine, type Started } from './machine.ts';

/* A PBX of several services on a machine with a real systemd, built like a 3CX. */

const HERE = dirname(fileURLToPath(import.meta.url));
const HOLDER = `${process.execPath} /opt/lab/holder.js`;

const unit = (lines: { readonly unit?: readonly string[]; readonly service: readonly string[] }): string =>
  ['[Unit]', ...(lines.unit ?? []), '[Service]', ...lines.service, '[Install]', 'WantedBy=lab.target', ''].join('\n');

/** The second time it is begun it does this instead. */
const afterwards = (name: string, instead: string): string =>
  `/bin/sh -c 'if [ -e /run/${name}.begun ]; then ${instead}; fi; touch /run/${name}.begun; exec ${HOLDER} ${name} 7000'`;

export const UNITS: Readonly<Record<string, string>> = {
  'sip.service': unit({ service: [`ExecStart=${HOLDER} sip 5060 5060`, 'Restart=on-failure', 'RestartSec=100ms'] }),
  'ivr.service': unit({
    unit: ['Requires=sip.service', 'After=sip.service'],
    service: ['ExecStart=/bin/sleep infinity'],
  }),
  'queue.service': unit({ unit: ['PartOf=sip.service'], service: ['ExecStart=/bin/sleep infinity'] }),
  'idle.service': unit({ unit: ['PartOf=sip.service'], service: ['ExecStart=/bin/sleep infinity'] }),
  'media.service': unit({ service: [`ExecStart=${HOLDER} media 9000-9049`, 'Restart=always'] }),
  'stubborn.service': unit({
    service: [
      `ExecStart=/bin/sh -c 'trap "" TERM; ${HOLDER} stubborn 7000 & while :; do sleep 0.1; done'`,
      'TimeoutStopSec=300',
      'KillMode=mixed',
    ],
  }),
  'broken.service': unit({ service: [`ExecStart=${afterwards('broken', 'echo no licence; exit 3')}`] }),
  'dying.service': unit({ service: [`ExecStart=${afterwards('dying', 'sleep 0.3; echo gave up; exit 4')}`] }),
};

/** Those that run in the usual case. */
export const PBX = ['sip.service', 'ivr.service', 'queue.service', 'media.service'] as const;

export interface Pbx extends Machine {
  check(...words: readonly string[]): Started;
  /** `active`, `inactive`, `failed`, ... of each, in this order. */
  states(names: readonly string[]): Promise<readonly string[]>;
  begin(names: readonly string[]): Promise<void>;
  /** Until all that runs in the usual case runs, and holds its ports; milliseconds. Throws after the limit. */
  backWithin(limit: number): Promise<number>;
  /** What a service has written down: `1764000000000 up`. */
  log(name: string): Promise<readonly (readonly [at: number, what: string])[]>;
  /** Units of ours, and processes of the command, that are left. */
  left(): Promise<string>;
}

/** `fullcone`: the built command; its parts are beside it. */
export async function openPbx(fullcone: string): Promise<Pbx> {
  const share = mkdtempSync(join(tmpdir(), 'fullcone-pbx-'));
  copyFileSync(fullcone, join(share, 'fullcone.js'));
  cpSync(join(dirname(fullcone), 'parts'), join(share, 'parts'), { recursive: true });
  copyFileSync(join(HERE, 'holder.js'), join(share, 'holder.js'));
  copyFileSync(join(HERE, '../../package.json'), join(share, 'package.json'));
  // Inside, root is nobody who is known outside.
  chmodSync(share, 0o755);
  const machine = await openMachine({ units: UNITS, share });
  const states: Pbx['states'] = async (names) => {
    const { out } = await machine.run(['systemctl', 'is-active', ...names]);
    return out.trim().split('\n');
  };
  const log: Pbx['log'] = async (name) => {
    const { out } = await machine.run(['cat', `/run/${name}.log`]);
    return out
      .trim()
      .split('\n')
      .map((line) => [Number(line.split(' ')[0]), line.split(' ')[1] ?? ''] as const);
  };
  return {
    ...machine,
    states,
    check: (...words) =>
      machine.start(
        [process.execPath, '/opt/lab/fullcone.js', 'check', '--server', 'embedded', '--mode', 'exclusive', ...words],
        { XDG_STATE_HOME: '/var/lib/state', LC_ALL: 'C' },
      ),
    async begin(names) {
      const { code, error } = await machine.run(['systemctl', 'start', ...names]);
      if (code !== 0) throw new Error(error);
      await machine.run(['sh', '-c', `for i in $(seq 100); do ${allHeld(names)} && exit 0; sleep 0.05; done; exit 1`]);
    },
    async backWithin(limit) {
      const began = performance.now();
      for (;;) {
        const now = await states(PBX);
        const logs = await Promise.all(['sip', 'media'].map(log));
        const isUp = now.every((state) => state === 'active') && logs.every((lines) => lines.at(-1)?.[1] === 'up');
        if (isUp) return performance.now() - began;
        if (performance.now() - began > limit) throw new Error(`not back after ${limit} ms: ${now.join(', ')}`);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
    log,
    async left() {
      const { out } = await machine.run([
        'sh',
        '-c',
        'systemctl list-units --all --plain --no-legend "fullcone-*"; pgrep -af "[f]ullcone.js" || true',
      ]);
      return out.trim();
    },
    async close() {
      await machine.close();
      rmSync(share, { recursive: true, force: true });
    },
  };
}

/** Each holder has written down that it is up. */
const allHeld = (names: readonly string[]): string =>
  names
    .filter((name) => UNITS[name]?.includes('holder.js') === true)
    .map((name) => `tail -n 1 /run/${name.replace('.service', '')}.log | grep -q up`)
    .join(' && ') || 'true';
