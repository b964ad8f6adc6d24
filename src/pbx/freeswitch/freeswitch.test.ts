import { describe, expect, test } from 'vitest';
import { type DiskContent, linesOf, machineWith, runningAs, warningsOf } from '../test-machine.ts';
import { attributesIn } from './attributes.ts';
import { findFreeswitch } from './find.ts';
import { elementsOf } from './xml.ts';

const MAIN = `<?xml version="1.0"?>
<document type="freeswitch/xml">
  <X-PRE-PROCESS cmd="include" data="vars.xml"/>
  <section name="configuration" description="Various Configuration">
    <X-PRE-PROCESS cmd="include" data="autoload_configs/*.xml"/>
  </section>
  <section name="dialplan"><X-PRE-PROCESS cmd="include" data="dialplan/*.xml"/></section>
  <section name="directory">
    <X-PRE-PROCESS cmd="include" data="directory/*.xml"/>
  </section>
</document>
`;

const VARS = `<include>
  <X-PRE-PROCESS cmd="set" data="internal_sip_port=5070"/>
  <x-pre-process cmd="set" data="internal_tls_port = 5071" />
  <!-- <X-PRE-PROCESS cmd="set" data="internal_ssl_enable=true"/> -->
  <X-PRE-PROCESS cmd="stun-set" data="external_rtp_ip=stun:stun.example.com"/>
  <X-PRE-PROCESS cmd="set" data="with_vars=$\${internal_sip_port}"/>
</include>
`;

const SOFIA = `<configuration name="sofia.conf" description="sofia Endpoint">
  <profiles>
    <X-PRE-PROCESS cmd="include" data="../sip_profiles/*.xml"/>
  </profiles>
</configuration>
`;

const INTERNAL = `<profile name="internal">
  <!-- <param name="sip-port" value="1"/> -->
  <gateways><gateway name="x"><param name="sip-port" value="2"/></gateway></gateways>
  <settings>
    <param name="sip-port" value="$\${internal_sip_port}"/>
    <param name='tls' value='$\${internal_ssl_enable}'/>
    <param name="tls-sip-port" value="$\${internal_tls_port}"/>
    <param name="sip-ip" value="$\${local_ip_v4}"/>
    <param name="wss-binding" value=":7443"/>
  </settings>
  <other><param name="sip-port" value="3"/></other>
</profile>
`;

const EXTERNAL = `<profile name="external">
  <settings>
    <param name="sip-ip" value="192.168.0.100"/>
    <param name="sip-port" value="5080"/>
  </settings>
</profile>
`;

const SWITCH = `<configuration name="switch.conf">
  <settings>
    <!-- <param name="rtp-start-port" value="1"/> -->
    <param name="rtp-start-port" value="20000"/>
    <param name="rtp-end-port" value="21000"/>
  </settings>
</configuration>
`;

const AT = '/etc/freeswitch/';

async function found(content: DiskContent = {}, processes = [runningAs('freeswitch -nc')]) {
  const usual = {
    'freeswitch.xml': MAIN,
    'vars.xml': VARS,
    'autoload_configs/sofia.conf.xml': SOFIA,
    'autoload_configs/switch.conf.xml': SWITCH,
    'autoload_configs/other.conf.xml': '<broken',
    'dialplan/default.xml': '<broken',
    'directory/1000.xml': '<broken',
    'sip_profiles/external.xml': EXTERNAL,
    'sip_profiles/internal.xml': INTERNAL,
  };
  const named = Object.entries({ ...usual, ...content });
  const files = Object.fromEntries(named.map(([name, text]) => [name.startsWith('/') ? name : AT + name, text]));
  const machine = machineWith(files, processes);
  const [product] = await findFreeswitch(machine);
  return { product, ports: linesOf(product), warnings: warningsOf(product), read: machine.read };
}

const RTP = 'udp 20000-21000 rtp < /etc/freeswitch/autoload_configs/switch.conf.xml:4';

describe('the ports of FreeSWITCH', () => {
  test('are those of its SIP profiles, with its variables put in, and of its media', async () => {
    const { ports, warnings, read } = await found();
    const internal = '/etc/freeswitch/sip_profiles/internal.xml';
    const external = '/etc/freeswitch/sip_profiles/external.xml';
    expect(ports).toEqual([
      `udp 5080 on 192.168.0.100 sip < ${external}:4`,
      `tcp 5080 on 192.168.0.100 sip? < ${external}:4`,
      `udp 5070 sip < ${internal}:5`,
      `tcp 5070 sip? < ${internal}:5`,
      `tcp 5071 sips < ${internal}:7`,
      `tcp 7443 webrtc? < ${internal}:9`,
      RTP,
    ]);
    expect(warnings).toEqual([]);
    expect(read.filter((path) => /other|dialplan|directory/.test(path))).toEqual([]);
  });

  test('are the built-in ones where nothing is set', async () => {
    const bare = '<profile name="a"><settings></settings></profile>';
    const { ports } = await found({
      'sip_profiles/internal.xml': bare,
      'sip_profiles/external.xml': '',
      'autoload_configs/switch.conf.xml': '<configuration name="switch.conf"/>',
    });
    expect(ports).toEqual(['udp 5060 sip < built-in', 'tcp 5060 sip? < built-in', 'udp 16384-32768 rtp < built-in']);
  });

  test('over TLS alone are no others', async () => {
    const tls = EXTERNAL.replace(
      '</settings>',
      '<param name="tls" value="true"/><param name="tls-only" value="true"/></settings>',
    );
    const { ports } = await found({ 'sip_profiles/internal.xml': '', 'sip_profiles/external.xml': tls });
    expect(ports).toEqual(['tcp 5061 on 192.168.0.100 sips < built-in', RTP]);
  });

  test('are looked for where the command line says, and where it was built', async () => {
    const files = { '/srv/fs/freeswitch.xml': MAIN };
    const started = await found(files, [runningAs('freeswitch -conf /srv/fs -log /x')]);
    expect(started.read[0]).toBe('/srv/fs/freeswitch.xml');
    const built = machineWith({ '/usr/local/freeswitch/conf/freeswitch.xml': SOFIA });
    expect((await findFreeswitch(built)).map(({ processes }) => processes)).toEqual([[]]);
    expect(await findFreeswitch(machineWith({}))).toEqual([]);
  });

  test('of FusionPBX are in its database', async () => {
    const { product, ports, warnings } = await found({
      '/etc/fusionpbx/config.conf': 'secret',
      'sip_profiles/internal.xml': '',
      'sip_profiles/external.xml': '',
    });
    expect(product?.profile.id).toBe('fusionpbx');
    expect(warnings).toEqual(['elsewhere']);
    expect(ports[0]).toBe('udp 5060 sip < profile');
    expect(ports.at(-1)).toBe(RTP);
  });
});

describe('a configuration that cannot be relied on', () => {
  const variable = (name: string): string => `$\${${name}}`;
  const broken = '/etc/freeswitch/sip_profiles/external.xml';

  test.each<[string, DiskContent, string]>([
    [
      'a variable that nobody sets',
      { 'sip_profiles/external.xml': EXTERNAL.replace('5080', () => variable('nothing')) },
      `value ${broken}:4 sip-port`,
    ],
    [
      'a port from a STUN server',
      { 'sip_profiles/external.xml': EXTERNAL.replace('5080', () => variable('external_rtp_ip')) },
      `value ${broken}:4 sip-port`,
    ],
    ['an element without its end', { 'sip_profiles/external.xml': `${EXTERNAL}<param name="x"` }, `syntax ${broken}:7`],
    [
      'another end than its beginning',
      { 'sip_profiles/external.xml': EXTERNAL.replace('</settings>', '</setting>') },
      `syntax ${broken}:5`,
    ],
    ['a document type', { 'sip_profiles/external.xml': '<!DOCTYPE x [<!ENTITY a "aaaa">]>' }, `syntax ${broken}:1`],
    ['a file that may not be read', { 'sip_profiles/external.xml': { code: 'EACCES' } }, `permission ${broken}`],
    [
      'a main file that may not be read',
      { 'freeswitch.xml': { code: 'EACCES' } },
      'permission /etc/freeswitch/freeswitch.xml',
    ],
    ['itself', { 'vars.xml': '<X-PRE-PROCESS cmd="include" data="vars.xml"/>' }, 'too-much /etc/freeswitch/vars.xml:1'],
    [
      'what is not there',
      { 'vars.xml': '<X-PRE-PROCESS cmd="include" data="gone.xml"/>' },
      'include-missing /etc/freeswitch/vars.xml:1 gone.xml',
    ],
    [
      'a command',
      { 'vars.xml': `<X-PRE-PROCESS cmd="exec-set" data="internal_sip_port=cat /x"/>\n${VARS}` },
      'not-run /etc/freeswitch/vars.xml:1',
    ],
  ])('with %s is told', async (_, content, warning) => {
    const { warnings, ports } = await found(content);
    expect(warnings[0]).toBe(warning);
    expect(ports.filter((line) => line.includes(' sip '))).not.toEqual([]);
    expect(ports.filter((line) => line.includes(' rtp '))).toHaveLength(1);
  });

  test('has the usual ports for what is not known', async () => {
    const wrong = await found({ 'sip_profiles/external.xml': EXTERNAL.replace('5080', 'auto') });
    expect(wrong.ports).toEqual([...wrong.ports.filter((line) => line.endsWith('< profile')), RTP]);
    const media = await found({ 'autoload_configs/switch.conf.xml': SWITCH.replace('21000', '19000') });
    expect(media.ports.at(-1)).toBe('udp 16384-32768 rtp < profile');
    expect(media.warnings).toEqual(['value /etc/freeswitch/autoload_configs/switch.conf.xml:5 rtp-end-port']);
    const all = await found({ 'vars.xml': '<open' });
    expect(all.ports.filter((line) => !line.endsWith('< profile'))).toEqual([]);
  });

  test('that is nowhere, though it runs, is told', async () => {
    const [product] = await findFreeswitch(machineWith({}, [runningAs('freeswitch')]));
    expect(warningsOf(product)).toEqual(['no-configuration']);
    expect(linesOf(product)[0]).toBe('udp 5060 sip < profile');
  });
});

describe('XML', () => {
  const read = (text: string) =>
    [...elementsOf(text.split('\n').map((line, at) => ({ text: line, place: { file: 'x', line: at + 1 } })))].map(
      (news) =>
        news.kind === 'wrong'
          ? `wrong ${news.place.line}`
          : `${news.path.map(({ name }) => name).join('/')} ${[...(news.path.at(-1)?.attributes ?? [])].join(' ')}`.trim(),
    );

  test.each([
    ['<a><b c="1"/></a>', ['a', 'a/b c,1']],
    ['<a b=\'<>"\' c = "&lt;&amp;&bad;"/>', ['a b,<>" c,<&&bad;']],
    ['<?x?><!-- <b> --><a><![CDATA[<c>]]></a >', ['a']],
    ['<a\nb="1">\n</a>', ['a b,1']],
    ['<a>', ['a', 'wrong 1']],
    ['<a></b>', ['a', 'wrong 1']],
    ['</a>', ['wrong 1']],
    ['<a b="', ['wrong 1']],
    ['<>', ['wrong 1']],
    ['< a>', ['wrong 1']],
    ['\n<!-- no end', ['wrong 2']],
    ['<a b=1 c="2"/>', ['a c,2']],
    ['text & more', []],
    ['', []],
    [
      '<a>'.repeat(101),
      [
        ...Array.from({ length: 100 }, (_, at) =>
          Array(at + 1)
            .fill('a')
            .join('/'),
        ),
        'wrong 1',
      ],
    ],
  ])('%j', (text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  test.each([
    [' a="1" b = \'2\' a="3"', ['a,1', 'b,2']],
    ['a="1', []],
    ['="1" a="2"', ['a,2']],
    ['a==="1"', []],
    ['', []],
  ])('attributes of %j', (text, expected) => {
    expect([...attributesIn(text)].map(String)).toEqual(expected);
  });
});
