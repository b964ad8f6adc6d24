import type { FastifyReply } from 'fastify';
import { expect, test } from 'vitest';
import type { EventSink } from '../handler.ts';
import { Browser, testConsole } from '../test-console.ts';
import { sendEvents } from './events.ts';

const clock = { now: () => 0, date: () => new Date(0), at: () => ({ cancel: () => undefined }) };

test('whoever reads too slowly is cut off before what waits for him fills the memory', () => {
  const written: string[] = [];
  const raw = {
    ...{ writableLength: 0, isDestroyed: false },
    ...{ setHeader: () => undefined, writeHead: () => undefined, flushHeaders: () => undefined, end: () => undefined },
    write: (text: string) => written.push(text),
    destroy: () => {
      raw.isDestroyed = true;
    },
  };
  const reply = { raw, hijack: () => undefined, getHeaders: () => ({}) } as unknown as FastifyReply;
  const sinks: EventSink[] = [];
  const open = (sink: EventSink) => {
    sinks.push(sink);
    return () => undefined;
  };
  const reader = { gone: new AbortController().signal, mayStill: () => Promise.resolve(true), clock };
  sendEvents(reply, { kind: 'events', open }, reader);
  const send = () => sinks[0]?.send({ id: 1, event: 'delta', data: { a: 1 } });
  raw.writableLength = 4 * 1024 * 1024;
  send();
  expect([written, raw.isDestroyed]).toEqual([['id: 1\nevent: delta\ndata: {"a":1}\n\n'], false]);
  raw.writableLength += 1;
  send();
  expect([written.length, raw.isDestroyed]).toEqual([1, true]);
});

test('what is told to somebody who has gone ends', async () => {
  let [isOpen, isClosed] = [false, false];
  const runEvents = () =>
    Promise.resolve({
      kind: 'events' as const,
      open: () => {
        isOpen = true;
        return () => {
          isClosed = true;
        };
      },
    });
  const browser = await new Browser(await testConsole({ handlers: { runEvents } })).setUp();
  const leaving = new AbortController();
  const reading = browser.ask('GET', 'runs/1/events', undefined, {}, leaving.signal).catch(() => null);
  while (!isOpen) await new Promise(setImmediate);
  expect(isClosed).toBe(false);
  leaving.abort();
  await reading;
  await expect.poll(() => isClosed).toBe(true);
});
