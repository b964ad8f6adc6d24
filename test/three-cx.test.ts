import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { PortsReport, Report } from '../src/report/index.ts';
import { ensureBuilt, enter } from './test-command.ts';

/* The built command, and a web server that answers as the maker of 3CX describes it. */

beforeAll(ensureBuilt);

const CREDENTIALS = { FULLCONE_3CX_CLIENT_ID: 'fullcone', FULLCONE_3CX_CLIENT_SECRET: 'a key & more' };
const TOKEN = 'eyJhbGciOi.J9-_.x';
const PARAMETERS = {
  '@odata.context': 'x',
  ...{ SipPort: 7160, SipsPort: 7161, TunnnelPort: 7190, HttpPort: 5000, HttpsPort: 7101 },
  ...{ FirstExternalPort: 7200, WebrtcLastPort: 7209 },
};

type Answer = (request: IncomingMessage, response: ServerResponse) => unknown;

const send = (response: ServerResponse, status: number, value: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
};

const asDescribed: Answer = async (request, response) => {
  if (request.method === 'POST' && request.url === '/connect/token') {
    const form = new URLSearchParams(await text(request));
    const isRight = form.get('client_secret') === CREDENTIALS.FULLCONE_3CX_CLIENT_SECRET;
    return isRight && form.get('client_id') === 'fullcone' && form.get('grant_type') === 'client_credentials'
      ? send(response, 200, { token_type: 'Bearer', expires_in: 60, access_token: TOKEN, refresh_token: null })
      : send(response, 401, { error: 'invalid_client' });
  }
  const isAllowed = request.headers.authorization === `Bearer ${TOKEN}`;
  if (!isAllowed) return send(response, 401, {});
  const isThere = request.method === 'GET' && request.url === '/xapi/v1/Defs/Pbx.GetSystemParameters()';
  return send(response, isThere ? 200 : 404, isThere ? PARAMETERS : {});
};

async function pbx(answer: Answer = asDescribed) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const at = enter();
  onTestFinished(() => at.leave());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const ports = (...more: readonly string[]) => at.run(['ports', '--3cx-url', url, ...more], { env: CREDENTIALS });
  return { at, url, asked, ports };
}

test('its API is asked for its ports, and each is shown with where it is from', async () => {
  const { url, asked, ports } = await pbx();
  const { code, out, error } = await ports('--json');
  expect([code, error]).toEqual([0, '']);
  const [product] = (JSON.parse(out) as PortsReport).products;
  expect(product?.warnings).toEqual([]);
  expect(product?.ports.map(({ protocol, from, to, purpose }) => `${protocol} ${from}-${to} ${purpose}`)).toEqual([
    ...['udp 7160-7160 sip', 'tcp 7160-7160 sip', 'tcp 7161-7161 sips', 'udp 7190-7190 tunnel'],
    ...['tcp 7190-7190 tunnel', 'udp 7200-7209 rtp', 'tcp 7101-7101 web'],
  ]);
  expect(product?.ports[0]?.origin).toEqual({
    kind: 'api',
    url: `${url}/xapi/v1/Defs/Pbx.GetSystemParameters()`,
    key: 'SipPort',
  });
  expect(asked).toEqual(['POST /connect/token', 'GET /xapi/v1/Defs/Pbx.GetSystemParameters()']);
});

test('a check asks for them, and says so', async () => {
  const { at, url } = await pbx();
  const { code, out, error } = await at.run(
    ['check', '--server', 'embedded', '--bind-address', at.here, '--3cx-url', url, '--json'],
    { env: CREDENTIALS },
  );
  const report = JSON.parse(out) as Report;
  expect([code, report.verdict, report.discovered?.profile]).toEqual([0, 'supported', '3cx']);
  expect(report.ports.filter(({ protocol }) => protocol === 'udp').map(({ port }) => port)).toEqual([
    ...[7160, 7190],
    ...Array.from({ length: 10 }, (_, index) => 7200 + index),
  ]);
  expect(error).toContain('udp/7160');
});

test('of the text, too', async () => {
  const { url, ports } = await pbx();
  const { out } = await ports();
  expect(out).toContain(`SipPort at ${url}/xapi/v1/Defs`);
  expect(out).toContain('asked by its API; it does not run on this machine');
  expect((await ports('--lang', 'de')).out).toContain(`SipPort bei ${url}/xapi/v1/Defs`);
});

describe('what does not work is said, with the usual ports, and 2', () => {
  test.each<[string, Answer, string]>([
    ['wrong credentials', (_, response) => send(response, 401, { error: 'invalid_client' }), 'HTTP 401'],
    ['no such API', (_, response) => send(response, 404, {}), 'HTTP 404'],
    [
      'a page',
      (_, response) => {
        response.end('<html>sign in</html>');
      },
      'no JSON',
    ],
    ['no token', (_, response) => send(response, 200, { access_token: 'a\r\nHost: b' }), 'no token'],
    [
      'another place',
      (_, response) => {
        response.writeHead(302, { location: 'http://127.0.0.9/' }).end();
      },
      'HTTP 302',
    ],
    [
      'more than anybody reads',
      (_, response) => {
        response.end(`{"access_token":"${'x'.repeat(2_000_000)}"}`);
      },
      'EFBIG',
    ],
    [
      'a hung up line',
      (request) => {
        request.destroy();
      },
      'ECONNRESET',
    ],
  ])('%s', async (_, answer, said) => {
    const { asked, ports } = await pbx(answer);
    const { code, out, error } = await ports();
    expect([code, error]).toEqual([2, '']);
    expect(out.replace(/\s+/g, ' ')).toContain(`did not tell its ports (${said})`);
    expect(out).toContain('UDP 9000-10999');
    expect(out).not.toContain(CREDENTIALS.FULLCONE_3CX_CLIENT_SECRET);
    expect(asked).toEqual(['POST /connect/token']);
  });

  test('nobody there', async () => {
    const at = enter();
    onTestFinished(() => at.leave());
    const words = ['ports', '--3cx-url', `http://${at.primary}:9`];
    const { code, out } = await at.run(words, { env: CREDENTIALS });
    expect([code, out.replace(/\s+/g, ' ')]).toEqual([2, expect.stringContaining('(ECONNREFUSED)')]);
  });
});

describe('what is wrong with the wish is said before anybody is asked, with 64', () => {
  test.each([
    ['no address', ['ports', '--3cx-url', 'pbx.example.com'], 'https://pbx.example.com'],
    ['another protocol', ['ports', '--3cx-url', 'ftp://pbx.example.com'], 'https://pbx.example.com'],
    ['over http, far away', ['ports', '--3cx-url', 'http://pbx.example.com:5000/x'], 'https://pbx.example.com:5000'],
    ['credentials in it', ['ports', '--3cx-url', 'https://me:hush@pbx.example.com'], 'FULLCONE_3CX_CLIENT_SECRET'],
    ['another product', ['ports', '--3cx-url', 'https://x.example', '--profile', 'asterisk'], '--profile asterisk'],
    ['named ports', ['check', '--3cx-url', 'https://x.example', '--udp', '5060'], '--udp'],
  ])('%s', async (_, words, said) => {
    const at = enter();
    onTestFinished(() => at.leave());
    const { code, out, error } = await at.run(words, { env: CREDENTIALS });
    expect([code, out, error]).toEqual([64, '', expect.stringContaining(said)]);
    expect(error).not.toContain('hush');
  });

  test.each([{}, { FULLCONE_3CX_CLIENT_ID: 'x' }, { FULLCONE_3CX_CLIENT_SECRET: 'x' }])(
    'no credentials (%j), and nobody to ask',
    async (env) => {
      const { at, url, asked } = await pbx();
      const { code, error } = await at.run(['ports', '--3cx-url', url], { env });
      expect([code, error, asked]).toEqual([64, expect.stringContaining('FULLCONE_3CX_CLIENT_ID'), []]);
    },
  );
});
