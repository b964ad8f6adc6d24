import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { ExchangeRequest, Timer } from '../contract.ts';
import { nodeHost } from './host.ts';
import { nodeTcp } from './tcp.ts';

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const REQUEST: ExchangeRequest = {
  bytes: new TextEncoder().encode('question'),
  patience: 2_000,
  most: 1_000,
  isWhole: (bytes) => text(bytes).endsWith('.'),
};

const servers: Server[] = [];
const visitors: Socket[] = [];

afterEach(() => {
  for (const visitor of visitors.splice(0)) visitor.destroy();
  for (const server of servers.splice(0)) server.close();
});

/** Says this to whoever has asked; its port. */
function serve(answer: (visitor: Socket) => void): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer((visitor) => {
      visitors.push(visitor);
      visitor.on('error', () => visitor.destroy());
      visitor.once('data', (bytes) => (text(bytes) === 'question' ? answer(visitor) : visitor.destroy()));
    });
    servers.push(server);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    });
  });
}

const ask = (port: number, more: Partial<ExchangeRequest> = {}, address = '127.0.0.1'): Promise<string> =>
  new Promise((resolve) => {
    nodeTcp.exchange('127.0.0.1', { address, port }, { ...REQUEST, ...more }, (bytes) => resolve(text(bytes)));
  });

describe('an exchange ends', () => {
  test('with the other side', async () => {
    expect(await ask(await serve((visitor) => visitor.end('half')))).toBe('half');
  });

  test('when all is there, though the other side stays', async () => {
    const port = await serve((visitor) => {
      visitor.write('one, ');
      setTimeout(() => visitor.write('two.'), 20);
    });
    const began = performance.now();
    expect(await ask(port)).toBe('one, two.');
    expect(performance.now() - began).toBeLessThan(1_000);
  });

  test('when there is enough', async () => {
    const began = performance.now();
    expect(await ask(await serve((visitor) => visitor.write('x'.repeat(5_000))), { most: 10 })).toBe('x'.repeat(10));
    expect(performance.now() - began).toBeLessThan(1_000);
  });

  test('with patience, and what had come by then', async () => {
    expect(await ask(await serve((visitor) => visitor.write('slow')), { patience: 100 })).toBe('slow');
  });

  test('with a reset', async () => {
    expect(await ask(await serve((visitor) => visitor.resetAndDestroy()))).toBe('');
  });

  test('where nobody listens, and where no address is', async () => {
    const port = await serve((visitor) => visitor.end());
    for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
    expect(await ask(port)).toBe('');
    expect(await ask(port, {}, 'router.example')).toBe('');
    expect(await ask(0)).toBe('');
  });

  test('once, and not after it was cancelled', async () => {
    const ended: string[] = [];
    const port = await serve((visitor) => visitor.end('late.'));
    const timer: Timer = nodeTcp.exchange('127.0.0.1', { address: '127.0.0.1', port }, REQUEST, (bytes) =>
      ended.push(text(bytes)),
    );
    timer.cancel();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(ended).toEqual([]);
  });
});

describe('the gateway', () => {
  test('there is none to this machine itself', async () => {
    expect(['none', 'unknown']).toContain((await nodeHost.gatewayFor('127.0.0.1', '127.0.0.1')).kind);
  });

  test('it is an address, or a reason', async () => {
    const local = (await nodeHost.sourceFor('192.0.2.1')) ?? '127.0.0.1';
    const gateway = await nodeHost.gatewayFor('192.0.2.1', local);
    expect(gateway.kind === 'known' ? gateway.address : gateway.kind).toMatch(/^(\d+\.\d+\.\d+\.\d+|none|unknown)$/);
  });
});
