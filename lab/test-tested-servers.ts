import type { ServerTest } from '../src/console/api/index.ts';

/* For tests and pictures: what the console answers when servers are tested, one of each kind. */

type Lines = ServerTest['lines'];

const [PRIMARY, ALTERNATE, AT] = ['198.51.100.10', '198.51.100.20:3479', '198.51.100.10:3478'];

const lines = (host: string, other: Partial<Lines>): Lines => ({
  name: { kind: 'yes', host, addresses: [PRIMARY] },
  answer: { kind: 'yes', from: AT, tookMs: 24.8 },
  second: { kind: 'yes', address: ALTERNATE },
  ...{ change: { kind: 'yes' }, cold: { kind: 'yes' } },
  limits: { kind: 'yes', packetsPerSecond: 20_000, calls: true },
  ...other,
});

/** `why`: of all lines that are not said to be otherwise. */
const untold = (why: 'no-name' | 'no-family' | 'not-sent', other: Partial<Lines>): Partial<Lines> => {
  const line = { kind: 'not-asked', why } as const;
  return { answer: line, second: line, change: line, cold: line, limits: line, ...other };
};

const unheard = (answer: Lines['answer']): Partial<Lines> => {
  const line = { kind: 'not-asked', why: 'no-answer' } as const;
  return { answer, second: line, change: line, cold: line, limits: line };
};

const answering = (server: string, state: string, detail: string | null, other: Partial<Lines> = {}): ServerTest => ({
  ...{ server, state, detail, address: PRIMARY, otherAddress: ALTERNATE, publicAddress: '203.0.113.44' },
  ...{ roundTripMs: 24.8, lines: lines(server, other) },
});

const mute = (server: string, state: string, detail: string | null, other: Partial<Lines>): ServerTest => ({
  ...answering(server, state, detail, other),
  ...{ otherAddress: null, publicAddress: null, roundTripMs: null },
});

const NO_SECOND = { kind: 'not-asked', why: 'no-second-address' } as const;
const NOT_SAID = { limits: { kind: 'no', why: 'not-said' } } as const;
const NO_SUCH = { kind: 'no', why: 'no-such-name', host: 'stun.oldvendor.example', code: 'ENOTFOUND' } as const;

/** By what they are. */
export const TESTED = {
  ours: answering('reflector.example.net', 'ok', null, {
    name: { kind: 'yes', host: 'reflector.example.net', addresses: ['198.51.100.9', PRIMARY, '198.51.100.11'] },
  }),
  stranger: answering('stun.example.net', 'ok', 'no-response-port', {
    ...NOT_SAID,
    cold: { kind: 'no', why: 'refused', code: 420 },
  }),
  basic: answering('stun.basic.example', 'basic', 'ignores-change-request', {
    ...NOT_SAID,
    change: { kind: 'no', why: 'ignored' },
  }),
  oneAddress: answering('stun.isp.example', 'no-second-address', null, {
    ...NOT_SAID,
    ...{ second: { kind: 'no', why: 'not-named' }, change: NO_SECOND, cold: NO_SECOND },
  }),
  unresolvable: {
    ...mute('stun.oldvendor.example', 'unresolvable', 'no-such-name', untold('no-name', { name: NO_SUCH })),
    address: null,
  },
  silent: mute('stun.silent.example', 'unreachable', null, unheard({ kind: 'no', why: 'silent' })),
  liar: answering('stun.liar.example', 'malformed', 'not-public', {
    ...NOT_SAID,
    second: { kind: 'no', why: 'not-public', address: '10.0.0.1:3479' },
    ...{ change: NO_SECOND, cold: NO_SECOND },
  }),
  throttling: mute(
    'stun.busy.example',
    'throttling',
    'error-answer',
    unheard({ kind: 'no', why: 'refused', code: 500 }),
  ),
  otherFamily: {
    ...mute(
      '[2001:db8::10]:3478',
      'no-family',
      null,
      untold('no-family', { name: { kind: 'not-asked', why: 'is-address' } }),
    ),
    address: null,
  },
  unsent: mute('stun.unsent.example', 'unreachable', 'EPERM', untold('not-sent', {})),
} satisfies Readonly<Record<string, ServerTest>>;
