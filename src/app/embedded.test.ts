import { expect, test } from 'vitest';
import { createModel } from '../../lab/model/index.ts';
import { EMBEDDED, startCheck, startReflector } from './index.ts';
import { REQUEST } from './test-lab.ts';

test('checker and reflector have three addresses of the loopback network', () => {
  const { checker, options } = EMBEDDED;
  const addresses = [checker, options.primary, options.alternate];
  expect(new Set(addresses).size).toBe(3);
  expect(addresses.filter((address) => !address.startsWith('127.'))).toEqual([]);
});

test('whoever asks for it asks the reflector that it starts', () => {
  const { primary, port, options } = EMBEDDED;
  expect({ primary, port }).toEqual({ primary: options.primary, port: options.port });
});

test('its name is no address and no name that a resolver could know', () => {
  expect(EMBEDDED.name).toMatch(/^[a-z]+$/);
});

test('a trial on one machine alone finds every port open', async () => {
  const model = createModel({ router: null, server: { kind: 'down' } }, { seed: 1 });
  const started = await model.run(startReflector(model.pbx, { ...EMBEDDED.options, fault: null, rfc3489: false }));
  expect(started.kind).toBe('ok');
  const server = { name: EMBEDDED.name, host: EMBEDDED.primary, port: EMBEDDED.port };
  const request = { ...REQUEST, servers: [server], bindAddress: EMBEDDED.checker };
  const { report } = await model.run(startCheck(model.pbx, request, 'lab').finished);
  expect(report).toMatchObject({ verdict: 'supported', publicAddresses: ['127.0.0.1'] });
  if (started.kind === 'ok') started.value.close();
  expect(model.openSockets()).toBe(0);
});
