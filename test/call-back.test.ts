import { expect, onTestFinished, test } from 'vitest';
import { EMBEDDED } from '../src/app/index.ts';
import type { Endpoint } from '../src/base/index.ts';
import { fakeTerminal, runWords } from '../src/cli/test-terminal.ts';
import {
  type Attribute,
  BINDING,
  type Called,
  callBytes,
  decodeMessage,
  encodeMessage,
  FULLCONE_CALL,
  FULLCONE_CALLED,
  FULLCONE_HELLO,
  FULLCONE_TOKEN,
  type Message,
  makeAttribute,
  type RawAttribute,
  readAttribute,
} from '../src/stun/index.ts';
import { nodeSystem } from '../src/system/node/index.ts';

/* The reflector of a trial on one machine, real sockets: addresses beside 127.0.0.1 exist on Linux only. */

const system = nodeSystem();
const CALL_ID = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);

/** As the command starts it; ports that are taken make it end at once. */
async function startOnFreePorts(...words: string[]): Promise<Endpoint> {
  const { primary, alternate } = EMBEDDED.options;
  for (let port = 34_680; port < 34_780; port += 2) {
    const terminal = fakeTerminal();
    const ports = ['--port', `${port}`, '--alternate-port', `${port + 1}`];
    const ended = runWords(
      ['reflector', '--primary', primary, '--alternate', alternate, ...ports, ...words],
      system,
      terminal,
    );
    await expect.poll(() => terminal.text('out') + terminal.text('error')).not.toBe('');
    if (terminal.text('out').startsWith('reflector ready')) {
      onTestFinished(async () => {
        terminal.interrupt();
        await ended;
      });
      return { address: primary, port };
    }
  }
  throw new Error('no free ports');
}

function ask(to: Endpoint, ...attributes: RawAttribute[]): Promise<Message> {
  const request = { class: 'request', method: BINDING, transactionId: system.random(12), attributes } as const;
  return new Promise((resolve, reject) => {
    const socket = system.udp.open(
      { address: EMBEDDED.checker, port: 0 },
      {
        bound: () => socket.send(encodeMessage(request), to),
        failed: ({ code }) => reject(new Error(code)),
        datagram: (bytes) => {
          socket.close();
          const decoded = decodeMessage(bytes);
          if (decoded.kind === 'message') resolve(decoded.message);
        },
        notSent: ({ code }) => reject(new Error(code)),
      },
    );
  });
}

function read<T>(message: Message, attribute: Attribute<T>): T {
  const value = readAttribute(message, attribute);
  if (value?.kind !== 'ok') throw new Error(`no ${attribute.name}`);
  return value.value;
}

function listen(arrived: (from: Endpoint, bytes: Uint8Array) => void): Promise<number> {
  return new Promise((resolve, reject) => {
    const listener = system.tcp.listen(
      { address: EMBEDDED.checker, port: 0 },
      {
        bound: ({ port }) => resolve(port),
        failed: ({ code }) => reject(new Error(code)),
        connected: () => undefined,
        arrived,
      },
    );
    onTestFinished(() => listener.close());
  });
}

/** Orders a call of these ports; what becomes of it. */
async function order(to: Endpoint, ports: readonly number[]): Promise<() => Promise<Called>> {
  const hello = await ask(to, makeAttribute(FULLCONE_HELLO, { version: 1, filler: 0 }, CALL_ID));
  const token = makeAttribute(FULLCONE_TOKEN, read(hello, FULLCONE_TOKEN), CALL_ID);
  const call = makeAttribute(FULLCONE_CALL, { id: CALL_ID, ports }, CALL_ID);
  return async () => read(await ask(to, token, call), FULLCONE_CALLED);
}

test('an open port is connected to from the other address, and a closed one is told', async () => {
  const reflector = await startOnFreePorts('--lab');
  const visits: { address: string; bytes: Uint8Array }[] = [];
  const open = await listen(({ address }, bytes) => visits.push({ address, bytes }));
  // Nobody listens on port 1 by chance: it is below 1024, and tcpmux is history.
  const called = await order(reflector, [open, 1]);
  expect((await called()).ports.map(({ state }) => state)).toEqual(['under-way', 'under-way']);
  await expect.poll(() => visits).toEqual([{ address: EMBEDDED.options.alternate, bytes: callBytes(CALL_ID, open) }]);
  await expect.poll(called).toEqual({
    id: CALL_ID,
    ports: [
      { port: open, state: 'connected' },
      { port: 1, state: 'refused' },
    ],
  });
  expect(visits).toHaveLength(1);
});

test('outside of a laboratory the addresses of one machine are not called', async () => {
  const reflector = await startOnFreePorts();
  const visits: Endpoint[] = [];
  const open = await listen((from) => visits.push(from));
  const called = await order(reflector, [open]);
  const ports = [{ port: open, state: 'not-called' }];
  expect([await called(), await called()]).toMatchObject([{ ports }, { ports }]);
  expect(visits).toEqual([]);
});
