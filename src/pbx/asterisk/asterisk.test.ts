import { describe, expect, test } from 'vitest';
import { type DiskContent, linesOf, machineWith, runningAs, warningsOf } from '../test-machine.ts';
import { findAsterisk } from './find.ts';
import { asteriskLines } from './lines.ts';

const PJSIP = `[transport-udp]
type=transport
protocol=udp
bind=0.0.0.0
`;
const RTP = '[general]\nrtpstart=10000\nrtpend=12000\n';

const AT = '/etc/asterisk/';
const files = (content: Readonly<Record<string, DiskContent[string]>>): DiskContent =>
  Object.fromEntries(Object.entries(content).map(([name, text]) => [name.startsWith('/') ? name : AT + name, text]));

async function found(content: DiskContent, processes = [runningAs('/usr/sbin/asterisk -f')]) {
  const machine = machineWith(
    files({ 'asterisk.conf': '', 'pjsip.conf': PJSIP, 'rtp.conf': RTP, ...content }),
    processes,
  );
  const [product, ...others] = await findAsterisk(machine);
  expect(others).toEqual([]);
  return { product, ports: linesOf(product), warnings: warningsOf(product), read: machine.read };
}

const FAX = 'udp 4000-4999 fax? < built-in';

describe('the ports of Asterisk', () => {
  test('are those of its transports, its RTP and its fax', async () => {
    const { ports, warnings } = await found({});
    expect(ports).toEqual([
      'udp 5060 sip < /etc/asterisk/pjsip.conf:4',
      'udp 10000-12000 rtp < /etc/asterisk/rtp.conf:2',
      FAX,
    ]);
    expect(warnings).toEqual([]);
  });

  test('may be set in every way that pjsip.conf knows', async () => {
    const { ports } = await found({
      'pjsip.conf': `
[global]
type = global
bind = 1.2.3.4:9
[Base](!) ; a template
type => Transport
bind = 192.168.0.100
;-- [not]
type=transport --;
[udp](base)
protocol = udp ; --; odd
bind = 192.168.0.100:5070
[tcp](base)
protocol=TCP
[tls](base)
protocol=tls
[six](base)
bind=[2001:db8::100]:5080
[sixAny](base)
bind = ::
protocol=tcp
[wss](base)
protocol=wss
bind=0.0.0.0:8089
[udp](+)
bind=0.0.0.0:5071
[endpoint]
type=endpoint
transport=udp
`,
    });
    expect(ports.slice(0, -2)).toEqual([
      'udp 5071 sip < /etc/asterisk/pjsip.conf:26',
      'tcp 5060 on 192.168.0.100 sip < /etc/asterisk/pjsip.conf:7',
      'tcp 5061 on 192.168.0.100 sips < /etc/asterisk/pjsip.conf:7',
      'udp 5080 on 2001:db8::100 sip < /etc/asterisk/pjsip.conf:18',
      'tcp 5060 sip < /etc/asterisk/pjsip.conf:20',
    ]);
  });

  test('are found through includes, as FreePBX writes them', async () => {
    const { ports, product, warnings } = await found({
      '/etc/freepbx.conf': 'secret',
      'pjsip.conf': '#include pjsip.transports.conf\n#include "d/*.conf"\n#tryinclude <none.conf>\n',
      'pjsip.transports.conf': '[0.0.0.0-udp]\ntype=transport\n#include pjsip.transports_custom.conf\nprotocol=udp\n',
      'pjsip.transports_custom.conf': 'bind=0.0.0.0:5160\n',
      'd/b.conf': '[b]\ntype=transport\nprotocol=tls\nbind=0.0.0.0:5161\n',
      'd/.hidden.conf': '[c]\ntype=transport\nbind=0.0.0.0:1\n',
      'rtp.conf': '[general]\n#include /etc/asterisk/rtp_additional.conf\n',
      'rtp_additional.conf': 'rtpend=20000\nrtpstart=10000\n',
    });
    expect(product?.profile.id).toBe('freepbx');
    expect(ports).toEqual([
      'udp 5160 sip < /etc/asterisk/pjsip.transports_custom.conf:1',
      'tcp 5161 sips < /etc/asterisk/d/b.conf:4',
      'udp 10000-20000 rtp < /etc/asterisk/rtp_additional.conf:2',
      FAX,
    ]);
    expect(warnings).toEqual([]);
  });

  test('of the older driver are needed where the newer one has none, and listed where it has', async () => {
    const sip = `[general]
udpbindaddr=0.0.0.0
bindport=5070
tcpenable=yes
tlsenable=yes
tlsbindaddr=192.168.0.100:5072
`;
    const alone = await found({ 'pjsip.conf': '[global]\ntype=global\n', 'sip.conf': sip });
    expect(alone.ports.slice(0, 3)).toEqual([
      'udp 5070 sip < /etc/asterisk/sip.conf:3',
      'tcp 5060 sip < built-in',
      'tcp 5072 on 192.168.0.100 sips < /etc/asterisk/sip.conf:6',
    ]);
    const both = await found({ 'sip.conf': sip });
    expect(both.ports.slice(0, 2)).toEqual([
      'udp 5060 sip < /etc/asterisk/pjsip.conf:4',
      'udp 5070 sip? < /etc/asterisk/sip.conf:3',
    ]);
    const not = await found({ 'sip.conf': sip, 'modules.conf': '[modules]\nautoload=yes\nnoload => chan_sip.so\n' });
    expect(not.ports).toHaveLength(3);
    const few = await found({ 'sip.conf': sip, 'modules.conf': '[modules]\nautoload=no\nload=chan_sip.so\n' });
    expect(few.ports[0]).toBe('udp 5070 sip < /etc/asterisk/sip.conf:3');
  });

  test('of IAX2, fax and browsers are listed where they are set', async () => {
    const { ports } = await found({
      'iax.conf': '[general]\nbindport=4570\nbindaddr=127.0.0.1\n',
      'http.conf': '[general]\nenabled=yes\ntlsenable=yes\ntlsbindaddr=0.0.0.0:8443\n',
      'udptl.conf': '[general]\nudptlstart=4500\n',
    });
    expect(ports.slice(2)).toEqual([
      'udp 4500-4999 fax? < /etc/asterisk/udptl.conf:2',
      'udp 4570 on 127.0.0.1 iax? < /etc/asterisk/iax.conf:2',
      'tcp 8443 webrtc? < /etc/asterisk/http.conf:4',
    ]);
    expect((await found({ 'http.conf': '[general]\nenabled=no\ntlsenable=yes\n' })).ports).toHaveLength(3);
    expect((await found({ 'http.conf': '[general]\nenabled=yes\ntlsenable=yes\n' })).ports[3]).toBe(
      'tcp 8089 webrtc? < built-in',
    );
  });

  test('without rtp.conf, or where it does not say, are built in', async () => {
    for (const rtp of [{ code: 'ENOENT' }, '[general]\nstrictrtp=yes\n', '[general](!)\nrtpstart=1\n'])
      expect((await found({ 'rtp.conf': rtp })).ports[1]).toBe('udp 5000-31000 rtp < built-in');
    const own = '[usual](!)\nrtpstart=10000\nrtpend=12000\n[general](usual)\nrtpstart=11000\n';
    expect((await found({ 'rtp.conf': own })).ports[1]).toBe('udp 11000-12000 rtp < /etc/asterisk/rtp.conf:5');
  });

  test('are looked for where asterisk.conf says, or the command line', async () => {
    const srv = { '/srv/a/pjsip.conf': PJSIP.replace('0.0.0.0', '0.0.0.0:6000') };
    const elsewhere = await found({ 'asterisk.conf': '[directories]\nastetcdir => /srv/a/\n', ...srv });
    expect(elsewhere.ports[0]).toBe('udp 6000 sip < /srv/a/pjsip.conf:4');
    const started = await found({ '/srv/a/my.conf': '', ...srv }, [runningAs('asterisk -C /srv/a/my.conf')]);
    expect(started.ports[0]).toBe('udp 6000 sip < /srv/a/pjsip.conf:4');
    const inContainer = await found(
      { '/proc/7/root/etc/asterisk/pjsip.conf': PJSIP, '/proc/7/root/etc/asterisk/rtp.conf': RTP },
      [runningAs('asterisk', { root: '/proc/7/root' })],
    );
    expect(inContainer.ports[0]).toBe('udp 5060 sip < /proc/7/root/etc/asterisk/pjsip.conf:4');
    expect(inContainer.read.filter((path) => !path.startsWith('/proc/7/root/'))).toEqual([]);
    const out = { '/proc/7/root/etc/asterisk/asterisk.conf': '[directories]\nastetcdir=/../../../srv/a\n', ...srv };
    const escaping = await found(out, [runningAs('asterisk', { root: '/proc/7/root' })]);
    expect(escaping.read).toContain('/proc/7/root/srv/a/pjsip.conf');
    expect(escaping.read.filter((path) => path.includes('..'))).toEqual([]);
  });
});

describe('a configuration that cannot be relied on', () => {
  const SIP = 'udp 5060 sip < profile';

  test.each<[string, DiskContent, string[]]>([
    ['may not be read', { 'pjsip.conf': { code: 'EACCES' } }, ['permission /etc/asterisk/pjsip.conf']],
    ['is a folder', { 'pjsip.conf': { code: 'EINVAL' } }, ['unreadable /etc/asterisk/pjsip.conf EINVAL']],
    ['is huge', { 'pjsip.conf': { code: 'EFBIG' } }, ['too-large /etc/asterisk/pjsip.conf']],
    ['begins without a section', { 'pjsip.conf': 'type=transport\n' }, ['syntax /etc/asterisk/pjsip.conf:1']],
    ['has half a section', { 'pjsip.conf': `${PJSIP}[open\n` }, ['syntax /etc/asterisk/pjsip.conf:5']],
    ['inherits from nobody', { 'pjsip.conf': `${PJSIP}[a](b)\n` }, ['syntax /etc/asterisk/pjsip.conf:5']],
    ['goes on with nothing', { 'pjsip.conf': `${PJSIP}[a](+)\n` }, ['syntax /etc/asterisk/pjsip.conf:5']],
    [
      'includes what is not there',
      { 'pjsip.conf': `${PJSIP}#include gone.conf\n` },
      ['include-missing /etc/asterisk/pjsip.conf:5 gone.conf'],
    ],
    [
      'includes a pattern that nothing fits',
      { 'pjsip.conf': `${PJSIP}#include x/*.conf\n` },
      ['include-missing /etc/asterisk/pjsip.conf:5 x/*.conf'],
    ],
    ['includes itself', { 'pjsip.conf': `${PJSIP}#include pjsip.conf\n` }, ['too-much /etc/asterisk/pjsip.conf:5']],
    [
      'includes what may not be read',
      { 'pjsip.conf': `${PJSIP}#include a.conf\n`, 'a.conf': { code: 'EACCES' } },
      ['permission /etc/asterisk/a.conf'],
    ],
    ['binds to no address', { 'pjsip.conf': '[a]\ntype=transport\n' }, ['value /etc/asterisk/pjsip.conf:1 bind']],
    [
      'binds to no port',
      { 'pjsip.conf': '[a]\ntype=transport\nbind=0.0.0.0:70000\n' },
      ['value /etc/asterisk/pjsip.conf:3 bind'],
    ],
    ['has no transports', { 'pjsip.conf': '[global]\ntype=global\n' }, ['elsewhere']],
  ])('that %s leaves the usual ports, and says why', async (_, content, expected) => {
    const { ports, warnings } = await found(content);
    expect(warnings).toEqual(expected);
    expect(ports).toContain(SIP);
    expect(ports).toContain('udp 10000-12000 rtp < /etc/asterisk/rtp.conf:2');
  });

  test.each([
    ['[general]\nrtpstart=x\n', 'value /etc/asterisk/rtp.conf:2 rtpstart'],
    ['[general]\nrtpend=99999\n', 'value /etc/asterisk/rtp.conf:2 rtpend'],
    ['[general]\nrtpstart=20000\nrtpend=10000\n', 'value /etc/asterisk/rtp.conf:3 rtpend'],
    ['[general]\nrtpstart=40000\n', 'value /etc/asterisk/rtp.conf:2 rtpstart'],
  ])('RTP of %j is the usual one', async (rtp, warning) => {
    const { ports, warnings } = await found({ 'rtp.conf': rtp });
    expect(ports).toContain('udp 10000-20000 rtp < profile');
    expect(warnings).toEqual([warning]);
  });

  test('is told when it is nowhere, though Asterisk runs', async () => {
    const machine = machineWith({}, [runningAs('asterisk')]);
    const [product] = await findAsterisk(machine);
    expect(warningsOf(product)).toEqual(['no-configuration']);
    expect(linesOf(product).filter((line) => !line.endsWith('< profile'))).toEqual([]);
    expect(await findAsterisk(machineWith({}))).toEqual([]);
  });

  test('has nothing of it run, and what is in a file that is none goes into no warning', async () => {
    const { warnings, ports, read } = await found({
      'pjsip.conf': `#exec /bin/rm -rf /\n${PJSIP}#include /etc/shadow\n`,
      '/etc/shadow': 'root:secret:1:2',
    });
    expect(warnings).toEqual(['not-run /etc/asterisk/pjsip.conf:1']);
    // A line without `=` is one of which Asterisk only complains.
    expect(ports[0]).toBe('udp 5060 sip < /etc/asterisk/pjsip.conf:5');
    expect(read).not.toContain('/bin/rm');
  });

  test('of many includes has an end', async () => {
    const nested = Object.fromEntries(
      Array.from({ length: 6 }, (_, i) => [`l${i}.conf`, `#include l${i + 1}.conf\n`.repeat(10)]),
    );
    const { warnings, read } = await found({ ...nested, 'l6.conf': '', 'pjsip.conf': `#include l0.conf\n${PJSIP}` });
    expect(warnings[0]).toMatch(/^too-much /);
    expect(read.length).toBeLessThan(600);
  });

  test.each([
    [9, []],
    [10, ['too-much /etc/asterisk/l9.conf:1']],
  ])('of %i levels of includes is read as far as Asterisk would', async (levels, expected) => {
    const chain = Array.from({ length: levels }, (_, i) => [`l${i + 1}.conf`, `#include l${i + 2}.conf\n`] as const);
    const files = Object.fromEntries([...chain, [`l${levels}.conf`, '']]);
    expect((await found({ ...files, 'pjsip.conf': `${PJSIP}#include l1.conf\n` })).warnings).toEqual(expected);
  });

  test('in which sections double each other has an end', async () => {
    const doubling = Array.from({ length: 60 }, (_, i) => `[s${i + 1}](s${i},s${i})\na=1`).join('\n');
    const { warnings } = await found({ 'pjsip.conf': `[s0]\na=1\n${doubling}\n` });
    expect(warnings).toEqual([expect.stringMatching(/^syntax /)]);
  });
});

describe('a line', () => {
  const read = (text: string) => [...asteriskLines(text)];
  const option = (name: string, value: string, line = 1) => ({ kind: 'option', name, value, isMore: false, line });

  test.each([
    ['a = b ; c', [option('a', 'b')]],
    ['a = b\\; c', [option('a', 'b; c')]],
    ['A=> b => c', [option('a', 'b => c')]],
    ['a = b ;-- c --; d', [option('a', 'b  d')]],
    [';-- a=1\n;-- b=2 --;\nc=3\n--; d=4', [option('d', '4', 4)]],
    [';--- a rule\na=1', [option('a', '1', 2)]],
    ['a=1 --; b', [option('a', '1 --')]],
    ['no equals sign', []],
    ['= nothing', []],
    ['a += b', [{ ...option('a', 'b'), isMore: true }]],
    ['[ A ] (!, b ,+) ; x', [{ kind: 'section', name: 'a', isTemplate: true, isMore: true, inherits: ['b'], line: 1 }]],
    ['[a](b', [{ kind: 'wrong', line: 1 }]],
    ['#include', []],
    ['#other x', []],
    ['#INCLUDE "a b.conf"', [{ kind: 'include', path: 'a b.conf', mayBeMissing: false, line: 1 }]],
    ['#exec x', [{ kind: 'exec', line: 1 }]],
    [`a=${'x'.repeat(9000)}\nb=1`, [option('b', '1', 2)]],
    ['a=1\r\nb=2\r\n', [option('a', '1'), option('b', '2', 2)]],
  ])('%j', (text, expected) => {
    expect(read(text)).toEqual(expected);
  });
});
