import { chmodSync, copyFileSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Machine, openMachine } from './machine.ts';
import { UNITS } from './pbx.ts';

/* The console as docs/systemd says that it is installed, beside the PBX of pbx.ts. */

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = join(HERE, '../..');
const UNIT = 'fullcone-console.service';
/** Machine code, which is not inside of the command; and what that is made of. */
const NATIVE = ['@node-rs', 'libsql', '@libsql', '@neon-rs', 'detect-libc', 'koffi', '@koromix'];
const SERVICES = ['sip.service', 'media.service'] as const;

export interface ConsoleMachine extends Machine {
  /** By a token of an admin. */
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of an answer
  ask(method: string, path: string, body?: unknown): Promise<{ readonly status: number; readonly body: any }>;
  /** `active`, `inactive`, ... of the two services that it may stop. */
  services(): Promise<string>;
  /** Of the console's process: `Uid`, `CapEff`, ... */
  status(name: string): Promise<string>;
}

/** `fullcone`: the built command; its parts and pages are beside it. */
export async function openConsoleMachine(fullcone: string): Promise<ConsoleMachine> {
  const share = mkdtempSync(join(tmpdir(), 'fullcone-unit-'));
  cpSync(dirname(fullcone), share, { recursive: true });
  for (const name of NATIVE.filter((one) => existsSync(join(ROOT, 'node_modules', one))))
    cpSync(join(ROOT, 'node_modules', name), join(share, 'node_modules', name), { recursive: true });
  for (const name of ['holder.js', 'ask.js']) copyFileSync(join(HERE, name), join(share, name));
  for (const name of ['50-fullcone.rules', 'services.json'])
    copyFileSync(join(ROOT, 'docs/systemd', name), join(share, name));
  copyFileSync(join(ROOT, 'package.json'), join(share, 'package.json'));
  chmodSync(share, 0o755);
  const unit = readFileSync(join(ROOT, 'docs/systemd', UNIT), 'utf8').replace(
    /^ExecStart=.*$/m,
    `ExecStart=${process.execPath} /opt/lab/fullcone.js console --services /etc/fullcone/services.json`,
  );
  const machine = await openMachine({ units: { ...UNITS, [UNIT]: unit }, share });
  const shell = async (script: string): Promise<string> => {
    const { code, out, error } = await machine.run(['sh', '-c', script]);
    if (code !== 0) throw new Error(`${script}: ${code} ${out}${error}`);
    return out.trim();
  };
  const close = async (): Promise<void> => {
    await machine.close();
    rmSync(share, { recursive: true, force: true });
  };
  try {
    await shell(`systemd-sysusers --inline 'u fullcone - "fullcone console"'`);
    await shell('mkdir -p /etc/fullcone /etc/polkit-1/rules.d && cp /opt/lab/services.json /etc/fullcone/');
    await shell('cp /opt/lab/50-fullcone.rules /etc/polkit-1/rules.d/');
    await shell(`systemctl start ${SERVICES.join(' ')} ${UNIT}`);
    const link = await shell(
      `for i in $(seq 100); do journalctl -u ${UNIT} -o cat | grep -m1 setup# && exit; sleep 0.1; done; exit 1`,
    );
    const token = await shell(`${process.execPath} /opt/lab/ask.js setup '${link}'`);
    return {
      ...machine,
      close,
      async ask(method, path, body) {
        const json = body === undefined ? [] : [JSON.stringify(body)];
        const { out, error } = await machine.run([process.execPath, '/opt/lab/ask.js', token, method, path, ...json]);
        if (out === '') throw new Error(error);
        return JSON.parse(out);
      },
      async services() {
        const { out } = await machine.run(['systemctl', 'is-active', ...SERVICES]);
        return out.trim().split('\n').join(' ');
      },
      status: (name) =>
        shell(`sed -n 's/^${name}:[[:space:]]*//p' /proc/$(systemctl show -p MainPID --value ${UNIT})/status`),
    };
  } catch (error) {
    await close();
    throw error;
  }
}
