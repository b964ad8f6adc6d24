import { describe, expect, it } from 'vitest';
import { createModel } from '../../lab/model/index.ts';
import type { NetworkSpec, RouterSpec } from '../../lab/scenarios/index.ts';
import type { PortRange } from '../base/index.ts';
import type { PortResult, ServerState } from '../verdict/index.ts';
import { startCheck, startReflector } from './index.ts';
import { ALTERNATE, PRIMARY, REQUEST, serverOf } from './test-lab.ts';
import { drawing, LIES, type LieName, type Lying, lying } from './test-liar.ts';

/*
 * A server may lie from the first packet on, or begin to in the middle: whatever it says, no port that is closed is
 * called open, and none that is open is called closed.
 */

const range = (from: number, to = from): PortRange => ({ from, to });

const UDP = [range(5060), range(9000, 9003)];
const TCP = [range(5060), range(5090)];
const ALL = [{ ports: [...UDP, range(5090)], to: 'pbx' }] as const;

const behind = (router: Partial<RouterSpec>): NetworkSpec => ({
  router: { outward: 'preserve', filtering: 'address-and-port', forwards: [], ...router },
  server: { kind: 'full' },
});

interface Truth {
  readonly network: NetworkSpec;
  /** Which ports are open. */
  readonly udp: (port: number) => boolean;
  readonly tcp: (port: number) => boolean;
}

const truth = (network: NetworkSpec, udp: Truth['udp'], tcp = udp): Truth => ({ network, udp, tcp });
const yes = (): boolean => true;
const no = (): boolean => false;

const NETWORKS = {
  'no router': truth({ router: null, server: { kind: 'full' } }, yes),
  'one to one': truth(behind({ forwards: ALL }), yes),
  'part of it': truth(behind({ forwards: [{ ports: [range(5060), range(9000, 9001)], to: 'pbx' }] }), (port) =>
    [5060, 9000, 9001].includes(port),
  ),
  'no forward': truth(behind({}), no),
  'taken by the router': truth(behind({ input: 'take' }), no),
  'endpoint-independent mapping': truth(behind({ outward: 'endpoint-independent' }), no),
  'endpoint-independent filtering': truth(
    behind({ outward: 'endpoint-independent', filtering: 'endpoint-independent' }),
    no,
  ),
  'mapped elsewhere': truth(behind({ outward: 'stable-other' }), no),
  symmetric: truth(behind({ outward: 'random' }), no),
  'forwarded, random outward': truth(behind({ outward: 'random', forwards: ALL }), no, yes),
} satisfies Readonly<Record<string, Truth>>;

type NetworkName = keyof typeof NETWORKS;

const isChecked = ({ to }: { readonly to: { readonly port: number } }): boolean =>
  UDP.some(({ from, to: last }) => to.port >= from && to.port <= last);

/** Which answers are lies: a server that tells them to the checked ports alone passes all that watches over it. */
const ABOUT = {
  everything: yes,
  'what the other address says': ({ from }) => from.address === ALTERNATE,
  'what the ports hear': isChecked,
  'what the ports hear from the other address': (answer) => isChecked(answer) && answer.from.address === ALTERNATE,
  'what the helpers hear': (answer) => !isChecked(answer),
} satisfies Readonly<Record<string, Lying['about']>>;

interface Case {
  readonly network: NetworkName;
  readonly lies: readonly LieName[];
  /** The server has no RESPONSE-PORT, so that the warm question decides. */
  readonly isOld: boolean;
  readonly about: keyof typeof ABOUT;
  readonly honest: number;
  readonly share: number;
  readonly seed: number;
}

const run = ({ network, isOld, lies, about, ...rest }: Case) =>
  runWith(network, isOld, { lies: lies.map((name) => LIES[name]), about: ABOUT[about], ...rest });

async function runWith(network: NetworkName, isOld: boolean, told: Lying) {
  const model = createModel(NETWORKS[network].network, { seed: told.seed });
  const reflector = { primary: PRIMARY, alternate: ALTERNATE, port: 3478, alternatePort: 3479 };
  const started = await model.run(
    startReflector(lying(model.reflector, told), {
      ...reflector,
      rfc3489: false,
      lab: false,
      fault: isOld ? 'no-response-port' : null,
    }),
  );
  if (started.kind === 'error') throw new Error(`the reflector did not start: ${started.error.kind}`);
  const request = { ...REQUEST, servers: [serverOf(PRIMARY)], udp: UDP, tcp: TCP, sample: 'all' as const };
  const { report } = await model.run(startCheck(model.pbx, request, 'lab').finished, LONGEST);
  const sent = model.counters['lan-out'].sent + model.counters['wan-out'].sent;
  const took = model.now();
  started.value.close();
  // What is late is still on its way.
  await model.advance(60_000);
  return { report, took, sent, left: model.openSockets() };
}

/** Virtual time; of packets those on the LAN and those on the line. */
const LONGEST = 600_000;
const MOST_PACKETS = 10_000;

/** What a report must not say of a port that is open. */
const WRONG: readonly PortResult[] = ['closed', 'no-answer', 'translated'];

/**
 * What one server cannot be caught at, by name (docs/decisions/0007): to the checked ports alone it says nothing, or
 * not before the check is over; or it invents a mapping, and does not contradict itself where that is seen.
 */
function isExcused({ lies, about, honest, share, isOld }: Case, result: PortResult): boolean {
  const some = (...names: readonly LieName[]) => lies.some((name) => names.includes(name));
  const isAlways = about === 'everything' && honest === 0 && share === 1 && lies.length === 1;
  if (result === 'translated' && some('maps one port higher')) return isOld || !isAlways;
  if (result === 'translated') return some('maps to another port each time', 'maps to itself') && !isAlways;
  return about.startsWith('what the ports hear') && some('silence', 'late');
}

/** One line for each thing that is wrong. */
async function faults(one: Case): Promise<string[]> {
  const { udp, tcp } = NETWORKS[one.network];
  try {
    const { report, took, sent, left } = await run(one);
    const wrong = report.ports.flatMap(({ protocol, port, result }) => {
      const isOpen = (protocol === 'udp' ? udp : tcp)(port);
      const isWrong = isOpen ? WRONG.includes(result) && !isExcused(one, result) : result === 'open';
      return isWrong ? [`${protocol}/${port} ${result}`] : [];
    });
    if (took > LONGEST) wrong.push(`took ${took} ms`);
    if (sent > MOST_PACKETS) wrong.push(`${sent} packets`);
    if (left > 0) wrong.push(`${left} sockets are left open`);
    return wrong.map((what) => `${JSON.stringify(one)}: ${what}`);
  } catch (error) {
    return [`${JSON.stringify(one)}: ${String(error)}`];
  }
}

const ALWAYS = { isOld: false, honest: 0, share: 1, seed: 1 };

/**
 * What each lie leads to, told from the first answer on: of a server that nothing keeps from reaching the asker, and
 * behind a router that lets in only what was asked for.
 */
const STATES: Readonly<Record<LieName, readonly [ServerState, ServerState]>> = {
  'from a third address': ['malformed', 'unreachable'],
  'from another port': ['ok', 'unreachable'],
  'from its other address': ['malformed', 'unreachable'],
  'changed, from a third address': ['malformed', 'no-second-address'],
  'changed, from where it was asked': ['no-second-address', 'no-second-address'],
  'all from one place': ['no-second-address', 'unreachable'],
  'names itself': ['malformed', 'malformed'],
  'names its own port': ['no-second-address', 'no-second-address'],
  'names a private address': ['malformed', 'malformed'],
  'names this machine': ['malformed', 'malformed'],
  'names the asker': ['no-second-address', 'no-second-address'],
  'names port 0': ['no-second-address', 'no-second-address'],
  'names a group': ['malformed', 'malformed'],
  'names everybody': ['malformed', 'malformed'],
  'names nobody': ['malformed', 'malformed'],
  'names another family': ['no-second-address', 'no-second-address'],
  'names where nobody is': ['no-second-address', 'no-second-address'],
  'names a third address': ['no-second-address', 'no-second-address'],
  'names another each time': ['no-second-address', 'no-second-address'],
  'names half an address': ['no-second-address', 'no-second-address'],
  'names none': ['no-second-address', 'no-second-address'],
  'maps to port 0': ['malformed', 'malformed'],
  'maps to another port each time': ['malformed', 'malformed'],
  'maps to another address each time': ['malformed', 'malformed'],
  // So it looks behind a translator between the families, too: nothing is concluded from it (docs/decisions/0012).
  'maps to another family': ['no-second-address', 'no-second-address'],
  'maps to a group': ['malformed', 'malformed'],
  'maps to nobody': ['malformed', 'malformed'],
  'maps to this machine': ['malformed', 'malformed'],
  'maps one port higher': ['malformed', 'malformed'],
  'maps to itself': ['malformed', 'malformed'],
  'maps twice': ['malformed', 'malformed'],
  'maps to nothing': ['malformed', 'malformed'],
  'maps to half an address': ['malformed', 'malformed'],
  'another id': ['malformed', 'malformed'],
  'another id at its end': ['malformed', 'malformed'],
  'no cookie': ['malformed', 'malformed'],
  'an indication': ['malformed', 'malformed'],
  'a request': ['malformed', 'malformed'],
  'another method': ['malformed', 'malformed'],
  'an error without a code': ['malformed', 'malformed'],
  'an error': ['malformed', 'malformed'],
  truncated: ['malformed', 'malformed'],
  'cut in the middle': ['malformed', 'malformed'],
  'too long': ['malformed', 'malformed'],
  'nothing at all': ['malformed', 'malformed'],
  'random bytes': ['malformed', 'malformed'],
  text: ['malformed', 'malformed'],
  'flipped bits': ['malformed', 'malformed'],
  '64 kB of rubbish': ['malformed', 'malformed'],
  'a wrong fingerprint': ['malformed', 'malformed'],
  twice: ['ok', 'ok'],
  'a hundred times': ['ok', 'ok'],
  'rubbish a hundred times': ['malformed', 'malformed'],
  'a little late': ['ok', 'ok'],
  late: ['unreachable', 'unreachable'],
  '64 kB': ['ok', 'ok'],
  '16,000 attributes': ['ok', 'ok'],
  'with what nobody knows': ['ok', 'ok'],
  silence: ['unreachable', 'unreachable'],
  'no rate': ['ok', 'ok'],
  'one packet a second': ['ok', 'ok'],
  'four billion a second': ['ok', 'ok'],
  'version 255': ['ok', 'ok'],
  'calls nobody': ['ok', 'ok'],
  'half its capabilities': ['ok', 'ok'],
  // Without a token our reflector takes the check for a stranger's, and says so when it is asked too often.
  'an empty token': ['ok', 'throttling'],
  'a token of 1000 bytes': ['ok', 'throttling'],
  'another token each time': ['ok', 'ok'],
  'a token of somebody else': ['ok', 'ok'],
  'a token that nobody asked for': ['ok', 'ok'],
  'all calls connected': ['ok', 'ok'],
  'all calls refused': ['ok', 'ok'],
  'all calls timed out': ['ok', 'ok'],
  'all calls unreachable': ['ok', 'ok'],
  'no calls made': ['ok', 'ok'],
  'calls without end': ['ok', 'ok'],
  'any state of a call': ['ok', 'ok'],
  'calls of other ports': ['ok', 'ok'],
  'calls of another id': ['ok', 'ok'],
  'half a call': ['ok', 'ok'],
  'a request for an answer elsewhere': ['ok', 'ok'],
};

it.each(Object.entries(STATES))('known for its lie: %s', async (name, states) => {
  const stateIn = async (network: NetworkName) => {
    const one = { ...ALWAYS, network, lies: [name as LieName], about: 'everything' } as const;
    return (await run(one)).report.servers[0]?.state;
  };
  expect([await stateIn('no router'), await stateIn('no forward')]).toEqual(states);
});

/** How many lies are drawn: some 8 s. */
const COUNT = Number(process.env['FULLCONE_LIES'] ?? 80);
const FIRST = Number(process.env['FULLCONE_LIES_FROM'] ?? 0);

function draw(seed: number): Case {
  const next = drawing(seed);
  const one = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T;
  const names = Object.keys(LIES) as LieName[];
  const network = one(Object.keys(NETWORKS) as NetworkName[]);
  return {
    network,
    isOld: next() < 0.2,
    lies: next() < 0.7 ? [one(names)] : [one(names), one(names), one(names)],
    about: one(Object.keys(ABOUT) as (keyof typeof ABOUT)[]),
    honest: one([0, 0, 12, 12, 20, 40, 100]),
    share: one([1, 1, 1, 0.5, 0.1]),
    seed,
  };
}

it('deceives nobody who tells one lie to the checked ports alone', { timeout: 100_000 }, async () => {
  const found: string[] = [];
  for (const lie of Object.keys(LIES) as LieName[])
    for (const network of ['one to one', 'no forward'] as const) {
      const about = 'what the ports hear from the other address';
      found.push(...(await faults({ ...ALWAYS, network, lies: [lie], about })));
      // An old server says nothing else to them; the few answers before are those to the check of the server.
      found.push(...(await faults({ ...ALWAYS, network, lies: [lie], about, isOld: true })));
    }
  expect(found).toEqual([]);
});

it('calls no closed port open and no open one closed, does not crash, and ends', { timeout: 1_000_000 }, async () => {
  const found: string[] = [];
  for (let seed = FIRST; seed < FIRST + COUNT; seed++) found.push(...(await faults(draw(seed))));
  expect(found).toEqual([]);
});

it.each([
  ['maps one port higher', 'translated'],
  ['silence', 'closed'],
] as const)(
  'is believed where nothing contradicts it: %s, to the ports alone (docs/decisions/0007)',
  async (lie, result) => {
    const one = { ...ALWAYS, network: 'one to one', lies: [lie], about: 'what the ports hear' } as const;
    const { report } = await run(one);
    const udp = report.ports.filter(({ protocol }) => protocol === 'udp');
    expect(new Set(udp.map((port) => port.result))).toEqual(new Set([result]));
  },
);

describe('a server whose mapping is always wrong in the same way', () => {
  const told = (network: NetworkName, isOld = false) =>
    run({ ...ALWAYS, network, isOld, lies: ['maps one port higher'], about: 'everything' });

  it.each(['no router', 'one to one', 'part of it', 'no forward', 'endpoint-independent filtering'] as const)(
    'is found out where the router keeps the number: %s',
    async (network) => {
      const { report } = await told(network);
      expect(report.servers).toMatchObject([{ state: 'malformed', detail: 'maps-elsewhere' }]);
      expect(new Set(report.ports.map(({ result }) => result))).toEqual(new Set(['untested']));
    },
  );

  it.each(['mapped elsewhere', 'symmetric', 'forwarded, random outward'] as const)(
    'is believed where the number is another one anyway: %s',
    async (network) => {
      const { report } = await told(network);
      expect(report.servers).toMatchObject([{ state: 'ok', detail: 'no-response-port' }]);
    },
  );

  it('is believed if it cannot be asked for an answer elsewhere', async () => {
    const { report } = await told('one to one', true);
    expect(report.servers).toMatchObject([{ state: 'ok', detail: 'no-response-port' }]);
  });
});

describe('answers that come more than once', () => {
  const detailOf = async (lie: LieName, network: NetworkName) => {
    const { report } = await run({ ...ALWAYS, network, lies: [lie], about: 'everything' });
    return report.servers[0]?.detail;
  };

  it.each(['twice', 'a hundred times'] as const)('are told of: %s', async (lie) => {
    expect([await detailOf(lie, 'one to one'), await detailOf(lie, 'symmetric')]).toEqual([
      'answers-repeated',
      'answers-repeated',
    ]);
  });

  it('are not told of where only some do', async () => {
    const { report } = await run({
      ...ALWAYS,
      network: 'one to one',
      lies: ['twice'],
      about: 'everything',
      share: 0.7,
    });
    expect(report.servers[0]?.detail).toBe(null);
  });
});
