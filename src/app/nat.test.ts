import { expect, test } from 'vitest';
import { createModel, type Model } from '../../lab/model/index.ts';
import { NAT_SCENARIOS, type NetworkSpec, type RouterSpec } from '../../lab/scenarios/index.ts';
import { type NatReport, renderNat } from '../report/index.ts';
import { startNat, startReflector } from './index.ts';
import { toStrangers } from './test-lab.ts';

const PRIMARY = '198.51.100.10';

const network = (router: Partial<RouterSpec>): NetworkSpec => ({
  router: { outward: 'preserve', filtering: 'address-and-port', forwards: [], ...router },
  server: { kind: 'full' },
});

async function open(spec: NetworkSpec, seed = 1, loss = 0): Promise<Model> {
  const model = createModel(spec, { seed, loss: { out: loss, in: loss } });
  const options = { port: 3478, alternatePort: 3479, fault: null, rfc3489: false, lab: false };
  const started = await model.run(
    startReflector(model.reflector, { primary: PRIMARY, alternate: '198.51.100.20', ...options }),
  );
  if (started.kind === 'error') throw new Error(started.error.kind);
  return model;
}

const ask = (model: Model, name = PRIMARY): Promise<NatReport> => {
  const servers = [{ name, host: name, port: 3478 }];
  return model.run(startNat(model.pbx, { servers, family: null, bindAddress: '0.0.0.0' }, 'test').finished);
};

/* What it says of which network is in lab/scenarios/nat-table.ts. */

/** Those that ask for nothing more, on a line that loses nothing itself. */
const PLAIN = NAT_SCENARIOS.filter(({ asks, network: { loss } }) => Object.keys(asks).length === 0 && !loss);

test.each(PLAIN)('$name, at 5 % loss each way: seldom not known', async ({ network: spec }) => {
  let known = 0;
  for (let seed = 1; seed <= 50; seed++) {
    const report = await ask(await open(spec, seed, 0.05));
    if (report.mapping !== null && report.filtering !== null) known++;
  }
  expect(known).toBeGreaterThan(45);
});

test('the public address is told', async () => {
  expect(await ask(await open(network({})))).toMatchObject({ publicAddress: '203.0.113.44' });
});

test('the path: 20 ms there and back in the model, no jitter, no loss', async () => {
  const { path } = await ask(await open(network({})));
  expect(path).toEqual({ sent: 40, returned: 40, roundTripMs: 20, jitterMs: 0 });
});

test('a loss of the path is counted', async () => {
  const { path } = await ask(await open(network({}), 3, 0.2));
  expect(path.returned).toBeLessThan(40);
  expect(path.returned).toBeGreaterThan(10);
});

test('a server that cannot tell is named, and nothing is made up', async () => {
  const model = createModel({ ...network({}), server: { kind: 'silent' } }, { seed: 1 });
  const report = await ask(model);
  expect(report).toMatchObject({
    mapping: null,
    filtering: null,
    publicAddress: null,
    server: { state: 'unreachable' },
  });
  const [en, de] = (['en', 'de'] as const).map((language) =>
    renderNat(report, language, { columns: 400, colour: false, verbose: false }),
  );
  expect(en).toMatch(/^Server 198\.51\.100\.10:3478 does not answer\. .*--server/s);
  expect(de).toMatch(/^Server 198\.51\.100\.10:3478 antwortet nicht\. .*--server/s);
  expect(model.openSockets()).toBe(0);
});

test.each([
  ['malformed', /^What server 198\.51\.100\.10:3478 answers is not valid STUN\./],
  ['throttling', /^Server 198\.51\.100\.10:3478 limits how often it answers\./],
  ['basic', /^Server 198\.51\.100\.10:3478 cannot tell: it takes a STUN server with two addresses/],
])('of a server that is %s it says what to do next', async (state, said) => {
  const model = createModel({ ...network({}), server: { kind: 'silent' } }, { seed: 1 });
  const report = await ask(model);
  const told = { ...report, server: report.server && { ...report.server, state } };
  const text = renderNat(told, 'en', { columns: 400, colour: false, verbose: false });
  expect(text).toMatch(said);
  expect(text).toContain('--server');
});

test('cancelled, it ends at once and says so', async () => {
  const model = await open(network({}));
  const running = startNat(
    model.pbx,
    { servers: [{ name: PRIMARY, host: PRIMARY, port: 3478 }], family: null, bindAddress: '0.0.0.0' },
    'test',
  );
  await model.advance(100);
  running.cancel();
  const report = await model.run(running.finished);
  expect(report.cancelled).toBe(true);
});

test.each(['en', 'de'] as const)('reads well in %s, at any width', async (language) => {
  for (const { network: spec } of NAT_SCENARIOS) {
    const report = await ask(await open(spec));
    for (const columns of [40, 80]) {
      const text = renderNat(report, language, { columns, colour: false, verbose: false });
      expect(text).not.toMatch(/\{\{|undefined|null|nat\./);
      expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(columns);
    }
  }
});

test("a stranger's server is asked no more than ten times in any second", async () => {
  const model = await open(network({}));
  const at: number[] = [];
  const stranger = toStrangers({
    ...model.pbx,
    udp: {
      ...model.pbx.udp,
      open(local, handlers, load) {
        const socket = model.pbx.udp.open(local, handlers, load);
        const send: typeof socket.send = (bytes, to) => {
          if (to.address.startsWith('198.51.100.')) at.push(model.now());
          socket.send(bytes, to);
        };
        return { send, close: () => socket.close() };
      },
    },
  });
  const servers = [{ name: PRIMARY, host: PRIMARY, port: 3478 }];
  const { mapping, filtering } = await model.run(
    startNat(stranger, { servers, family: null, bindAddress: '0.0.0.0' }, 'test').finished,
  );
  expect([mapping, filtering]).toEqual(['endpoint-independent', 'address-and-port-dependent']);
  const busiest = Math.max(...at.map((begin) => at.filter((time) => time >= begin && time < begin + 1000).length));
  expect(busiest).toBeLessThanOrEqual(10);
});
