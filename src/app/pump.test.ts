import { describe, expect, test } from 'vitest';
import type { Endpoint, Milliseconds } from '../base/index.ts';
import type { Engine, Input, Output } from '../engine/index.ts';
import type { System, UdpHandlers } from '../system/index.ts';
import { type Pump, pump } from './pump.ts';

type Seen = string;

/** An engine that does what a test tells it to, and complains about being used in another way than it may be. */
class Script implements Engine<Seen> {
  readonly inputs: Input[] = [];
  readonly times: Milliseconds[] = [];
  /** How often it was asked what to do next. */
  asked = 0;
  outputs: Output<Seen>[] = [];
  react: (input: Input) => void = () => undefined;
  /** What it says when there is nothing else to be said. */
  otherwise: Output<Seen> = { kind: 'wait', until: Number.POSITIVE_INFINITY };
  #inside = false;

  handle(input: Input, now: Milliseconds): void {
    this.#alone(now, () => {
      this.inputs.push(input);
      this.react(input);
    });
  }

  next(now: Milliseconds): Output<Seen> {
    this.asked++;
    return this.#alone(now, () => this.outputs.shift() ?? this.otherwise);
  }

  #alone<T>(now: Milliseconds, work: () => T): T {
    if (this.#inside) throw new Error('the engine is at work already');
    this.#inside = true;
    this.times.push(now);
    try {
      return work();
    } finally {
      this.#inside = false;
    }
  }

  get kinds(): string[] {
    return this.inputs.map(({ kind }) => kind);
  }
}

interface FakeSocket {
  readonly local: Endpoint;
  readonly handlers: UdpHandlers;
  readonly sent: Endpoint[];
  closed: number;
}

const LOCAL = { address: '192.0.2.1', port: 5060 };
const PEER = { address: '198.51.100.10', port: 3478 };
const BYTES = new Uint8Array([1]);
const FAILURE = { kind: 'other', code: 'EIO' } as const;

const open = (socket: number): Output<Seen> => ({ kind: 'open', socket, local: { ...LOCAL, port: socket } });
const send = (socket: number): Output<Seen> => ({ kind: 'send', socket, bytes: BYTES, to: PEER });
const observed = (observation: Seen): Output<Seen> => ({ kind: 'observed', observation });
const wait = (until: Milliseconds): Output<Seen> => ({ kind: 'wait', until });
const close = (socket: number): Output<Seen> => ({ kind: 'close', socket });
const DONE: Output<Seen> = { kind: 'done' };

/** A machine whose sockets and clock belong to the test. */
function bench(script: Script = new Script(), tcp: Partial<System['tcp']> = {}) {
  const sockets: FakeSocket[] = [];
  const timers = new Set<{ readonly at: Milliseconds; readonly callback: () => void }>();
  const world = { now: 0, onSend: (_: FakeSocket): void => undefined, onOpen: (): void => undefined };
  const seen: Seen[] = [];
  const system = {
    tcp,
    clock: {
      now: () => world.now,
      date: () => new Date(0),
      at: (at: Milliseconds, callback: () => void) => {
        const timer = { at, callback };
        timers.add(timer);
        return { cancel: () => void timers.delete(timer) };
      },
    },
    udp: {
      freeSockets: () => 100,
      open: (local: Endpoint, handlers: UdpHandlers) => {
        world.onOpen();
        const socket: FakeSocket = { local, handlers, sent: [], closed: 0 };
        sockets.push(socket);
        return {
          send: (_: Uint8Array, to: Endpoint) => {
            socket.sent.push(to);
            world.onSend(socket);
          },
          close: () => void socket.closed++,
        };
      },
    },
  } as unknown as System;
  const run = (outputs: readonly Output<Seen>[], listen: (what: Seen) => void = (what) => seen.push(what)): Pump => {
    script.outputs.push(...outputs);
    return pump(script, system, listen);
  };
  /** Lets that time come. */
  const advance = (to: Milliseconds) => {
    world.now = to;
    for (const timer of [...timers].filter(({ at }) => at <= to)) {
      timers.delete(timer);
      timer.callback();
    }
  };
  const due = () => [...timers].map(({ at }) => at);
  return { script, run, sockets, seen, world, advance, due };
}

const socketOf = ({ sockets }: ReturnType<typeof bench>, which: number): FakeSocket => {
  const socket = sockets[which];
  if (!socket) throw new Error(`socket ${which} was not opened`);
  return socket;
};

const isSettled = (promise: Promise<unknown>): Promise<boolean> =>
  Promise.race([
    promise.then(
      () => true,
      () => true,
    ),
    new Promise<boolean>((resolve) => {
      setImmediate(() => resolve(false));
    }),
  ]);

test('carries out the outputs in their order, until it is to wait', () => {
  const b = bench();
  b.run([open(5060), open(5061), send(5060), observed('a'), observed('b'), wait(50), observed('never')]);
  expect(b.sockets.map(({ local }) => local.port)).toEqual([5060, 5061]);
  expect(b.sockets.map(({ sent }) => sent)).toEqual([[PEER], []]);
  expect(b.seen).toEqual(['a', 'b']);
  expect(b.due()).toEqual([50]);
});

test('tells the engine what comes, from which socket', () => {
  const b = bench();
  b.run([open(5060)]);
  const { handlers } = socketOf(b, 0);
  const given = { ...LOCAL, port: 41_000 };
  handlers.bound(given);
  handlers.datagram(BYTES, PEER);
  handlers.notSent(FAILURE);
  handlers.failed(FAILURE);
  expect(b.script.inputs).toEqual([
    { kind: 'bound', socket: 5060, local: given },
    { kind: 'datagram', socket: 5060, bytes: BYTES, from: PEER },
    { kind: 'not-sent', socket: 5060, failure: FAILURE },
    { kind: 'bind-failed', socket: 5060, failure: FAILURE },
  ]);
});

test('closes what it is told to, and sends nothing from there any more', () => {
  const b = bench();
  b.run([open(5060), open(5061), close(5060), send(5060), close(5060)]);
  expect(b.sockets.map(({ closed }) => closed)).toEqual([1, 0]);
  expect(socketOf(b, 0).sent).toEqual([]);
});

test('connects, hands the answer over, and ends what is under way with the engine', () => {
  const ended: ((bytes: Uint8Array) => void)[] = [];
  let cancelled = 0;
  const exchange: System['tcp']['exchange'] = (_from, _to, _request, done) => {
    ended.push(done);
    return { cancel: () => cancelled++ };
  };
  const b = bench(new Script(), { exchange });
  const request = { bytes: BYTES, patience: 100, most: 10, isWhole: () => false };
  const begin = (number: number): Output<Seen> => ({
    ...{ kind: 'exchange', exchange: number, from: LOCAL.address, to: PEER, request },
  });
  b.run([begin(1), begin(2)]);
  b.script.outputs.push(wait(50));
  ended[0]?.(BYTES);
  expect(b.script.inputs).toEqual([{ kind: 'exchanged', exchange: 1, bytes: BYTES }]);
  b.script.otherwise = DONE;
  b.advance(50);
  expect([ended.length, cancelled]).toEqual([2, 1]);
});

describe('the timer', () => {
  test('wakes the engine when it wants to be woken', () => {
    const b = bench();
    b.run([wait(50)]);
    b.advance(50);
    expect(b.script.kinds).toEqual(['tick']);
    expect(b.due()).toEqual([]);
  });

  test('is there once, for the earliest time', async () => {
    const b = bench();
    b.run([open(5060), wait(50)]);
    b.script.outputs.push(wait(80));
    socketOf(b, 0).handlers.bound(LOCAL);
    expect(b.due()).toEqual([50]);
    b.script.outputs.push(wait(20));
    socketOf(b, 0).handlers.datagram(BYTES, PEER);
    await Promise.resolve();
    expect(b.due()).toEqual([20]);
  });

  test('what comes at one time is answered together', async () => {
    const b = bench();
    b.run([open(5060), wait(50)]);
    socketOf(b, 0).handlers.bound(LOCAL);
    const before = b.script.asked;
    for (let count = 0; count < 64; count++) socketOf(b, 0).handlers.datagram(BYTES, PEER);
    expect(b.script.asked).toBe(before);
    await Promise.resolve();
    expect(b.script.asked).toBe(before + 1);
  });

  test('is not there when only a packet is waited for', () => {
    const b = bench();
    b.run([wait(Number.POSITIVE_INFINITY)]);
    expect(b.due()).toEqual([]);
  });

  test('does not outlive the run', async () => {
    const b = bench();
    const { done, cancel } = b.run([wait(50)]);
    b.script.otherwise = DONE;
    cancel();
    await done;
    expect(b.due()).toEqual([]);
  });
});

describe('the end', () => {
  test('comes when the engine is done, and closes what is still open', async () => {
    const b = bench();
    const { done } = b.run([open(5060), open(5061), close(5060), DONE]);
    await done;
    expect(b.sockets.map(({ closed }) => closed)).toEqual([1, 1]);
  });

  test('does not come before', async () => {
    const b = bench();
    const { done } = b.run([open(5060), wait(50)]);
    expect(await isSettled(done)).toBe(false);
    expect(socketOf(b, 0).closed).toBe(0);
  });

  test('is the end: the engine hears of nothing afterwards', async () => {
    const b = bench();
    const { done, cancel } = b.run([open(5060), DONE]);
    await done;
    const { handlers } = socketOf(b, 0);
    handlers.bound(LOCAL);
    handlers.datagram(BYTES, PEER);
    handlers.failed(FAILURE);
    cancel();
    expect(b.script.inputs).toEqual([]);
  });
});

describe('cancelling', () => {
  test('is handed to the engine, which ends in its own way', async () => {
    const b = bench();
    const { done, cancel } = b.run([open(5060), wait(50)]);
    b.script.react = ({ kind }) => {
      if (kind === 'cancel') b.script.outputs.push(observed('cancelled'), close(5060), DONE);
    };
    cancel();
    await done;
    expect(b.seen).toEqual(['cancelled']);
    expect(socketOf(b, 0).closed).toBe(1);
  });

  test('by whoever hears of an observation does not enter the engine twice', async () => {
    const b = bench();
    const { done, cancel } = b.run([open(5060), wait(50)], () => cancel());
    b.script.react = ({ kind }) => {
      if (kind === 'bound') b.script.outputs.push(observed('a'), send(5060));
      if (kind === 'cancel') b.script.otherwise = DONE;
    };
    socketOf(b, 0).handlers.bound(LOCAL);
    await done;
    expect(b.script.kinds).toEqual(['bound', 'cancel']);
  });
});

describe('an input in the middle of the work', () => {
  test('such as a packet that the system refuses at once, is heard, and the work goes on', () => {
    const b = bench();
    b.world.onSend = ({ handlers }) => handlers.notSent(FAILURE);
    b.run([open(5060), send(5060), observed('after the first'), send(5060), observed('after the second')]);
    expect(b.script.kinds).toEqual(['not-sent', 'not-sent']);
    expect(b.seen).toEqual(['after the first', 'after the second']);
  });

  test('is answered at once, also where that is another packet that is refused', () => {
    const b = bench();
    b.world.onSend = ({ handlers }) => handlers.notSent(FAILURE);
    b.script.react = () => {
      if (b.script.inputs.length < 50_000) b.script.outputs.push(send(5060));
    };
    b.run([open(5060), send(5060)]);
    expect(b.script.inputs).toHaveLength(50_000);
  });

  test('does not turn the clock of the engine back', () => {
    const b = bench();
    b.world.onSend = ({ handlers }) => {
      b.world.now += 10;
      handlers.notSent(FAILURE);
    };
    b.run([open(5060), send(5060), send(5060), observed('a')]);
    expect(b.script.times).toEqual(b.script.times.toSorted((one, other) => one - other));
  });
});

describe('when something throws', () => {
  const broken = (): never => {
    throw new Error('broken');
  };

  /** Sockets and timer are gone, and the run says why. */
  async function expectEnd(b: ReturnType<typeof bench>, { done, cancel }: Pump): Promise<void> {
    await expect(done).rejects.toThrow('broken');
    expect(b.sockets.map(({ closed }) => closed)).toEqual(b.sockets.map(() => 1));
    expect(b.due()).toEqual([]);
    const heard = b.script.inputs.length;
    cancel();
    for (const { handlers } of b.sockets) handlers.datagram(BYTES, PEER);
    expect(b.script.inputs).toHaveLength(heard);
  }

  test('the engine while it takes an input', async () => {
    const b = bench();
    const run = b.run([open(5060), open(5061), wait(50)]);
    b.script.react = broken;
    socketOf(b, 0).handlers.bound(LOCAL);
    await expectEnd(b, run);
  });

  test('the engine while it is woken', async () => {
    const b = bench();
    const run = b.run([open(5060), wait(50)]);
    b.script.react = broken;
    b.advance(50);
    await expectEnd(b, run);
  });

  test('the engine while it is cancelled', async () => {
    const b = bench();
    const run = b.run([open(5060), wait(50)]);
    b.script.react = broken;
    run.cancel();
    await expectEnd(b, run);
  });

  test('the engine when it is asked what to do', async () => {
    const script = new Script();
    const b = bench(script);
    const outputs = [open(5060), open(5061)];
    script.next = () => outputs.shift() ?? broken();
    await expectEnd(b, b.run([]));
  });

  test('whoever hears of an observation', async () => {
    const b = bench();
    await expectEnd(
      b,
      b.run(
        [open(5060), open(5061), wait(50), observed('a')].filter(({ kind }) => kind !== 'wait'),
        broken,
      ),
    );
  });

  test('the system while it sends', async () => {
    const b = bench();
    b.world.onSend = broken;
    await expectEnd(b, b.run([open(5060), open(5061), send(5060)]));
  });

  test('the system while it opens a socket', async () => {
    const b = bench();
    b.world.onOpen = () => {
      if (b.sockets.length === 2) broken();
    };
    await expectEnd(b, b.run([open(5060), open(5061), open(5062)]));
    expect(b.sockets).toHaveLength(2);
  });
});
