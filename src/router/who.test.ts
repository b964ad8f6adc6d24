import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Input, Output } from '../engine/index.ts';
import { toBytes, toText } from './bytes.ts';
import { type RouterSaid, RouterWho } from './who.ts';

const GATEWAY = '192.168.0.1';
const LOCAL = '192.168.0.100';
const IGD = 'urn:schemas-upnp-org:device:InternetGatewayDevice:1';

type Out = Output<RouterSaid>;

/** Carries out what it asks for; the test says what comes back, and when. */
function bench() {
  const engine = new RouterWho({ gateway: GATEWAY, local: LOCAL });
  const seen: RouterSaid[] = [];
  const sent: Extract<Out, { kind: 'send' }>[] = [];
  const exchanges: Extract<Out, { kind: 'exchange' }>[] = [];
  const state = { now: 0, until: 0, done: false, closed: 0 };

  function drain(): void {
    for (let steps = 0; steps < 1_000; steps++) {
      const output = engine.next(state.now);
      if (output.kind === 'send') sent.push(output);
      else if (output.kind === 'exchange') exchanges.push(output);
      else if (output.kind === 'observed') seen.push(output.observation);
      else if (output.kind === 'close') state.closed++;
      else if (output.kind === 'done') {
        state.done = true;
        return;
      } else if (output.kind === 'wait') {
        state.until = output.until;
        return;
      }
    }
    throw new Error('it never waits');
  }
  const feed = (input: Input): void => {
    engine.handle(input, state.now);
    drain();
  };
  drain();
  feed({ kind: 'bound', socket: 1, local: { address: LOCAL, port: 40_000 } });
  return {
    ...{ seen, sent, exchanges, state, feed },
    hear: (text: string, from = GATEWAY) =>
      feed({ kind: 'datagram', socket: 1, bytes: toBytes(text), from: { address: from, port: 1900 } }),
    answer: (path: string, text: string) => {
      const asked = exchanges.find(({ request }) => toText(request.bytes).startsWith(`GET ${path} `));
      if (!asked) throw new Error(`nobody asked for ${path}`);
      feed({ kind: 'exchanged', exchange: asked.exchange, bytes: toBytes(text) });
    },
    until(time: number) {
      while (!state.done && state.until <= time) {
        state.now = Math.max(state.now, state.until);
        feed({ kind: 'tick' });
      }
      state.now = time;
    },
  };
}

const located = (location: string, server = 'FRITZ!Box 7590 UPnP/1.0'): string =>
  `HTTP/1.1 200 OK\r\nST: ${IGD}\r\nSERVER: ${server}\r\nLOCATION: ${location}\r\n\r\n`;

const page = (body: string, ...fields: readonly string[]): string =>
  ['HTTP/1.1 200 OK', ...fields, `Content-Length: ${body.length}`, '', body].join('\r\n');

const DESCRIPTION =
  '<root><device><friendlyName>Box</friendlyName><manufacturer>AVM Berlin</manufacturer><modelName>FRITZ!Box 7590</modelName>' +
  '<deviceList><device><manufacturer>another</manufacturer></device></deviceList></device></root>';

describe('who the router is', () => {
  test('by its description, and by its page', () => {
    const { hear, answer, seen, state } = bench();
    hear(located('http://192.168.0.1:49000/igddesc.xml'));
    answer('/igddesc.xml', page(DESCRIPTION));
    answer('/', page('<html><TITLE lang="de">FRITZ!Box</TITLE>', 'Server: AR7 Webserver'));
    expect(seen).toEqual([
      { by: 'upnp', words: ['FRITZ!Box 7590 UPnP/1.0', 'Box', 'AVM Berlin', 'FRITZ!Box 7590'] },
      { by: 'page', words: ['AR7 Webserver', 'FRITZ!Box'] },
    ]);
    expect([state.done, state.closed]).toEqual([true, 1]);
  });

  test('a login says it, too', () => {
    const { answer, seen } = bench();
    answer('/', 'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm="Vigor2865"\r\n\r\n');
    expect(seen).toEqual([{ by: 'page', words: ['Vigor2865'] }]);
  });

  test('silence ends after two seconds', () => {
    const { sent, seen, state, until } = bench();
    until(1_999);
    expect([state.done, sent.length]).toEqual([false, 6]);
    until(2_000);
    expect([state.done, seen]).toEqual([true, []]);
  });

  test.each([
    ['http://192.168.0.2/rootDesc.xml', GATEWAY],
    ['http://evil.example/rootDesc.xml', GATEWAY],
    ['https://192.168.0.1/rootDesc.xml', GATEWAY],
    ['http://192.168.0.1/rootDesc.xml', '192.168.0.66'],
  ])('nobody else is asked: %s, said by %s', (location, from) => {
    const { hear, exchanges } = bench();
    hear(located(location), from);
    expect(exchanges.map(({ to }) => [to.address, to.port])).toEqual([[GATEWAY, 80]]);
  });

  test('nothing is asked that changes anything', () => {
    const { hear, exchanges, sent } = bench();
    hear(located('http://192.168.0.1:5000/rootDesc.xml'));
    const all = [...exchanges.map(({ request }) => request.bytes), ...sent.map(({ bytes }) => bytes)].map(toText);
    expect(all.filter((text) => !/^(GET|M-SEARCH) /.test(text))).toEqual([]);
  });

  test('Ctrl-C ends it at once', () => {
    const { feed, state } = bench();
    feed({ kind: 'cancel' });
    expect([state.done, state.closed]).toEqual([true, 1]);
  });

  test('whatever it says, words are short, and nothing throws', () => {
    const hostile = fc.oneof(
      fc.string(),
      fc.constantFrom('<title>', '<modelName>x', '<!DOCTYPE', '\r\n\r\n', 'HTTP/1.1 200'),
    );
    fc.assert(
      fc.property(fc.array(hostile, { maxLength: 20 }), (parts) => {
        const { hear, answer, seen } = bench();
        const text = parts.join('');
        hear(text);
        hear(located('http://192.168.0.1:5000/d.xml', text.replace(/[\r\n]/g, '')));
        answer('/', `HTTP/1.1 200 OK\r\nServer: ${text}\r\n\r\n<title>${text}</title>`);
        for (const { words } of seen) for (const word of words) expect(word.length).toBeLessThanOrEqual(120);
      }),
    );
  });
});
