import { describe, expect, test } from 'vitest';
import { createModel, type Model } from '../../lab/model/index.ts';
import { type Endpoint, formatEndpoint } from '../base/index.ts';
import {
  BINDING,
  type CallState,
  decodeMessage,
  encodeMessage,
  FULLCONE_CALL,
  FULLCONE_CALLED,
  FULLCONE_CAPABILITIES,
  FULLCONE_HELLO,
  FULLCONE_TOKEN,
  type Message,
  makeAttribute,
  type RawAttribute,
  readAttribute,
} from '../stun/index.ts';
import type { CallOutcome, System, UdpHandlers } from '../system/index.ts';
import { type ReflectorOptions, type RunningReflector, startReflector } from './reflector.ts';

const OPTIONS: ReflectorOptions = {
  primary: '198.51.100.10',
  alternate: '198.51.100.20',
  port: 3478,
  alternatePort: 3479,
  fault: null,
  rfc3489: false,
  lab: false,
};
const PRIMARY = { address: '198.51.100.10', port: 3478 };
const ALTERNATE = { address: '198.51.100.20', port: 3479 };
const ID = new Uint8Array(12);
const CALL_ID = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
const HELLO = makeAttribute(FULLCONE_HELLO, { version: 1, filler: 0 }, ID);

/** Connections that never end by themselves, but by the test. */
function fakeTcp() {
  const calls: { from: string; to: string; bytes: number[]; patience: number; end: (outcome: CallOutcome) => void }[] =
    [];
  let cancelled = 0;
  const tcp: System['tcp'] = {
    listen: () => {
      throw new Error('a reflector listens for no connections');
    },
    call(from, to, bytes, patience, end) {
      calls.push({ from, to: formatEndpoint(to), bytes: [...bytes], patience, end });
      return { cancel: () => cancelled++ };
    },
    exchange: () => {
      throw new Error('a reflector asks nobody');
    },
  };
  return { tcp, calls, cancelled: () => cancelled };
}

interface Lab {
  readonly model: Model;
  readonly fake: ReturnType<typeof fakeTcp>;
  readonly running: RunningReflector;
  /** What comes back to one port of the PBX. */
  ask(attributes: readonly RawAttribute[], to?: Endpoint): Promise<Message[]>;
}

async function lab(overrides: Partial<ReflectorOptions> = {}): Promise<Lab> {
  const model = createModel({ router: null, server: { kind: 'full' } }, { seed: 1 });
  const fake = fakeTcp();
  const started = await model.run(startReflector({ ...model.reflector, tcp: fake.tcp }, { ...OPTIONS, ...overrides }));
  if (started.kind === 'error') throw new Error(JSON.stringify(started.error));
  const ask = async (attributes: readonly RawAttribute[], to = PRIMARY): Promise<Message[]> => {
    const heard: Message[] = [];
    const ignore = (): null => null;
    const handlers: UdpHandlers = {
      bound: () => socket.send(encodeMessage({ class: 'request', method: BINDING, transactionId: ID, attributes }), to),
      failed: ignore,
      datagram: (bytes) => {
        const decoded = decodeMessage(bytes);
        if (decoded.kind === 'message') heard.push(decoded.message);
      },
      notSent: ignore,
    };
    const socket = model.pbx.udp.open({ address: '0.0.0.0', port: 9000 }, handlers);
    await model.advance(1_000);
    socket.close();
    return heard;
  };
  return { model, fake, running: started.value, ask };
}

async function tokenOf({ ask }: Lab): Promise<RawAttribute> {
  const [answer] = await ask([HELLO]);
  const token = answer && readAttribute(answer, FULLCONE_TOKEN);
  if (token?.kind !== 'ok') throw new Error('no token');
  return makeAttribute(FULLCONE_TOKEN, token.value, ID);
}

const order = (...ports: number[]) => makeAttribute(FULLCONE_CALL, { id: CALL_ID, ports }, ID);

/** The states in the one answer. */
function statesIn(heard: readonly Message[]): CallState[] {
  const [answer, ...more] = heard;
  const called = answer && readAttribute(answer, FULLCONE_CALLED);
  if (called?.kind !== 'ok' || more.length > 0) throw new Error('not one answer with states');
  return called.value.ports.map(({ state }) => state);
}

describe('an order to call', () => {
  test('is carried out from the other address, and answered at once', async () => {
    const at = await lab();
    expect(statesIn(await at.ask([await tokenOf(at), order(5060, 443)]))).toEqual(['under-way', 'under-way']);
    const [address] = at.model.pbx.host.addresses();
    expect(at.fake.calls.map(({ end, ...rest }) => rest)).toEqual([
      { from: '198.51.100.20', to: `${address}:5060`, bytes: [...CALL_ID, 0x13, 0xc4], patience: 5_000 },
      { from: '198.51.100.20', to: `${address}:443`, bytes: [...CALL_ID, 0x01, 0xbb], patience: 5_000 },
    ]);
    expect(at.running.counts()).toMatchObject({ received: 2, answered: 2 });
  });

  test('given to the alternate address is carried out from the primary one', async () => {
    const at = await lab();
    await at.ask([await tokenOf(at), order(5060)], ALTERNATE);
    expect(at.fake.calls.map(({ from }) => from)).toEqual(['198.51.100.10']);
  });

  test('calls once, however often it is given, and tells what has happened since', async () => {
    const at = await lab();
    const [token, ports] = [await tokenOf(at), [1, 2, 3, 4, 5, 6]];
    await at.ask([token, order(...ports)]);
    for (const [index, end] of (['connected', 'refused', 'timed-out', 'unreachable', 'failed'] as const).entries())
      at.fake.calls[index]?.end(end);
    const states = ['connected', 'refused', 'timed-out', 'unreachable', 'not-called', 'under-way'];
    expect(statesIn(await at.ask([token, order(...ports)]))).toEqual(states);
    expect(statesIn(await at.ask([token, order(...ports)], ALTERNATE))).toEqual(states);
    expect(at.fake.calls).toHaveLength(6);
    at.fake.calls[5]?.end('connected');
    await at.model.advance(61_000);
    expect(statesIn(await at.ask([token, order(6)]))).toEqual(['under-way']);
    expect(at.fake.calls).toHaveLength(7);
  });

  test('without a token is refused', async () => {
    const at = await lab();
    expect(await at.ask([order(5060)])).toMatchObject([{ class: 'error' }]);
    expect(at.fake.calls).toEqual([]);
  });

  test('is neither served nor promised with one address', async () => {
    const at = await lab({ alternate: null });
    const heard = await at.ask([HELLO, await tokenOf(at), order(5060)]);
    const capabilities = heard.map((message) => readAttribute(message, FULLCONE_CAPABILITIES));
    expect(capabilities).toMatchObject([{ kind: 'ok', value: { calls: false } }]);
    expect(heard.map((message) => readAttribute(message, FULLCONE_CALLED))).toEqual([null]);
    expect(at.fake.calls).toEqual([]);
  });

  test('ends with the reflector', async () => {
    const at = await lab();
    await at.ask([await tokenOf(at), order(1, 2, 3)]);
    at.fake.calls[1]?.end('connected');
    at.running.close();
    at.running.close();
    expect(at.fake.cancelled()).toBe(2);
    expect(at.model.openSockets()).toBe(0);
  });
});
