import { describe, expect, it } from 'vitest';
import { type Endpoint, endpoint, formatEndpoint, sameEndpoint } from '../base/index.ts';
import { fewestSockets, type PlanInput, planProbes, type Question, type ServerFacts, type Step } from './index.ts';

const PRIMARY = endpoint('198.51.100.10', 3479);
const ALTERNATE = endpoint('198.51.100.20', 3478);

/** As the roles are called among us: address 1 or 2, port 3478 or 3479. The ports ask the primary's 3479. */
const role = ({ address, port }: Endpoint): string => `A${address === PRIMARY.address ? 1 : 2}:${port}`;

const SERVER: ServerFacts = {
  name: 'stun.example',
  primary: PRIMARY,
  alternate: ALTERNATE,
  responsePort: true,
  changeRequest: true,
  allowedRate: 20_000,
  pass: null,
  calls: false,
};

const plan = (server: Partial<ServerFacts> = {}, input: Partial<PlanInput> = {}) =>
  planProbes({
    server: { ...SERVER, ...server },
    ports: [9000, 9001],
    bindAddress: '0.0.0.0',
    rate: null,
    freeSockets: 100,
    stalePorts: [],
    hasOthers: false,
    needsFilter: 'never',
    ...input,
  });

/** `control asks A1:3479 for an answer to port from A2:3478 (A)`; in brackets what is to be changed. */
function says({ from, to, change, answerTo, answerFrom }: Step): string {
  const flags = change ? ` (${change.address ? 'A' : ''}${change.port ? 'P' : ''})` : '';
  return `${from} asks ${role(to)}, ${role(answerFrom)} answers ${answerTo}${flags}`;
}

const steps = (...args: Parameters<typeof plan>) =>
  Object.fromEntries(Object.entries(plan(...args).steps).map(([question, step]) => [question, says(step)]));

describe('who asks whom, for an answer from where', () => {
  const OUTBOUND = { outbound: 'port asks A1:3479, A1:3479 answers asker' };
  const NEARBY = {
    'change-port': 'port asks A1:3479, A1:3478 answers asker (P)',
    elsewhere: 'port asks A1:3478, A1:3478 answers asker',
  };
  const FAR = {
    warm: 'port asks A1:3479, A2:3478 answers asker (AP)',
    'far-elsewhere': 'port asks A2:3479, A2:3479 answers asker',
    'fresh-elsewhere': 'port asks A2:3478, A2:3478 answers asker',
  };
  const INBOUND = {
    cold: 'control asks A1:3479, A2:3479 answers port (A)',
    sentinel: 'control asks A1:3479, A2:3478 answers port (AP)',
    'cold-near': 'control asks A1:3479, A1:3478 answers port (P)',
    relay: 'port asks A1:3479, A1:3479 answers control',
  };

  it('of a server that can do everything', () => {
    expect(steps()).toEqual({ ...OUTBOUND, ...NEARBY, ...FAR, ...INBOUND });
  });

  it('without RESPONSE-PORT', () => {
    const sentinel = 'port asks A1:3479, A2:3479 answers asker (A)';
    expect(steps({ responsePort: false })).toEqual({ ...OUTBOUND, ...NEARBY, ...FAR, sentinel });
  });

  it.each([true, false])('of a server with one address', (responsePort) => {
    expect(steps({ alternate: null, responsePort })).toEqual(OUTBOUND);
  });
});

describe('with and without RESPONSE-PORT', () => {
  const plans = [true, false].map((responsePort) => plan({ responsePort }));
  const all = (holds: (step: (question: Question) => Step) => boolean) =>
    plans.filter(({ steps: known }) => {
      const step = (question: Question): Step => known[question] ?? known.warm ?? unreachable();
      return !holds(step);
    });
  const unreachable = (): never => {
    throw new Error('a plan without a warm question');
  };

  it('what comes in unasked, and what answers from elsewhere, never comes from the primary address', () => {
    expect(
      all((step) =>
        ['cold', 'warm', 'sentinel'].every(
          (question) => step(question as Question).answerFrom.address !== PRIMARY.address,
        ),
      ),
    ).toEqual([]);
  });

  it('cold and warm answers come from different roles; sentinels are asked by the one that cold packets did not come from', () => {
    const cold = plans.filter(({ steps: known }) => known.cold);
    expect(cold).toHaveLength(1);
    for (const { steps: known } of cold) {
      const [from, warm, sentinel] = [known.cold?.answerFrom, known.warm?.answerFrom, known.sentinel?.answerFrom];
      expect([from && warm && sameEndpoint(from, warm), from && sentinel && sameEndpoint(from, sentinel)]).toEqual([
        false,
        false,
      ]);
    }
  });

  it('the port itself sends to the alternate address in the two questions that say so, and in no other', () => {
    const far = plans.map(({ steps: known }) =>
      Object.entries(known)
        .filter(([, { from, to }]) => from === 'port' && to.address === ALTERNATE.address)
        .map(([question]) => question),
    );
    expect(far).toEqual(plans.map(() => ['far-elsewhere', 'fresh-elsewhere']));
  });

  it('who answers is who the request and its flags call for (RFC 5780 section 7.2)', () => {
    const other = (port: number) => (port === 3478 ? 3479 : 3478);
    for (const { steps: known } of plans)
      for (const { to, change, answerFrom } of Object.values(known)) {
        const away = to.address === PRIMARY.address ? ALTERNATE.address : PRIMARY.address;
        const expected = endpoint(change?.address ? away : to.address, change?.port ? other(to.port) : to.port);
        expect(formatEndpoint(answerFrom)).toBe(formatEndpoint(expected));
      }
  });
});

describe('the control probes', () => {
  const controls = (server: Partial<ServerFacts>) =>
    plan(server).controls.map(({ role: name, endpoint: at, change }) => {
      const flags = change ? ` (${change.address ? 'A' : ''}${change.port ? 'P' : ''})` : '';
      return `${name} ${role(at)}${flags}`;
    });

  it('watch every role, in the way of the port questions', () => {
    expect(controls({})).toEqual(['primary A1:3479', 'alternate A2:3478 (AP)', 'alternate-primary-port A2:3479 (A)']);
  });

  it('watch them straight where there is no RESPONSE-PORT', () => {
    expect(controls({ responsePort: false })).toEqual([
      'primary A1:3479',
      'alternate A2:3478',
      'alternate-primary-port A2:3479',
    ]);
  });

  it('watch the primary alone where there is nobody else', () => {
    expect(controls({ alternate: null })).toEqual(['primary A1:3479']);
  });

  it('watch whoever answers cold and warm questions', () => {
    const { controls: watched, steps: known } = plan();
    for (const from of [known.cold?.answerFrom, known.warm?.answerFrom, known.outbound?.answerFrom])
      expect(watched.filter(({ endpoint: at }) => from && sameEndpoint(at, from))).toHaveLength(1);
  });

  it.each<[rate: PlanInput['rate'], allowedRate: number | null, every: number]>([
    [null, 20_000, 200],
    [{ kind: 'max' }, 20_000, 100],
    [null, null, 2000],
    [{ kind: 'paced', packetsPerSecond: 50 }, 20_000, 400],
    [{ kind: 'paced', packetsPerSecond: 1 }, 20_000, 20_000],
  ])('at %j (allowed: %j) are asked every %d ms', (rate, allowedRate, every) => {
    expect(plan({ allowedRate }, { rate }).controlEvery).toBe(every);
  });
});

describe('the rate', () => {
  it.each<[rate: PlanInput['rate'], allowedRate: number | null, expected: PlanInput['rate']]>([
    [null, null, { kind: 'paced', packetsPerSecond: 10 }],
    [null, 20_000, { kind: 'paced', packetsPerSecond: 920 }],
    [null, 500, { kind: 'paced', packetsPerSecond: 500 }],
    [{ kind: 'paced', packetsPerSecond: 5000 }, null, { kind: 'paced', packetsPerSecond: 5000 }],
    [{ kind: 'max' }, 10, { kind: 'max' }],
    [null, 1, { kind: 'paced', packetsPerSecond: 10 }],
    [null, 0xffffffff, { kind: 'paced', packetsPerSecond: 920 }],
  ])('%j asked for, %j allowed: %j', (rate, allowedRate, expected) => {
    expect(plan({ allowedRate }, { rate }).rate).toEqual(expected);
  });
});

describe('slices', () => {
  const sizes = (count: number, freeSockets: number) => {
    const ports = Array.from({ length: count }, (_, index) => 9000 + index);
    const { slices } = plan({}, { ports, freeSockets });
    expect(slices.flat()).toEqual(ports);
    return slices.map((slice) => slice.length);
  };

  it.each<[count: number, freeSockets: number, expected: readonly number[]]>([
    [10, 1000, [10]],
    [10, 22, [10]],
    [10, 21, [9, 1]],
    [10, 16, [4, 4, 2]],
    [3, fewestSockets, [1, 1, 1]],
    [2, 0, [1, 1]],
    [10_000, Number.POSITIVE_INFINITY, [4096, 4096, 1808]],
    [0, 100, []],
  ])('%d ports, %d free sockets: %j', (count, freeSockets, expected) => {
    expect(sizes(count, freeSockets)).toEqual(expected);
  });
});

it('is data that can be printed, and says what it was made from', () => {
  const made = plan({}, { bindAddress: '192.168.0.100', stalePorts: [9001] });
  expect(JSON.parse(JSON.stringify(made))).toEqual(made);
  expect(made).toMatchObject({
    server: SERVER,
    bindAddress: '192.168.0.100',
    stalePorts: [9001],
  });
});
