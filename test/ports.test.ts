import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import type { PortsReport } from '../src/report/index.ts';
import { ensureBuilt, enter, type Place, until } from './test-command.ts';

/*
 * The built command beside a program that looks like a phone system: of its name, started with a configuration of its
 * own, and holding ports. Whatever else runs on this machine may be found, too.
 */

const linux = process.platform === 'linux';

beforeAll(ensureBuilt);

const MAIN = `<document type="freeswitch/xml">
  <X-PRE-PROCESS cmd="set" data="port=20061"/>
  <X-PRE-PROCESS cmd="exec" data="touch ran"/>
  <configuration name="sofia.conf"><profiles>
    <X-PRE-PROCESS cmd="include" data="profiles/*.xml"/>
  </profiles></configuration>
  <configuration name="switch.conf"><settings>
    <param name="rtp-start-port" value="20070"/>
    <param name="rtp-end-port" value="20079"/>
  </settings></configuration>
</document>
`;

const PROFILE = `<profile name="internal"><settings>
  <param name="sip-port" value="$\${port}"/>
</settings></profile>
`;

/** A symbolic link is enough of a program for its name. */
async function freeswitch(at: Place) {
  const program = join(at.folder, 'freeswitch');
  symlinkSync(process.execPath, program);
  mkdirSync(join(at.folder, 'conf', 'profiles'), { recursive: true });
  writeFileSync(join(at.folder, 'conf', 'freeswitch.xml'), MAIN);
  writeFileSync(join(at.folder, 'conf', 'profiles', 'internal.xml'), PROFILE);
  const hold = `for (const port of [20061, 20070, 20072])
    require('dgram').createSocket('udp4').bind(port, '${at.here}', () => console.log('ready'))`;
  const running = at.startProgram([program, '-e', hold, '--', '-conf', join(at.folder, 'conf')]);
  await until(() => running.out().split('ready').length > 3);
  return running.child.pid;
}

test.runIf(linux)('finds what runs, in its own files, and who holds its ports', async () => {
  const at = enter();
  onTestFinished(() => at.leave());
  const pid = await freeswitch(at);
  const ended = await at.run(['ports', '--json']);
  expect(ended.error).toBe('');
  // Something else may be here of which not all is found out.
  expect([0, 2]).toContain(ended.code);
  const { products } = JSON.parse(ended.out) as PortsReport;
  const found = products.find(({ processes }) => processes.some((one) => one.pid === pid));
  const holder = { pid, name: 'freeswitch' };
  // Other programs may hold these ports at other addresses of this machine.
  const ports = found?.ports.map((one) => ({ ...one, holders: one.holders.filter((by) => by.pid === pid) }));
  expect({ ...found, ports }).toMatchObject({
    profile: 'freeswitch',
    running: true,
    ports: [
      {
        ...{ protocol: 'udp', from: 20_061, purpose: 'sip' },
        origin: { kind: 'configuration', file: join(at.folder, 'conf/profiles/internal.xml'), line: 2 },
        holders: [{ ...holder, ports: ['udp/20061'] }],
      },
      { protocol: 'tcp', from: 20_061, optional: true, holders: [] },
      {
        ...{ protocol: 'udp', from: 20_070, to: 20_079, purpose: 'rtp' },
        origin: { kind: 'configuration', file: join(at.folder, 'conf/freeswitch.xml'), line: 8 },
        holders: [{ ...holder, ports: ['udp/20070', 'udp/20072'] }],
      },
    ],
    warnings: [{ code: 'not-run', file: join(at.folder, 'conf/freeswitch.xml'), line: 3 }],
  });
});

test('a product that is named needs nothing to be here', async () => {
  const at = enter();
  onTestFinished(() => at.leave());
  const ended = await at.run(['ports', '--profile', '3cx', '--lang', 'de']);
  expect([ended.code, ended.error]).toEqual([0, '']);
  expect(ended.out).toContain('3CX V18, V20, wie es installiert wird');
  expect(ended.out).toMatch(/UDP 9000-10999 +Sprache, Video/);
});
