/** The programs of the system that tests need: which are missing, and how they get here. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Program, and the Debian package that has it. */
const PROGRAMS = {
  bash: 'bash',
  chromium: 'chromium',
  conntrack: 'conntrack',
  'dbus-daemon': 'dbus',
  dnsmasq: 'dnsmasq-base',
  ip: 'iproute2',
  'iptables-restore': 'iptables',
  miniupnpd: 'miniupnpd-nftables',
  mount: 'mount',
  nft: 'nftables',
  nsenter: 'util-linux',
  pdfinfo: 'poppler-utils',
  // Never started but inside of lab/systemd, either.
  pkaction: 'polkitd',
  pdftotext: 'poppler-utils',
  ps: 'procps',
  python3: 'python3',
  runsv: 'runit',
  sysctl: 'procps',
  // Never started but inside of lab/systemd.
  'systemd-run': 'systemd',
  turnserver: 'coturn',
  unshare: 'util-linux',
  xmllint: 'libxml2-utils',
};

const FOLDERS = [...(process.env.PATH ?? '').split(':'), '/usr/local/sbin', '/usr/sbin', '/sbin'];

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const missingPrograms = () =>
  Object.keys(PROGRAMS).filter((name) => !FOLDERS.some((folder) => isExecutable(join(folder, name))));

/** Debian starts a service as soon as it is installed, unless this file forbids it. Ours are started by the tests. */
const START_POLICY = '/usr/sbin/policy-rc.d';

function withoutStartingServices(action) {
  if (existsSync(START_POLICY)) return action();
  writeFileSync(START_POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    return action();
  } finally {
    rmSync(START_POLICY);
  }
}

/** What went wrong; null: nothing. */
function aptGet(seconds, ...args) {
  const patience = ['-o', 'Acquire::http::Timeout=20', '-o', 'Acquire::Retries=1', '-o', 'DPkg::Lock::Timeout=60'];
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const run = spawnSync('apt-get', ['-qq', ...patience, ...args], { env, encoding: 'utf8', timeout: seconds * 1000 });
  if (run.status === 0) return null;
  const last = `${run.stderr ?? ''}`.trim().split('\n').at(-1);
  return `apt-get ${args[0]}: ${run.error?.message ?? (last || `exit code ${run.status}`)}`;
}

function install(packages) {
  if (process.platform !== 'linux' || !isExecutable('/usr/bin/apt-get')) return 'this system has no apt-get';
  if (process.getuid() !== 0) return `only root may: apt-get install ${packages.join(' ')}`;
  console.log(`system: installing ${packages.join(', ')}`);
  const install = ['install', '--yes', '--no-install-recommends', ...packages];
  return aptGet(120, 'update') ?? withoutStartingServices(() => aptGet(300, ...install));
}

/** Installs what is missing, where that is allowed. A sentence about what is missing still; null: everything is there. */
export function provideSystem() {
  const before = missingPrograms();
  if (before.length === 0) return null;
  const packages = [...new Set(before.map((name) => PROGRAMS[name]))];
  const trouble = install(packages);
  const missing = missingPrograms();
  return missing.length === 0 ? null : `tests that need ${missing.join(', ')} are left out: ${trouble}`;
}
