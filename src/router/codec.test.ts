import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toBytes, toText } from './bytes.ts';
import { getRequest, isWholeHttp, readHttp } from './http.ts';
import { externalAddressQuestion, placeOn, readErrorCode, readExternalAddress, wanServicesOf } from './igd.ts';
import { externalAddressRequest, readNatPmp } from './nat-pmp.ts';
import { announceRequest, isPcpAnswer } from './pcp.ts';
import { readLocation, SSDP_GROUP, search } from './ssdp.ts';
import { leavesOf } from './xml.ts';

const HOST = '192.168.0.1';
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));

describe('NAT-PMP (RFC 6886)', () => {
  test('asks for the external address, and for nothing else', () => {
    expect(externalAddressRequest()).toEqual(bytes(0, 0));
  });

  test.each([
    ['an address', '00 80 0000 00000009 cb00712c', { kind: 'address', address: '203.0.113.44' }],
    ['an address and more', '00 80 0000 00000009 64400002 ffff', { kind: 'address', address: '100.64.0.2' }],
    ['not authorised', '00 80 0002 00000009 00000000', { kind: 'refused', code: 2 }],
    ['network failure', '00 80 0003 00000009', { kind: 'refused', code: 3 }],
    ['our ANNOUNCE is not known', '00 80 0001 00000009', { kind: 'nothing' }],
    ['cut short', '00 80 0000 00000009 cb0071', { kind: 'nothing' }],
    ['an answer to another request', '00 81 0000 00000009 cb00712c', { kind: 'nothing' }],
    ['a request', '00 00', { kind: 'nothing' }],
    ['another version', '01 80 0000 00000009 cb00712c', { kind: 'nothing' }],
    ['nothing', '', { kind: 'nothing' }],
  ])('%s', (_, text, expected) => {
    expect(readNatPmp(hex(text))).toEqual(expected);
  });
});

describe('PCP (RFC 6887)', () => {
  test('ANNOUNCE, with our own address', () => {
    expect(announceRequest('192.168.0.100')).toEqual(hex('02 00 0000 00000000 00000000 00000000 0000ffff c0a80064'));
  });

  test.each([
    ['success', `02 80 00 00 ${'00'.repeat(20)}`, true],
    ['an unsupported version, to a request of NAT-PMP', `02 80 00 01 ${'00'.repeat(20)}`, true],
    ['an answer to MAP', `02 81 00 00 ${'00'.repeat(20)}`, false],
    ['our own request', `02 00 00 00 ${'00'.repeat(20)}`, false],
    ['cut short', `02 80 00 00 ${'00'.repeat(16)}`, false],
    ['an odd length', `02 80 00 00 ${'00'.repeat(21)}`, false],
  ])('%s', (_, text, expected) => {
    expect(isPcpAnswer(hex(text))).toBe(expected);
  });
});

const IGD = 'urn:schemas-upnp-org:device:InternetGatewayDevice:1';
const found = (...lines: string[]): Uint8Array => toBytes(['HTTP/1.1 200 OK', ...lines, '', ''].join('\r\n'));

describe('SSDP', () => {
  test('searches for gateways', () => {
    expect(toText(search(SSDP_GROUP))).toBe(
      `M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: "ssdp:discover"\r\nMX: 1\r\nST: ${IGD}\r\n\r\n`,
    );
  });

  test.each([
    [
      'as it should be',
      found(`ST: ${IGD}`, 'LOCATION: http://192.168.0.1:5000/d.xml'),
      'http://192.168.0.1:5000/d.xml',
    ],
    ['names in any case', found(`st:${IGD}`, 'Location:http://192.168.0.1/'), 'http://192.168.0.1/'],
    ['version 2', found('ST: urn:schemas-upnp-org:device:InternetGatewayDevice:2', 'LOCATION: x'), 'x'],
    ['two places: the first', found(`ST: ${IGD}`, 'LOCATION: a', 'LOCATION: b'), 'a'],
    ['another device', found('ST: urn:schemas-upnp-org:device:MediaServer:1', 'LOCATION: x'), null],
    ['no place', found(`ST: ${IGD}`), null],
    ['an announcement', toBytes(`NOTIFY * HTTP/1.1\r\nST: ${IGD}\r\nLOCATION: x\r\n\r\n`), null],
    ['an error', toBytes(`HTTP/1.1 500 No\r\nST: ${IGD}\r\nLOCATION: x\r\n\r\n`), null],
    ['too long', found(`ST: ${IGD}`, `LOCATION: ${'x'.repeat(2_000)}`), null],
  ])('%s', (_, answer, expected) => {
    expect(readLocation(answer)).toBe(expected);
  });
});

describe('a place', () => {
  test.each([
    ['http://192.168.0.1:5000/rootDesc.xml', '192.168.0.1:5000/rootDesc.xml'],
    ['HTTP://192.168.0.1', '192.168.0.1:80/'],
    ['http://192.168.0.1:49000/a?b=c', '192.168.0.1:49000/a?b=c'],
  ])('%s', (url, expected) => {
    const place = placeOn(HOST, url);
    expect(place && `${place.at.address}:${place.at.port}${place.path}`).toBe(expected);
  });

  test.each([
    'http://192.168.0.2:5000/rootDesc.xml',
    'http://192.168.0.1@10.0.0.1/',
    'http://192.168.0.1.example.com/',
    'http://192.168.0.10/',
    'http://router.lan/',
    'http://3232235521/',
    'https://192.168.0.1/',
    'file:///etc/passwd',
    'http://192.168.0.1:0/',
    'http://192.168.0.1:65536/',
    'http://192.168.0.1/a b',
    'http://192.168.0.1/a\r\nX: y',
    'http://192.168.0.1\\@10.0.0.1/',
    `http://192.168.0.1/${'a'.repeat(600)}`,
    '',
  ])('nobody is asked at %j', (url) => {
    expect(placeOn(HOST, url)).toBeNull();
  });
});

const DESCRIPTION = { at: { address: HOST, port: 5000 }, path: '/igd/root.xml' };
const service = (type: string, url: string): string =>
  `<service><serviceType>urn:schemas-upnp-org:service:${type}</serviceType><controlURL>${url}</controlURL></service>`;
const services = (xml: string): string[] =>
  wanServicesOf(xml, DESCRIPTION).map(
    ({ type, control: { at, path } }) => `${type.split(':').slice(-2).join(':')} ${at.address}:${at.port}${path}`,
  );

describe('a description', () => {
  test.each([
    ['an absolute path', service('WANIPConnection:1', '/ctl/IP'), ['WANIPConnection:1 192.168.0.1:5000/ctl/IP']],
    ['a relative path', service('WANIPConnection:2', 'ctl'), ['WANIPConnection:2 192.168.0.1:5000/igd/ctl']],
    ['a URL', service('WANPPPConnection:1', 'http://192.168.0.1:80/x'), ['WANPPPConnection:1 192.168.0.1:80/x']],
    ['escapes', service('WANIPConnection:1', '/a?b&amp;c'), ['WANIPConnection:1 192.168.0.1:5000/a?b&c']],
    ['CDATA', service('WANIPConnection:1', '<![CDATA[/a&b]]>'), ['WANIPConnection:1 192.168.0.1:5000/a&b']],
    [
      'prefixes, attributes, spaces, comments',
      '<d:service a="x>y"><d:serviceType >\n urn:schemas-upnp-org:service:WANIPConnection:1 </d:serviceType><!-- > -->' +
        "<d:controlURL b='>'>/c</d:controlURL></d:service>",
      ['WANIPConnection:1 192.168.0.1:5000/c'],
    ],
    [
      'two lines among others',
      service('Layer3Forwarding:1', '/l3') + service('WANPPPConnection:1', '/p') + service('WANIPConnection:1', '/i'),
      ['WANPPPConnection:1 192.168.0.1:5000/p', 'WANIPConnection:1 192.168.0.1:5000/i'],
    ],
    [
      'a base',
      `<URLBase>http://192.168.0.1:80/b/</URLBase>${service('WANIPConnection:1', 'c')}`,
      ['WANIPConnection:1 192.168.0.1:80/b/c'],
    ],
    [
      'a base elsewhere',
      `<URLBase>http://10.0.0.1/</URLBase>${service('WANIPConnection:1', '/c')}`,
      ['WANIPConnection:1 192.168.0.1:5000/c'],
    ],
    ['a service elsewhere', service('WANIPConnection:1', 'http://10.0.0.1/c'), []],
    ['a network path', service('WANIPConnection:1', '//10.0.0.1/c'), []],
    ['a line in the path', service('WANIPConnection:1', '/c HTTP/1.1\r\nX: y'), []],
    ['a type that is more', service('WANIPConnection:1"\r\nX: y', '/c'), []],
    ['no path', service('WANIPConnection:1', ''), []],
    ['a document type', `<!DOCTYPE a [<!ENTITY e "x">]>${service('WANIPConnection:1', '/c')}`, []],
    ['cut short', service('WANIPConnection:1', '/c').slice(0, -5), []],
    ['another service', service('WANCommonInterfaceConfig:1', '/c'), []],
    ['no XML', 'hello', []],
  ])('%s', (_, xml, expected) => {
    expect(services(xml)).toEqual(expected);
  });

  test('of many services a few are asked', () => {
    expect(services(service('WANIPConnection:1', '/c').repeat(100))).toHaveLength(4);
  });

  test('entities stay what they are: nothing is expanded', () => {
    expect([...leavesOf('<a>&lol;&#65;&amp;lt;</a>')]).toEqual([{ name: 'a', text: '&lol;&#65;&lt;' }]);
  });
});

describe('the question, and its answers', () => {
  const [first] = wanServicesOf(service('WANIPConnection:1', '/ctl'), DESCRIPTION);
  const type = 'urn:schemas-upnp-org:service:WANIPConnection:1';

  test('asks, and changes nothing', () => {
    const text = first ? toText(externalAddressQuestion(first)) : '';
    const [head = '', body = ''] = text.split('\r\n\r\n');
    expect(head).toBe(
      `POST /ctl HTTP/1.1\r\nHost: 192.168.0.1:5000\r\nContent-Type: text/xml; charset="utf-8"\r\n` +
        `SOAPAction: "${type}#GetExternalIPAddress"\r\nContent-Length: ${body.length}\r\nConnection: close`,
    );
    expect(body).toContain(`<u:GetExternalIPAddress xmlns:u="${type}">`);
  });

  const said = (value: string): string =>
    `<s:Body><r><NewExternalIPAddress>${value}</NewExternalIPAddress></r></s:Body>`;

  test.each([
    [said('203.0.113.44'), '203.0.113.44'],
    [said(' 100.64.0.2\n'), '100.64.0.2'],
    [said(''), ''],
    ['<NewExternalIPAddress/>', ''],
    [said('203.0.113.444'), null],
    [said('&lt;script&gt;'), null],
    [said('router.lan'), null],
    ['<a>203.0.113.44</a>', null],
  ])('%s', (xml, expected) => {
    expect(readExternalAddress(xml)).toBe(expected);
  });

  test.each([
    ['<UPnPError><errorCode>501</errorCode></UPnPError>', 501],
    ['<errorCode>many</errorCode>', null],
    ['', null],
  ])('an error: %s', (xml, expected) => {
    expect(readErrorCode(xml)).toBe(expected);
  });
});

describe('HTTP', () => {
  test('asks one host for one place', () => {
    expect(toText(getRequest(DESCRIPTION))).toBe(
      'GET /igd/root.xml HTTP/1.1\r\nHost: 192.168.0.1:5000\r\nConnection: close\r\n\r\n',
    );
  });

  const ok = 'HTTP/1.1 200 OK\r\n';

  test.each<[string, string, ReturnType<typeof readHttp>, boolean]>([
    ['a length', `${ok}Content-Length: 2\r\n\r\nab`, { status: 200, body: 'ab' }, true],
    ['a length, and more', `${ok}content-length:2\r\n\r\nabc`, { status: 200, body: 'ab' }, true],
    ['not all of it', `${ok}Content-Length: 3\r\n\r\nab`, null, false],
    ['no length: until the end', `${ok}\r\nab`, { status: 200, body: 'ab' }, false],
    [
      'chunks',
      `${ok}Transfer-Encoding: chunked\r\n\r\n1;x=y\r\na\r\n02\r\nbc\r\n0\r\n\r\n`,
      { status: 200, body: 'abc' },
      true,
    ],
    ['not all chunks', `${ok}Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n`, null, false],
    ['a chunk that is cut', `${ok}Transfer-Encoding: chunked\r\n\r\n9\r\na\r\n`, null, false],
    ['chunks of nonsense', `${ok}Transfer-Encoding: chunked\r\n\r\nzz\r\na\r\n`, null, false],
    ['an error', 'HTTP/1.0 500 No\r\nContent-Length: 0\r\n\r\n', { status: 500, body: '' }, true],
    ['no end of the head', `${ok}Content-Length: 2\r\n`, null, false],
    ['no HTTP', 'SSH-2.0-dropbear\r\n\r\n', null, false],
    ['nothing', '', null, false],
  ])('%s', (_, text, answer, whole) => {
    expect(readHttp(toBytes(text))).toEqual(answer);
    expect(isWholeHttp(toBytes(text))).toBe(whole);
  });
});

/** Every reader of what a router says. */
function readAll(input: Uint8Array): void {
  readNatPmp(input);
  isPcpAnswer(input);
  readLocation(input);
  isWholeHttp(input);
  const { body = '' } = readHttp(input) ?? {};
  for (const text of [toText(input), body]) {
    wanServicesOf(text, DESCRIPTION);
    readExternalAddress(text);
    readErrorCode(text);
  }
}

/** Real ones, to be damaged. */
const SPECIMENS: readonly Uint8Array[] = [
  hex('00 80 0000 00000009 cb00712c'),
  hex(`02 80 00 00 ${'00'.repeat(20)}`),
  found(`ST: ${IGD}`, 'LOCATION: http://192.168.0.1:5000/d.xml'),
  toBytes(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n`),
  toBytes(`HTTP/1.1 200 OK\r\n\r\n<?xml?><root>${service('WANIPConnection:1', '/ctl')}<!-- x --><![CDATA[y]]></root>`),
  toBytes(`HTTP/1.1 200 OK\r\n\r\n<NewExternalIPAddress>203.0.113.44</NewExternalIPAddress>`),
];

describe('whatever comes, no reader throws', () => {
  test('random bytes', () => {
    expect(() =>
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 2_000 }), (input) => {
          readAll(input);
        }),
        { numRuns: 500 },
      ),
    ).not.toThrow();
  });

  test('damaged answers: no service and no place but on the gateway itself', () => {
    const change = fc.tuple(fc.nat(), fc.nat(255), fc.nat(3));
    const damaged = fc.tuple(fc.constantFrom(...SPECIMENS), fc.array(change, { minLength: 1, maxLength: 8 }));
    const run = fc.property(damaged, ([specimen, changes]) => {
      let input = [...specimen];
      for (const [where, value, how] of changes) {
        const at = where % (input.length + 1);
        if (how === 0) input[at] = value;
        else if (how === 1) input.splice(at, 1);
        else if (how === 2) input.splice(at, 0, value);
        else input = [...input.slice(0, at), ...input.slice(at / 2)];
      }
      const all = Uint8Array.from(input);
      readAll(all);
      for (const { control } of wanServicesOf(toText(all), DESCRIPTION)) {
        expect(control.at.address).toBe(HOST);
        expect(control.path).toMatch(/^\/[!-~]*$/);
      }
    });
    expect(() => fc.assert(run, { numRuns: 2_000 })).not.toThrow();
  });

  test.each(['<', '<a', '<!--', '<![CDATA[', '&', '<a>', '</a>', '<a b="', '1\r\na\r\n'])(
    'many times %j takes no longer than once through it',
    (part) => {
      const text = part.repeat(Math.floor(65_536 / part.length));
      const began = performance.now();
      readAll(toBytes(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${text}`));
      readAll(toBytes(`HTTP/1.1 200 OK\r\n\r\n${text}`));
      expect(performance.now() - began).toBeLessThan(1_000);
    },
  );
});
