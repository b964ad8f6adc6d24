import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isUnitName, readStatus, readUnits, systemServiceOf } from './systemctl-show.ts';

const SHOWN = `Id=sip.service
LoadState=loaded
ActiveState=active
SubState=running
RequiredBy=ivr.service
RequisiteOf=
BoundBy=call.service
ConsistsOf=queue.service ivr.service
PropagatesStopTo=late.service
TriggeredBy=sip.socket sip.timer
After=system.slice basic.target sysinit.target

Id=nothing.service
LoadState=not-found
ActiveState=inactive
SubState=dead
`;

describe('systemctl show', () => {
  test('tells what stops along, what would wake it, and what comes before it', () => {
    const [sip, nothing] = readUnits(['sip.service', 'nothing.service'], SHOWN);
    expect(sip).toEqual({
      name: 'sip.service',
      state: 'running',
      takesAlong: ['ivr.service', 'call.service', 'queue.service', 'late.service', 'sip.socket'],
      after: ['system.slice', 'basic.target', 'sysinit.target'],
    });
    expect(nothing).toEqual({ name: 'nothing.service', state: 'missing', takesAlong: [], after: [] });
  });

  test.each([
    ['loaded', 'active', 'running', 'running'],
    ['loaded', 'reloading', 'reload', 'running'],
    ['loaded', 'inactive', 'dead', 'stopped'],
    ['loaded', 'failed', 'failed', 'failed'],
    ['loaded', 'activating', 'start-pre', 'changing'],
    ['loaded', 'deactivating', 'stop-sigterm', 'changing'],
    // It has died, and will die again.
    ['loaded', 'activating', 'auto-restart', 'failed'],
    // Nothing would start it again.
    ['not-found', 'active', 'running', 'missing'],
    ['masked', 'active', 'running', 'missing'],
  ])('%s %s %s: %s', (load, active, sub, state) => {
    const text = `LoadState=${load}\nActiveState=${active}\nSubState=${sub}\n`;
    expect(readUnits(['x.service'], text)[0]?.state).toBe(state);
  });

  test('a unit of which nothing is said is missing', () => {
    expect(readUnits(['a.service', 'b.service'], '')).toMatchObject([{ state: 'missing' }, { state: 'missing' }]);
  });

  test('it throws at nothing', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(readUnits(['a.service'], text)).toHaveLength(1);
      }),
    );
  });
});

test.each([
  ['asterisk.service', true],
  ['3CXPhoneSystem01.service', true],
  ['rtpengine@eth0.service', true],
  ['system-getty.slice', true],
  ['--now.service', false],
  ['-H.service', false],
  ['a b.service', false],
  ['a;reboot.service', false],
  ['$(reboot).service', false],
  ['../x.service', false],
  ['asterisk', false],
  [`${'a'.repeat(300)}.service`, false],
  ['', false],
])('%j is a name of a unit: %s', (name, expected) => {
  expect(isUnitName(name)).toBe(expected);
});

test.each([
  ['a service', '0::/system.slice/asterisk.service\n', 'asterisk.service'],
  ['an instance', '0::/system.slice/system-rtpengine.slice/rtpengine@eth0.service\n', 'rtpengine@eth0.service'],
  ['a group below a service', '0::/system.slice/kamailio.service/workers\n', 'kamailio.service'],
  ['one whose name a controller of groups has, too', '0::/system.slice/_cpu.service\n', 'cpu.service'],
  ['a service of a user', '0::/user.slice/user-1000.slice/user@1000.service/app.slice/pbx.service\n', null],
  ['a container with a systemd of its own', '0::/machine.slice/docker-5f.scope/system.slice/asterisk.service\n', null],
  ['somebody at a terminal', '0::/user.slice/user-1000.slice/session-3.scope\n', null],
  ['systemd itself', '0::/init.scope\n', null],
  ['version 1', '4:memory:/other.service\n1:name=systemd:/system.slice/asterisk.service\n', 'asterisk.service'],
  ['both versions', '1:name=systemd:/\n0::/system.slice/asterisk.service\n', 'asterisk.service'],
  ['nothing', '', null],
])('%s: %j belongs to %j', (_, cgroup, expected) => {
  expect(systemServiceOf(cgroup)).toBe(expected);
});

test('of a status the state and the log are kept', () => {
  const text = `× broken.service - A PBX
     Loaded: loaded (/etc/systemd/system/broken.service; static)
     Active: failed (Result: exit-code) since Sun 2026-11-22 19:49:36 UTC; 19ms ago
    Process: 335 ExecStart=/bin/false (code=exited, status=3)
   Main PID: 335 (code=exited, status=3)

Nov 22 19:49:36 pbx sh[335]: no licence
`;
  expect(readStatus(text)).toEqual([
    'Active: failed (Result: exit-code) since Sun 2026-11-22 19:49:36 UTC; 19ms ago',
    'Nov 22 19:49:36 pbx sh[335]: no licence',
  ]);
  expect(readStatus('')).toEqual([]);
});
