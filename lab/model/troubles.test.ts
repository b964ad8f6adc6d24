import { describe, expect, it } from 'vitest';
import { ALTERNATE, OTHER_LINE, PBX, PUBLIC } from './addresses.ts';
import { createModel, type Model } from './model.ts';
import { A1, A2, at, behind, ONE_TO_ONE, onPbx, onReflector, P, PUBLIC_P, seen } from './test-hosts.ts';

const PATIENCE = 3000;

describe('a second line', () => {
  const OTHER = at(PBX, 9001);
  const model = () =>
    createModel(behind({ ...ONE_TO_ONE, otherLine: [{ from: 9001, to: 9001 }] }), { seed: 1, trace: true });

  it('is left by its ports alone, each under its own number, and answers find the way back', async () => {
    const lab = model();
    const [p, other, server] = [await onPbx(lab, P), await onPbx(lab, OTHER), await onReflector(lab, A1)];
    expect(await seen(lab, server, p)).toEqual(PUBLIC_P);
    expect(await seen(lab, server, other)).toEqual(at(OTHER_LINE, 9001));
    expect(await seen(lab, other, server, at(OTHER_LINE, 9001))).toEqual(A1);
  });

  it('forwards nothing: what comes there unasked is for nobody, and at the first line it is as before', async () => {
    const lab = model();
    const [other, stranger] = [await onPbx(lab, OTHER), await onReflector(lab, A2)];
    expect(await seen(lab, other, stranger, at(OTHER_LINE, 9001))).toBe(null);
    expect(await seen(lab, other, stranger, at(PUBLIC, 9001))).toEqual(A2);
  });
});

it('a PBX in the network of the server is seen with its private address, and everybody gets through', async () => {
  const lab = createModel(behind(null, { inside: true }), { seed: 1 });
  const [p, server, stranger] = [await onPbx(lab, P), await onReflector(lab, A1), await onReflector(lab, A2)];
  expect(await seen(lab, server, p)).toEqual(P);
  expect(await seen(lab, p, stranger)).toEqual(at(ALTERNATE, 3479));
});

describe('a user without rights', () => {
  const lab = () => createModel(behind(null, { withoutRights: true }), { seed: 1 });

  it.each([1, 443, 1023])('has no UDP port %i', async (port) => {
    await expect(onPbx(lab(), at('0.0.0.0', port))).rejects.toEqual({ kind: 'permission', code: 'EACCES' });
  });

  it.each([0, 1024, 9000])('has UDP port %i', async (port) => {
    expect((await onPbx(lab(), at('0.0.0.0', port))).local.port).toSatisfy((got: number) =>
      port === 0 ? got >= 32_768 : got === port,
    );
  });

  it('has no low TCP port, and sees nothing beside its sockets', async () => {
    const { pbx, run } = lab();
    const ignore = () => undefined;
    const failure = new Promise((resolve) => {
      pbx.tcp.listen(at('0.0.0.0', 443), { bound: resolve, failed: resolve, connected: ignore, arrived: ignore });
    });
    expect(await run(failure)).toEqual({ kind: 'permission', code: 'EACCES' });
    expect(await run(pbx.live.hindrance({ family: 'ipv4', udp: [] }))).toMatchObject({ kind: 'permission' });
  });
});

describe('a holder that listens for its own machine alone', () => {
  const callTo = async (lab: Model, port: number): Promise<string> =>
    lab.run(
      new Promise((resolve) => {
        lab.reflector.tcp.call(ALTERNATE, at(PUBLIC, port), new Uint8Array(4), PATIENCE, resolve);
      }),
    );

  it('refuses who comes from outside, and has the port all the same', async () => {
    const lab = createModel(behind(null, { heldTcp: [5060], heldTcpInside: [5090] }), { seed: 1 });
    expect([await callTo(lab, 5060), await callTo(lab, 5090)]).toEqual(['connected', 'refused']);
    const ignore = () => undefined;
    const failure = new Promise((resolve) => {
      lab.pbx.tcp.listen(at('0.0.0.0', 5090), { bound: resolve, failed: resolve, connected: ignore, arrived: ignore });
    });
    expect(await lab.run(failure)).toMatchObject({ kind: 'in-use' });
  });
});

it('a line that loses one of four loses just that, each way, and none by chance', async () => {
  const lab = createModel(behind(null, { loss: { out: 1, in: 1, every: 4 } }), { seed: 1, loss: { out: 0, in: 0 } });
  const [p, server] = [await onPbx(lab, PUBLIC_P), await onReflector(lab, A1)];
  const heard: boolean[] = [];
  for (let count = 0; count < 8; count++) heard.push((await seen(lab, server, p)) !== null);
  for (let count = 0; count < 8; count++) heard.push((await seen(lab, p, server)) !== null);
  const oneOfFour = [false, true, true, true];
  expect(heard).toEqual([...oneOfFour, ...oneOfFour, ...oneOfFour, ...oneOfFour]);
});

it('a loss that is there always is no matter of the matrix', async () => {
  const network = behind(null, { loss: { out: 0, in: 1, always: true } });
  const lab = createModel(network, { seed: 1, loss: { out: 1, in: 0 } });
  const [p, server] = [await onPbx(lab, PUBLIC_P), await onReflector(lab, A1)];
  expect(await seen(lab, server, p)).toEqual(PUBLIC_P);
  expect(await seen(lab, p, server)).toBe(null);
});
