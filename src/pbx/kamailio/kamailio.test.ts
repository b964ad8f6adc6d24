import { describe, expect, test } from 'vitest';
import { type DiskContent, linesOf, machineWith, runningAs, warningsOf } from '../test-machine.ts';
import { findKamailio } from './find.ts';

const AT = '/etc/kamailio/kamailio.cfg';
const MEDIA = '/etc/rtpengine/rtpengine.conf';
const KAMAILIO = runningAs(`/usr/sbin/kamailio -P /run/k.pid -f ${AT} -m 64`, { unit: 'kamailio.service' });
const RTPENGINE = runningAs(`/usr/bin/rtpengine -f -E --config-file ${MEDIA}`, {
  pid: 900,
  unit: 'rtpengine-daemon.service',
});

const CONF = '[rtpengine]\n# port-min = 1\ninterface = any\nport-min = 30000\nport-max=35000\n[other]\nport-min = 7\n';

async function found(cfg: DiskContent[string], more: DiskContent = {}, processes = [KAMAILIO, RTPENGINE]) {
  const machine = machineWith({ [AT]: cfg, [MEDIA]: CONF, ...more }, processes);
  const [product] = await findKamailio(machine);
  return { product, ports: linesOf(product), warnings: warningsOf(product), read: machine.read };
}

const sip = async (cfg: string, more: DiskContent = {}) =>
  (await found(cfg, more)).ports.filter((line) => !line.includes(' rtp '));

const RTP = `udp 30000-35000 rtp < ${MEDIA}:4`;

describe('the ports of Kamailio', () => {
  test.each<[string, string[]]>([
    ['', ['udp 5060 sip < built-in', 'tcp 5060 sip? < built-in']],
    [
      'port=5070\nenable_tls=yes\ntls_port_no = 5071',
      [`udp 5070 sip < ${AT}:1`, `tcp 5070 sip? < ${AT}:1`, `tcp 5071 sips < ${AT}:3`],
    ],
    ['disable_tcp=yes\nenable_tls=1', ['udp 5060 sip < built-in']],
    ['listen=udp:10.0.0.10:5060', [`udp 5060 on 10.0.0.10 sip < ${AT}:1`]],
    ['listen = tcp:eth0:5070;', [`tcp 5070 on eth0 sip < ${AT}:1`]],
    ['listen=tls:[2001:db8::100]', [`tcp 5061 on 2001:db8::100 sips < ${AT}:1`]],
    ['listen=tls:0.0.0.0:443 name "web"', [`tcp 443 webrtc < ${AT}:1`]],
    ['listen="udp:10.0.0.10:5060"', [`udp 5060 on 10.0.0.10 sip < ${AT}:1`]],
    ['listen=udp:10.0.0.10:5060 advertise 203.0.113.44:5060', [`udp 5060 on 10.0.0.10 sip < ${AT}:1`]],
    ['listen=10.0.0.10:5080', [`udp 5080 on 10.0.0.10 sip < ${AT}:1`, `tcp 5080 on 10.0.0.10 sip? < ${AT}:1`]],
    ['listen=sctp:10.0.0.10:5060\nlisten=udp:10.0.0.10', [`udp 5060 on 10.0.0.10 sip < ${AT}:2`]],
    ['disable_tcp=yes\nlisten=tcp:10.0.0.10:5060\nlisten=udp:10.0.0.10:5060', [`udp 5060 on 10.0.0.10 sip < ${AT}:3`]],
  ])('in %j', async (cfg, expected) => {
    expect(await sip(cfg)).toEqual(expected);
  });

  test.each<[string, string]>([
    ['#!define ADDRESS udp:10.0.0.1:5062\nlisten=ADDRESS', 'udp 5062 on 10.0.0.1'],
    ['#!define IP 10.0.0.1\n#!define PORT 5062\nlisten=udp:IP:PORT', 'udp 5062 on 10.0.0.1'],
    ['#!define A B\n#!define B udp:10.0.0.1:5062\nlisten=A', 'udp 5062 on 10.0.0.1'],
    ['#!define PORT 5062\n#!trydef PORT 5063\nlisten=udp:10.0.0.1:PORT', 'udp 5062 on 10.0.0.1'],
    ['#!define PORT 5062\n#!redefine PORT 5063\nlisten=udp:10.0.0.1:PORT', 'udp 5063 on 10.0.0.1'],
    ['#!substdef "!PORT!5062!g"\nlisten=udp:10.0.0.1:PORT', 'udp 5062 on 10.0.0.1'],
    ['!!define PORT 5062\nlisten=udp:10.0.0.1:PORT', 'udp 5062 on 10.0.0.1'],
    ['#!define X\n#!ifdef X\nport=5062\n#!else\nport=5063\n#!endif', 'udp 5062'],
    ['#!ifndef X\nport=5062\n#!else\nport=5063\n#!endif', 'udp 5062'],
    ["#!ifdef X\n DEFAULT '', \" {\n#!ifdef Y\n#!else\nport=1\n#!endif\n#!endif\nport=5062", 'udp 5062'],
    ['#!ifdef WITH_PORT\nport=5062\n#!endif', 'udp 5060'],
    ['# port=1\n// port=2\n/* port=3\nport=4 */ port=5062 # port=5', 'udp 5062'],
    ['log_prefix="/* # { "\nport=5062', 'udp 5062'],
    ['log_prefix="\\"#"\nport=5062', 'udp 5062'],
    ['request_route {\n if ($var(x) == "}") {\nport=1\n}\n}\nport=5062', 'udp 5062'],
    ["x='a\nport=1\n'\nport=5062", 'udp 5062'],
  ])('after %j', async (cfg, expected) => {
    expect((await sip(cfg))[0]).toMatch(new RegExp(`^${expected} sip`));
  });

  test('may be in other files, and depend on the command line', async () => {
    const process = runningAs(`kamailio -f ${AT} -A WITH_TLS -A PORT=5075 -l tcp:10.0.0.1:5076`, { pid: 7 });
    const cfg = 'include_file "listen.cfg"\n#!import_file "none.cfg"\nimport_file "/srv/x.cfg"\n';
    const more = {
      '/etc/kamailio/listen.cfg': '#!ifdef WITH_TLS\nlisten=tls:10.0.0.1:5071\n#!endif',
      '/srv/x.cfg': 'listen=udp:10.0.0.1:PORT',
    };
    const { ports, warnings } = await found(cfg, more, [process, RTPENGINE]);
    expect(ports).toEqual([
      'tcp 5071 on 10.0.0.1 sips < /etc/kamailio/listen.cfg:2',
      'udp 5075 on 10.0.0.1 sip < /srv/x.cfg:1',
      'tcp 5076 on 10.0.0.1 sip < process 7',
      RTP,
    ]);
    expect(warnings).toEqual([]);
  });

  test.each<[string, DiskContent[string], DiskContent, string]>([
    ['may not be read', { code: 'EACCES' }, {}, `permission ${AT}`],
    ['includes what is not there', 'include_file "gone.cfg"', {}, `include-missing ${AT}:1 gone.cfg`],
    ['includes itself', `include_file "kamailio.cfg"`, {}, `too-much ${AT}:1`],
    [
      'includes what may not be read',
      'include_file "a.cfg"',
      { '/etc/kamailio/a.cfg': { code: 'EACCES' } },
      'permission /etc/kamailio/a.cfg',
    ],
    ['names nothing', 'listen=udp:MY_IP:MY_PORT', {}, `value ${AT}:1 listen`],
    ['names an address of its environment', '#!defenv MY_IP\nlisten=udp:MY_IP:x', {}, `value ${AT}:2 listen`],
    ['has no number for a port', 'port=x', {}, `value ${AT}:1 port`],
    ['defines in a circle', '#!define A B\n#!define B A\nlisten=A', {}, `value ${AT}:3 listen`],
    ['defines what grows', '#!define A A A A A\nport=A', {}, `value ${AT}:2 port`],
  ])('that %s are the usual ones', async (_, cfg, more, warning) => {
    const { ports, warnings } = await found(cfg, more);
    expect(warnings).toEqual([warning]);
    expect(ports[0]).toBe('udp 5060 sip < profile');
    expect(ports.at(-1)).toBe(RTP);
  });
});

describe('the ports of rtpengine', () => {
  const rtp = async (command: string, more: DiskContent = {}) => {
    const { ports, warnings } = await found('', more, [KAMAILIO, runningAs(command, { pid: 900 })]);
    return [...ports.filter((line) => line.includes(' rtp ')), ...warnings];
  };

  test.each<[string, DiskContent, string[]]>([
    ['rtpengine', {}, [RTP]],
    ['rtpengine --port-min=20000 -M 21000', {}, ['udp 20000-21000 rtp < process 900']],
    ['rtpengine -m20000 --port-max 21000', {}, ['udp 20000-21000 rtp < process 900']],
    ['rtpengine --config-section=other', {}, ['udp 7-40000 rtp < /etc/rtpengine/rtpengine.conf:7']],
    ['rtpengine --config-file=none', {}, ['udp 30000-40000 rtp < built-in']],
    [
      'rtpengine --config-file /srv/r.conf',
      { '/srv/r.conf': '[rtpengine]\nport-max = 31000' },
      ['udp 30000-31000 rtp < /srv/r.conf:2'],
    ],
    [
      'rtpengine',
      { [MEDIA]: `${CONF}[interface-x]\nport-min=1000\nport-max=2000\n` },
      [RTP, `udp 1000-2000 rtp < ${MEDIA}:9`],
    ],
    ['rtpengine', { [MEDIA]: { code: 'EACCES' } }, ['udp 30000-39999 rtp < profile', `permission ${MEDIA}`]],
    [
      'rtpengine',
      { [MEDIA]: '[rtpengine]\nport-min=x' },
      ['udp 30000-39999 rtp < profile', `value ${MEDIA}:2 port-min`],
    ],
    ['rtpengine --port-min=50000', {}, ['udp 30000-39999 rtp < profile', `value ${MEDIA}:5 port-max`]],
  ])('%s', async (command, more, expected) => {
    expect(await rtp(command, more)).toEqual(expected);
  });

  test('are not asked for where nobody relays media', async () => {
    const { ports, warnings } = await found('', { [MEDIA]: { code: 'ENOENT' } }, [KAMAILIO]);
    expect(ports).toHaveLength(2);
    expect(warnings).toEqual(['no-media']);
    // Installed, but not used.
    expect((await found('', {}, [KAMAILIO])).ports).toEqual(ports);
  });

  test('are there without Kamailio, too', async () => {
    expect((await found('', {}, [RTPENGINE])).ports).toEqual([RTP]);
    expect((await found('', {}, [])).ports).toHaveLength(3);
    expect(await findKamailio(machineWith({}))).toEqual([]);
    const [product] = await findKamailio(machineWith({}, [runningAs('kamailio')]));
    expect(warningsOf(product)).toEqual(['no-configuration', 'no-media']);
  });
});
