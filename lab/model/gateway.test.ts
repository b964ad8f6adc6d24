import { expect, test } from 'vitest';
import type { Tcp } from '../../src/system/index.ts';
import { createModel, type Model } from './index.ts';
import { A1, at, behind, ONE_TO_ONE, onPbx, onReflector, P, PUBLIC_P, ROUTER, seen } from './test-hosts.ts';

const GATEWAY = '192.168.0.1';

const open = (speaks: NonNullable<typeof ROUTER.speaks>, inside?: string): Model =>
  createModel(behind({ ...ROUTER, speaks }, inside === undefined ? {} : { outer: { inside } }), { seed: 1 });

/** What comes back to a datagram, in hexadecimal, and from where. */
async function ask(model: Model, bytes: readonly number[], port: number, address = GATEWAY): Promise<string[]> {
  const heard: string[] = [];
  const socket = model.pbx.udp.open(at('0.0.0.0', 0), {
    bound: () => socket.send(Uint8Array.from(bytes), at(address, port)),
    failed: () => heard.push('failed'),
    notSent: () => heard.push('not sent'),
    datagram: (answer, from) => heard.push(`${from.address}:${from.port} ${Buffer.from(answer).toString('hex')}`),
  });
  await model.advance(100);
  socket.close();
  return heard;
}

type Request = Parameters<Tcp['exchange']>[2];

function exchange(model: Model, text: string, port: number, patience = 1_000): Promise<string> {
  const request: Request = { bytes: new TextEncoder().encode(text), patience, most: 10_000, isWhole: () => false };
  return model.run(
    new Promise((resolve) => {
      model.pbx.tcp.exchange('0.0.0.0', at(GATEWAY, port), request, (bytes) =>
        resolve(new TextDecoder().decode(bytes)),
      );
    }),
  );
}

test('it answers what it speaks, and nothing else', async () => {
  const model = open({ protocols: ['nat-pmp'] });
  expect(await ask(model, [0, 0], 5351)).toEqual([`${GATEWAY}:5351 0080000000000009cb00712c`]);
  expect(await ask(model, [2, 0], 5351)).toEqual([`${GATEWAY}:5351 0080000100000009`]);
  expect(await ask(model, [1], 1900)).toEqual([]);
  expect(await ask(model, [0, 0], 5351, '192.168.0.50')).toEqual([]);
  expect(await ask(open({ protocols: [] }), [0, 0], 5351)).toEqual([]);
  expect(await ask(open({ protocols: ['pcp'] }), [0, 0], 5351)).toEqual([`${GATEWAY}:5351 02800001${'00'.repeat(20)}`]);
});

test('with a second NAT it has an address of that one', async () => {
  expect(await ask(open({ protocols: ['nat-pmp'] }, '100.64.0.2'), [0, 0], 5351)).toEqual([
    `${GATEWAY}:5351 008000000000000964400002`,
  ]);
});

test('connections: answered, refused, and left without a word', async () => {
  const model = open({ protocols: ['upnp'] });
  expect(await exchange(model, 'GET /igd.xml HTTP/1.1\r\n\r\n', 5000)).toContain('WANIPConnection:1');
  expect(await exchange(model, 'GET /else HTTP/1.1\r\n\r\n', 5000)).toContain('404');
  expect(await exchange(model, 'GET / HTTP/1.1\r\n\r\n', 80)).toBe('');
  const hanging = open({ protocols: ['upnp'], fault: 'hangs' });
  expect(await exchange(hanging, 'GET /igd.xml HTTP/1.1\r\n\r\n', 5000, 300)).toBe('');
  expect([hanging.now(), model.openSockets(), hanging.openSockets()]).toEqual([300, 0, 0]);
});

test('two NATs in a row: both translate, and both have to forward', async () => {
  const inside = '100.64.0.2';
  const ports = [{ from: 9000, to: 9000 }];
  for (const [router, forwards, expected] of [
    [ONE_TO_ONE, ports, true],
    [ONE_TO_ONE, [], false],
    [ROUTER, ports, false],
  ] as const) {
    const model = createModel(behind(router, { outer: { inside, forwards } }), { seed: 1 });
    const [pbx, reflector] = [await onPbx(model, P), await onReflector(model, A1)];
    expect((await seen(model, pbx, reflector, PUBLIC_P)) !== null).toBe(expected);
    expect(await seen(model, reflector, pbx)).toEqual(PUBLIC_P);
    expect(await seen(model, pbx, reflector, PUBLIC_P)).toEqual(A1);
  }
});
