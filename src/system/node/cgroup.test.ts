import { expect, test } from 'vitest';
import { unitOf } from './cgroup.ts';

test.each([
  ['a service', '0::/system.slice/asterisk.service\n', 'asterisk.service'],
  ['an instance', '0::/system.slice/system-rtpengine.slice/rtpengine@eth0.service\n', 'rtpengine@eth0.service'],
  ['a group below a service', '0::/system.slice/kamailio.service/workers\n', 'kamailio.service'],
  ['a service of a user', '0::/user.slice/user-1000.slice/user@1000.service/app.slice/pbx.service\n', 'pbx.service'],
  ['somebody at a terminal', '0::/user.slice/user-1000.slice/session-3.scope\n', null],
  ['a terminal inside of a user manager', '0::/user.slice/user@1000.service/app.slice/tmux-1.scope\n', null],
  ['a container', '0::/system.slice/docker-5f2d.scope\n', null],
  ['systemd itself', '0::/init.scope\n', null],
  ['no systemd', '0::/\n', null],
  ['version 1', '4:memory:/other.service\n1:name=systemd:/system.slice/asterisk.service\n', 'asterisk.service'],
  ['both versions', '1:name=systemd:/\n0::/system.slice/asterisk.service\n', 'asterisk.service'],
  ['a name of the kernel', '0::/system.slice/_memory.service\n', 'memory.service'],
  ['a colon in a name', '0::/system.slice/a:b.service\n', 'a:b.service'],
  ['nothing to be read', '', null],
])('%s', (_, text, unit) => {
  expect(unitOf(text)).toBe(unit);
});
