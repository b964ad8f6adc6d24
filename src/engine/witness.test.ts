import { describe, expect, it } from 'vitest';
import { type Endpoint, endpoint } from '../base/index.ts';
import type { Question } from '../plan/index.ts';
import type { IcmpError } from '../system/index.ts';
import { bindingRequest } from './answer.ts';
import { RangeCheck } from './index.ts';
import { Outbox } from './outbox.ts';
import type { PortSubject } from './port-asker.ts';
import { PortState } from './port-state.ts';
import { ServerCheck } from './server-check.ts';
import { closed, drive, failure, honest, success } from './test-network.ts';
import { ALTERNATE, ALTERNATE_FIRST, chance, PRIMARY, planOf, STRANGER, seenFrom } from './test-plan.ts';
import { type Pending, Transactions } from './transactions.ts';
import type { Observation } from './types.ts';
import { Witness } from './witness.ts';

const PBX = endpoint('192.168.0.100', 9000);
const ROUTER = '192.168.0.1';

interface Sent {
  readonly id: Uint8Array;
  readonly pending: Pending<PortSubject>;
}

function open(bindAddress = '0.0.0.0') {
  const outbox = new Outbox<Observation>();
  const plan = planOf([9000, 9001], {}, { bindAddress });
  const transactions = new Transactions<PortSubject>(chance());
  const openPorts = new Set([9000, 9001]);
  const witness = new Witness({
    plan,
    outbox,
    find: (id) => transactions.find(id),
    isOpen: (port) => openPorts.has(port),
  });
  const send = (question: Question, attempt = 1, port = 9000): Sent => {
    const step = plan.steps[question];
    if (!step) throw new Error(question);
    const ask = { state: new PortState(port), question, step, dueAt: 0, sent: [], over: false, wrong: new Set() };
    return transactions.open({ kind: 'port', ask, attempt, batch: null } as PortSubject, 1000);
  };
  const told = (): Observation[] => {
    const seen: Observation[] = [];
    for (let output = outbox.shift(); output; output = outbox.shift())
      if (output.kind === 'observed') seen.push(output.observation);
    return seen;
  };
  const capture = ({ id }: Sent, from: Endpoint, to = PBX, bytes = success(id, seenFrom(9000))) =>
    witness.captured({ bytes, from, to }, 2000);
  const passOn = ({ id }: Sent, from: Endpoint, to = BOX) =>
    witness.passedOn({ bytes: success(id, seenFrom(9000)), from, to }, 2001);
  const turnBack = (error: Partial<IcmpError>) =>
    witness.turnedBack(
      { by: ROUTER, type: 3, code: 13, from: PBX, to: PRIMARY, quoted: new Uint8Array(), ...error },
      2000,
    );
  return { witness, outbox, openPorts, send, told, capture, passOn, turnBack };
}

const CAPTURED = { kind: 'captured', at: 2000, port: 9000, question: 'cold', attempt: 1 };

const BOX = { address: '172.17.0.2', port: 9000 };

describe('a packet that leaves for another machine', () => {
  it('is told if it had come for the port before', () => {
    const { send, capture, passOn, told } = open();
    const sent = send('cold');
    capture(sent, ALTERNATE_FIRST);
    passOn(sent, ALTERNATE_FIRST);
    passOn(sent, ALTERNATE_FIRST, { ...BOX, address: '172.17.0.3' });
    expect(told()).toEqual([CAPTURED, { ...CAPTURED, kind: 'passed-on', at: 2001, to: BOX }]);
  });

  it.each<[string, (lab: ReturnType<typeof open>) => void]>([
    ['that never came for it', ({ send, passOn }) => passOn(send('cold'), ALTERNATE_FIRST)],
    [
      'that came for another question',
      ({ send, capture, passOn }) => {
        capture(send('warm'), ALTERNATE);
        passOn(send('cold'), ALTERNATE_FIRST);
      },
    ],
    [
      'from elsewhere',
      ({ send, capture, passOn }) => {
        const sent = send('cold');
        capture(sent, ALTERNATE_FIRST);
        passOn(sent, STRANGER);
      },
    ],
  ])('is nothing: %s', (_, happens) => {
    const lab = open();
    happens(lab);
    expect(lab.told().filter(({ kind }) => kind === 'passed-on')).toEqual([]);
  });
});

describe('a packet at the interface', () => {
  it('is told if it is the answer for an open port, from where it has to come', () => {
    const { send, capture, told } = open();
    capture(send('cold'), ALTERNATE_FIRST);
    capture(send('warm', 3), ALTERNATE);
    expect(told()).toEqual([CAPTURED, { ...CAPTURED, question: 'warm', attempt: 3 }]);
  });

  it.each<[string, (lab: ReturnType<typeof open>) => void]>([
    ['from elsewhere', ({ send, capture }) => capture(send('cold'), PRIMARY)],
    ['from a stranger', ({ send, capture }) => capture(send('cold'), STRANGER)],
    ['to another port', ({ send, capture }) => capture(send('cold'), ALTERNATE_FIRST, { ...PBX, port: 9001 })],
    ['for the control socket', ({ send, capture }) => capture(send('relay'), PRIMARY)],
    [
      'with an id of nobody',
      ({ capture, send }) => capture({ ...send('cold'), id: new Uint8Array(12) }, ALTERNATE_FIRST),
    ],
    [
      'an error',
      ({ send, capture }) => {
        const sent = send('cold');
        capture(sent, ALTERNATE_FIRST, PBX, failure(sent.id, 420));
      },
    ],
    [
      'a request',
      ({ send, capture }) => {
        const sent = send('cold');
        capture(sent, ALTERNATE_FIRST, PBX, bindingRequest(sent.id));
      },
    ],
    [
      'that the socket has got',
      ({ send, capture }) => {
        const sent = send('cold');
        sent.pending.answered = true;
        capture(sent, ALTERNATE_FIRST);
      },
    ],
    [
      'for a port that is closed',
      ({ openPorts, send, capture }) => {
        openPorts.delete(9000);
        capture(send('cold'), ALTERNATE_FIRST);
      },
    ],
  ])('is nothing if it is %s', (_, act) => {
    const lab = open();
    act(lab);
    expect(lab.told()).toEqual([]);
  });

  it('must be for the address at which the port listens', () => {
    const own = open('192.168.0.100');
    own.capture(own.send('cold'), ALTERNATE_FIRST);
    expect(own.told()).toEqual([CAPTURED]);
    const any = open('::');
    any.capture(any.send('cold'), ALTERNATE_FIRST);
    expect(any.told()).toEqual([CAPTURED]);
    const other = open('192.168.0.101');
    other.capture(other.send('cold'), ALTERNATE_FIRST);
    expect(other.told()).toEqual([]);
  });

  it('is told for two tries of a question, and each once', () => {
    const { send, capture, told } = open();
    const first = send('cold', 1);
    for (const sent of [first, first, send('cold', 2), send('cold', 3)]) capture(sent, ALTERNATE_FIRST);
    expect(told()).toEqual([CAPTURED, { ...CAPTURED, attempt: 2 }]);
  });
});

const TURNED_BACK = { kind: 'turned-back', at: 2000, port: 9000, question: 'outbound', by: ROUTER, type: 3, code: 13 };

describe('an ICMP error', () => {
  it('is told if it quotes what the port has sent, however little', () => {
    for (const length of [20, 21, 1000]) {
      const { send, turnBack, told } = open();
      turnBack({ quoted: bindingRequest(send('outbound').id, { filler: 200 }).subarray(0, length) });
      expect(told()).toEqual([TURNED_BACK]);
    }
    const { turnBack, told } = open();
    turnBack({ quoted: new Uint8Array(3) });
    expect(told()).toEqual([TURNED_BACK]);
  });

  it.each<[string, (lab: ReturnType<typeof open>, quoted: Uint8Array) => void]>([
    ['is forged: the id is nobody’s', ({ turnBack }) => turnBack({ quoted: bindingRequest(new Uint8Array(12)) })],
    ['quotes no STUN', ({ turnBack }) => turnBack({ quoted: new Uint8Array(40) })],
    ['quotes another port', ({ turnBack }, quoted) => turnBack({ quoted, from: { ...PBX, port: 9001 } })],
    ['quotes another destination', ({ turnBack }, quoted) => turnBack({ quoted, to: ALTERNATE })],
    ['quotes a port that is not open', ({ turnBack }) => turnBack({ from: { ...PBX, port: 9002 } })],
    ['quotes nothing, to elsewhere', ({ turnBack }) => turnBack({ to: STRANGER })],
    ['wants shorter packets', ({ turnBack }, quoted) => turnBack({ quoted, code: 4 })],
    ['waits for fragments', ({ turnBack }, quoted) => turnBack({ quoted, type: 11, code: 1 })],
  ])('is nothing if it %s', (_, act) => {
    const lab = open();
    act(lab, bindingRequest(lab.send('outbound').id));
    expect(lab.told()).toEqual([]);
  });

  it.each<[says: string, type: number, code: number, told: boolean]>([
    ['no route', 1, 0, true],
    ['prohibited', 1, 1, true],
    ['no such port', 1, 4, true],
    ['a policy', 1, 5, true],
    ['too many hops', 3, 0, true],
    ['waiting for fragments', 3, 1, false],
    ['too big', 2, 0, false],
    ['what IPv4 calls time exceeded', 11, 0, false],
  ])('over IPv6 has codes of its own: %s', (_, type, code, isTold) => {
    const { send, turnBack, told } = open();
    turnBack({ by: '2001:db8:1::1', type, code, quoted: bindingRequest(send('outbound').id) });
    expect(told()).toHaveLength(isTold ? 1 : 0);
  });

  it('is nothing about a packet that the port did not send itself', () => {
    const { send, turnBack, told } = open();
    turnBack({ quoted: bindingRequest(send('cold').id) });
    expect(told()).toEqual([]);
  });

  it('is told once, and of no more than two who send it', () => {
    const { send, turnBack, told } = open();
    const quoted = bindingRequest(send('outbound').id);
    for (const by of [ROUTER, ROUTER, '10.0.0.1', '10.0.0.2']) turnBack({ by, quoted });
    expect(told()).toMatchObject([{ by: ROUTER }, { by: '10.0.0.1' }]);
  });
});

describe('watching', () => {
  it('does not begin where everything is answered', () => {
    expect(drive(new RangeCheck(planOf([9000, 9001]), chance()), honest).watched).toEqual([]);
  });

  it('begins once, with the first silence, for both addresses of the server', () => {
    const { watched } = drive(new RangeCheck(planOf([9000, 9001, 9002]), chance()), closed(9000, 9002));
    expect(watched).toEqual([[PRIMARY.address, ALTERNATE.address]]);
  });

  it('begins when a server does not answer at once', () => {
    const check = () => new ServerCheck({ name: 'stun.example', primary: PRIMARY }, '0.0.0.0', () => false, chance());
    expect(drive(check(), honest).watched).toEqual([]);
    expect(drive(check(), () => []).watched).toEqual([[]]);
  });

  it('may be impossible, which changes nothing', () => {
    const failed = { kind: 'not-watching', failure: { kind: 'permission', code: 'EPERM' } } as const;
    const inputs = [{ at: 1200, input: failed }];
    const seen = drive(new RangeCheck(planOf([9000]), chance()), closed(9000), { inputs }).observations;
    const without = drive(new RangeCheck(planOf([9000]), chance()), closed(9000)).observations;
    expect(seen.filter(({ kind }) => kind === 'not-watching')).toEqual([{ ...failed, at: expect.any(Number) }]);
    expect(seen.filter(({ kind }) => kind !== 'not-watching')).toHaveLength(without.length);
  });
});

describe('a request to a server', () => {
  it('may be turned back; only what was really sent there counts', () => {
    const engine = new ServerCheck({ name: 'stun.example', primary: PRIMARY }, '0.0.0.0', () => false, chance());
    const requests: Uint8Array[] = [];
    const seen: unknown[] = [];
    const drain = () => {
      for (
        let output = engine.next(1000);
        output.kind !== 'wait' && output.kind !== 'done';
        output = engine.next(1000)
      ) {
        if (output.kind === 'send') requests.push(output.bytes);
        if (output.kind === 'open')
          engine.handle(
            { kind: 'bound', socket: output.socket, local: endpoint('0.0.0.0', 50_000 - output.socket) },
            1000,
          );
        if (output.kind === 'observed') seen.push(output.observation);
      }
    };
    drain();
    const [quoted = new Uint8Array()] = requests;
    const error = { by: ROUTER, type: 3, code: 13, from: { ...PBX, port: 50_001 }, to: PRIMARY, quoted };
    for (const one of [
      { ...error, to: ALTERNATE },
      { ...error, code: 4 },
      { ...error, quoted: quoted.subarray(0, 8) },
      error,
    ])
      engine.handle({ kind: 'turned-back', error: one }, 1500);
    drain();
    expect(seen).toEqual([
      {
        kind: 'server-turned-back',
        at: 1500,
        server: 'stun.example',
        question: 'binding',
        by: ROUTER,
        type: 3,
        code: 13,
      },
    ]);
  });
});
