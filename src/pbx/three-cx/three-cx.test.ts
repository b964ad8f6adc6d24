import { describe, expect, test } from 'vitest';
import type { FoundProduct } from '../config/types.ts';
import { discover } from '../discover.ts';
import { type DiskContent, linesOf, machineWith, runningAs, warningsOf } from '../test-machine.ts';
import { withoutParameters, withParameters } from './parameters.ts';

const BIN = '/var/lib/3cxpbx/Bin';
const NEWER = '/var/lib/3cxpbx/Instance1/Bin';
const MEDIA = 'FLP (first on the LAN),7000\nLLP,7499\nFEP (first outside),9000\r\nLEP, 9499\n';
const WEB = `http {
  server {
    # listen 4443 ssl;
    listen       5001 ssl http2; listen [::]:5001 ssl http2;
    ssl_ciphers 'A:B';
    location / { proxy_pass http://unix:/run/x.socket; }
  }
  server { listen 5000; listen [::]:5000; }
  server { listen 192.168.0.100:8443 ssl; listen unix:/run/y.socket ssl; }
}
`;

const service = (pid: number, name: string) => runningAs(name, { pid, unit: `${name}01.service` });
const RUNNING = [service(8, '3CXPhoneSystem')];

async function found(content: DiskContent, running = RUNNING): Promise<FoundProduct | undefined> {
  return (await discover(machineWith(content, running)))[0];
}

const SIP = [
  'udp 5060 sip < profile',
  'tcp 5060 sip < profile',
  'tcp 5061 sips? < profile',
  'udp 5090 tunnel < profile',
  'tcp 5090 tunnel < profile',
].sort();
const USUAL_WEB = ['tcp 443 web? < profile', 'tcp 5001 web? < profile'];

/** Without those that no file tells. */
const rest = (product: FoundProduct | undefined) => linesOf(product).filter((line) => !SIP.includes(line));

describe('the files of a 3CX', () => {
  test('tell the ports of voice and web, with file and line; those of SIP and tunnel are the usual ones', async () => {
    const product = await found({ [`${BIN}/3cxmediaserver.ini`]: MEDIA, [`${BIN}/nginx/conf/nginx.conf`]: WEB });
    expect(
      linesOf(product)
        .filter((line) => SIP.includes(line))
        .sort(),
    ).toEqual(SIP);
    expect(rest(product)).toEqual([
      `udp 9000-9499 rtp < ${BIN}/3cxmediaserver.ini:3`,
      // What browsers use is kept elsewhere.
      'udp 9500-10999 rtp < profile',
      `tcp 5001 web? < ${BIN}/nginx/conf/nginx.conf:4`,
      `tcp 8443 on 192.168.0.100 web? < ${BIN}/nginx/conf/nginx.conf:9`,
    ]);
    expect(warningsOf(product)).toEqual(['in-database']);
  });

  test('of the newer layout go before what an older one has left behind', async () => {
    const product = await found({
      [`${BIN}/3cxmediaserver.ini`]: MEDIA,
      [`${NEWER}/3cxmediaserver.ini`]: 'FEP,35000\nLEP,35499\n',
      '/etc/nginx/sites-enabled/3cxpbx': 'server { listen 443 ssl; }',
    });
    // Of a range that was moved nobody knows where that of browsers is.
    expect(rest(product)).toEqual([
      `udp 35000-35499 rtp < ${NEWER}/3cxmediaserver.ini:1`,
      'tcp 443 web? < /etc/nginx/sites-enabled/3cxpbx:1',
    ]);
  });

  test.each([
    [7000, 7499],
    [11_000, 11_499],
  ])('of a range that was moved to %i-%i nothing else is asked', async (first, last) => {
    const product = await found({ [`${BIN}/3cxmediaserver.ini`]: `FEP,${first}\nLEP,${last}\n` });
    expect(rest(product).filter((line) => line.includes('rtp'))).toEqual([
      `udp ${first}-${last} rtp < ${BIN}/3cxmediaserver.ini:1`,
    ]);
  });

  test('show one that does not run', async () => {
    const product = await found({ [`${BIN}/nginx/conf/nginx.conf`]: WEB }, []);
    expect([product?.profile.id, product?.processes]).toEqual(['3cx', []]);
    expect(await found({}, [])).toBeUndefined();
  });

  test.each<[string, DiskContent[string], string[]]>([
    ['is not there', { code: 'ENOENT' }, []],
    ['may not be read', { code: 'EACCES' }, [`permission ${BIN}/3cxmediaserver.ini`]],
    ['says nothing of it', '[General]\n', [`value ${BIN}/3cxmediaserver.ini FEP`]],
    ['says half of it', 'FEP,9000\n', [`value ${BIN}/3cxmediaserver.ini LEP`]],
    ['has no number', 'FEP,9000\nLEP,90000\n', [`value ${BIN}/3cxmediaserver.ini:2 LEP`]],
    ['has no comma', 'FEP=9000\nLEP=9499\n', [':1 FEP', ':2 LEP'].map((at) => `value ${BIN}/3cxmediaserver.ini${at}`)],
    ['is upside down', 'FEP,9500\nLEP,9000\n', [`value ${BIN}/3cxmediaserver.ini:2 LEP`]],
  ])('where the one of voice %s, the usual ports are named', async (_, content, warned) => {
    const product = await found({ [`${BIN}/3cxmediaserver.ini`]: content });
    expect(rest(product)).toEqual(['udp 9000-10999 rtp < profile', ...USUAL_WEB]);
    expect(warningsOf(product)).toEqual([...warned, 'in-database']);
  });

  test.each([
    ['nothing with TLS', 'server { listen 5000; }', `value ${BIN}/nginx/conf/nginx.conf listen`],
    ['a variable', 'server { listen $port ssl; }', `value ${BIN}/nginx/conf/nginx.conf:1 listen`],
    ['a number that is no port', 'server { listen 70000 ssl; }', `value ${BIN}/nginx/conf/nginx.conf:1 listen`],
  ])('where that of the web has %s, the usual ports are named', async (_, content, warned) => {
    const product = await found({ [`${BIN}/nginx/conf/nginx.conf`]: content });
    expect(rest(product)).toEqual(['udp 9000-10999 rtp < profile', ...USUAL_WEB]);
    expect(warningsOf(product)).toContain(warned);
  });
});

const URL = 'https://pbx.example.com/xapi';
const ANSWER = {
  SipPort: 5160,
  SipsPort: 5161,
  TunnnelPort: 5190,
  HttpPort: 5000,
  HttpsPort: 5001,
  FirstExternalPort: 9000,
  WebrtcLastPort: 10998,
  Version: '20.0.9',
};

const linesWith = (product: FoundProduct): string[] =>
  product.ports.map(({ protocol, from, to, purpose, optional, origin }) => {
    const where = origin.kind === 'api' ? `${origin.key} at ${origin.url}` : origin.kind;
    return `${protocol} ${from}-${to} ${purpose}${optional ? '?' : ''} < ${where}`;
  });

describe('the API of a 3CX', () => {
  test('tells all of them', () => {
    const product = withParameters(null, ANSWER, URL);
    expect(linesWith(product)).toEqual([
      `udp 5160-5160 sip < SipPort at ${URL}`,
      `tcp 5160-5160 sip < SipPort at ${URL}`,
      `tcp 5161-5161 sips? < SipsPort at ${URL}`,
      `udp 5190-5190 tunnel < TunnnelPort at ${URL}`,
      `tcp 5190-5190 tunnel < TunnnelPort at ${URL}`,
      `udp 9000-10998 rtp < FirstExternalPort, WebrtcLastPort at ${URL}`,
      `tcp 5001-5001 web? < HttpsPort at ${URL}`,
    ]);
    expect(product.warnings).toEqual([]);
  });

  test.each<[string, unknown, string]>([
    ['null', { ...ANSWER, WebrtcLastPort: null }, 'WebrtcLastPort'],
    ['a text', { ...ANSWER, FirstExternalPort: '9000' }, 'FirstExternalPort'],
    ['zero', { ...ANSWER, FirstExternalPort: 0 }, 'FirstExternalPort'],
    ['more than there are', { ...ANSWER, WebrtcLastPort: 70_000 }, 'WebrtcLastPort'],
    ['a broken number', { ...ANSWER, WebrtcLastPort: 9000.5 }, 'WebrtcLastPort'],
    ['upside down', { ...ANSWER, WebrtcLastPort: 8000 }, 'WebrtcLastPort'],
  ])('where it says %s, the files do, or the profile', async (_, answer, key) => {
    const here = await found({ [`${BIN}/3cxmediaserver.ini`]: 'FEP,35000\nLEP,35499\n' });
    const voice = (product: FoundProduct) => linesWith(product).filter((line) => line.includes('rtp'));
    expect(voice(withParameters(null, answer, URL))).toEqual(['udp 9000-10999 rtp < profile']);
    expect(voice(withParameters(here ?? null, answer, URL))).toEqual(['udp 35000-35499 rtp < configuration']);
    expect(warningsOf(withParameters(null, answer, URL))).toEqual([`value ${URL} ${key}`]);
  });

  test.each([[null], ['text'], [[]], [{}], [{ error: { code: '', message: 'no' } }]])(
    'an answer that is none (%j) leaves all of them the usual ones',
    (answer) => {
      const product = withParameters(null, answer, URL);
      expect(product.ports.every(({ origin }) => origin.kind === 'profile')).toBe(true);
      expect([product.ports.length, product.warnings.length]).toEqual([8, 5]);
    },
  );

  test('that does not answer leaves what the files say', async () => {
    const here = await found({ [`${BIN}/3cxmediaserver.ini`]: 'FEP,35000\nLEP,35499\n' });
    const product = withoutParameters(here ?? null, URL, 'HTTP 401');
    expect(linesWith(product)).toContain('udp 35000-35499 rtp < configuration');
    expect(warningsOf(product)).toEqual([`api ${URL} HTTP 401`]);
  });
});
