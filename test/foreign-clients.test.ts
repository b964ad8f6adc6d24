import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, type TestContext, test } from 'vitest';
import { type RunningReflector, startReflector } from '../src/app/reflector.ts';
import { nodeSystem } from '../src/system/node/index.ts';

/*
 * coturn's clients are not ours: what they understand, others will. They bind 0.0.0.0 and are sent answers from
 * 127.0.0.2 and .3, which exist on Linux only.
 */

const run = promisify(execFile);
const [PRIMARY, ALTERNATE] = ['127.0.0.2', '127.0.0.3'];
const LIMIT = 15_000;

let running: RunningReflector;
let port: number;

beforeAll(async () => {
  ({ running, port } = await startOnFreePorts());
});
afterAll(() => running.close());

async function startOnFreePorts(): Promise<{ running: RunningReflector; port: number }> {
  for (let port = 34_780; port < 34_880; port += 2) {
    const started = await startReflector(nodeSystem(), {
      primary: PRIMARY,
      alternate: ALTERNATE,
      port,
      alternatePort: port + 1,
      fault: null,
      rfc3489: false,
      lab: false,
    });
    if (started.kind === 'ok') return { running: started.value, port };
    if (started.error.kind !== 'in-use') throw new Error(JSON.stringify(started.error));
  }
  throw new Error('no free ports');
}

/** Where it has to run, a missing client is a failure: a check that skips itself has not checked. */
async function client(context: TestContext, name: string, ...args: string[]): Promise<string> {
  try {
    return (await run(name, [...args, '-p', `${port}`, PRIMARY], { timeout: LIMIT })).stdout;
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (missing && !process.env['CI']) context.skip(`${name} is not installed; it comes with coturn`);
    throw error;
  }
}

test('turnutils_stunclient learns its mapping and the other address', async (context) => {
  const said = await client(context, 'turnutils_stunclient');
  expect(said).toContain(`Response origin: : ${PRIMARY}:${port}`);
  expect(said).toContain(`Other addr: : ${ALTERNATE}:${port + 1}`);
  expect(said).toContain(`Response origin: : ${ALTERNATE}:${port + 1}`);
  expect(said).toMatch(/UDP reflexive addr: 127\.0\.0\.1:\d+/);
});

test('turnutils_natdiscovery finds no NAT, neither by mapping nor by filtering', async (context) => {
  const said = await client(context, 'turnutils_natdiscovery', '-m', '-f');
  expect(said).toContain('NAT with Endpoint Independent Mapping!');
  expect(said).toContain('NAT with Endpoint Independent Filtering!');
  expect(said).toContain('No ALG: Mapped == XOR-Mapped');
});

test('turnutils_natdiscovery finds the same with 1500 bytes of PADDING', async (context) => {
  const said = await client(context, 'turnutils_natdiscovery', '-m', '-f', '-P');
  expect(said).toContain('NAT with Endpoint Independent Mapping!');
  expect(said).toContain('NAT with Endpoint Independent Filtering!');
});
