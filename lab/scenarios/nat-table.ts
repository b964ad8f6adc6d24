import type { PortRange } from '../../src/base/index.ts';
import type { Column, NetworkSpec, RouterSpec } from './types.ts';

/** A row of the second table: what `fullcone nat` must say of a network. */
export interface NatScenario {
  /** Kebab case; the name of the test. */
  readonly name: string;
  readonly about: string;
  readonly network: NetworkSpec;
  /** What is asked beside the usual; `lifetime`: the longest wait, in seconds. */
  readonly asks: { readonly hairpin?: true; readonly fragments?: true; readonly lifetime?: number };
  readonly expect: NatExpectation;
  readonly notIn?: Partial<Record<Column, string>>;
}

export interface NatExpectation {
  /** Mapping and filtering in the words of RFC 4787, and whether ports keep their numbers between them. */
  readonly behaviour: string;
  /** The result, or the reason why there is none. */
  readonly hairpin?: 'works' | 'does-not' | 'no-nat';
  /** On the way out, and in. */
  readonly fragments?: string;
  /** Of what was sent; 0 to 1. Round trip and jitter are known then, too. */
  readonly lost?: readonly [from: number, to: number];
  /** Seconds. */
  readonly lifetime?: {
    /** After which the router has really forgotten. */
    readonly really: number;
    readonly atLeast: number;
    /** Not less and not more than this; null: the longest wait was survived. */
    readonly atMost: readonly [from: number, to: number] | null;
  };
}

const ALL: readonly PortRange[] = [{ from: 1024, to: 65_535 }];

const behind = (router: Partial<RouterSpec>): NetworkSpec => ({
  router: { outward: 'preserve', filtering: 'address-and-port', forwards: [], ...router },
  server: { kind: 'full' },
});

/** The ports that `nat` asks from are the system's choice: so all of them are forwarded. */
const FORWARDED = { forwards: [{ ports: ALL, to: 'pbx' }] } as const;
const CONE = { outward: 'endpoint-independent', filtering: 'endpoint-independent' } as const;

const LINUX = 'endpoint-independent, preserved, address-and-port-dependent';
const OPEN = 'endpoint-independent, preserved, endpoint-independent';

const BOTH = { hairpin: true, fragments: true } as const;

/** What `fullcone nat` finds out; both labs run them. */
export const NAT_SCENARIOS: readonly NatScenario[] = [
  {
    name: 'nat-none',
    about: 'No router: nothing is translated, and there is nothing to be turned around.',
    network: { router: null, server: { kind: 'full' } },
    asks: BOTH,
    expect: {
      lost: [0, 0.1],
      behaviour: 'none, preserved, endpoint-independent',
      hairpin: 'no-nat',
      fragments: 'pass, pass',
    },
  },
  {
    name: 'nat-linux',
    about: 'A Linux router, which turns nothing around.',
    network: behind({}),
    asks: BOTH,
    expect: { behaviour: LINUX, hairpin: 'does-not', fragments: 'pass, pass' },
  },
  {
    name: 'nat-lossy-path',
    about: 'Of four packets one is lost, each way: nearly half of all round trips.',
    network: { ...behind({}), loss: { out: 0, in: 0, every: 4 } },
    asks: {},
    expect: { behaviour: LINUX, lost: [0.25, 0.65] },
  },
  {
    name: 'nat-random',
    about: 'Another port for each destination.',
    network: behind({ outward: 'random' }),
    asks: {},
    expect: { behaviour: 'address-and-port-dependent, rewritten, address-and-port-dependent' },
  },
  {
    name: 'nat-other-ports',
    about: 'Always the same port, and never its own number.',
    network: behind({ outward: 'stable-other' }),
    asks: {},
    expect: { behaviour: 'endpoint-independent, rewritten, address-and-port-dependent' },
  },
  {
    name: 'nat-full-cone',
    about: 'A mapping lets everybody in; but nothing of the LAN itself.',
    network: behind(CONE),
    asks: BOTH,
    expect: { behaviour: OPEN, hairpin: 'does-not', fragments: 'pass, pass' },
  },
  {
    name: 'nat-address-restricted',
    about: 'A mapping lets in whom it has spoken to, from whichever port.',
    network: behind({ outward: 'endpoint-independent', filtering: 'address' }),
    asks: {},
    expect: { behaviour: 'endpoint-independent, preserved, address-dependent' },
  },
  {
    name: 'nat-forwards',
    about: 'Ports that are forwarded let everybody in, but nothing of the LAN itself.',
    network: behind(FORWARDED),
    asks: { hairpin: true },
    expect: { behaviour: OPEN, hairpin: 'does-not' },
  },
  {
    name: 'nat-hairpin',
    about: 'Forwards hold for packets of the LAN, too.',
    network: behind({ ...FORWARDED, hairpin: true }),
    asks: BOTH,
    expect: { behaviour: OPEN, hairpin: 'works', fragments: 'pass, pass' },
  },
  {
    name: 'nat-hairpin-of-mappings',
    about: 'Mappings that let everybody in hold for packets of the LAN, too.',
    network: behind({ ...CONE, hairpin: true }),
    asks: { hairpin: true },
    expect: { behaviour: OPEN, hairpin: 'works' },
  },
  {
    name: 'nat-hairpin-with-a-filter',
    about: 'The filter holds for what is turned around, too: each of two sockets must have spoken to the other.',
    network: behind({ outward: 'endpoint-independent', hairpin: true }),
    asks: { hairpin: true },
    expect: { behaviour: LINUX, hairpin: 'works' },
    notIn: {
      kernel: 'its mappings are those of the connection table, which knows no way back into the LAN',
      coturn: 'its mappings are those of the connection table, which knows no way back into the LAN',
    },
  },
  ...(['out', 'in', 'both'] as const).map(
    (way): NatScenario => ({
      name: `nat-fragments-${way}`,
      about: `Long datagrams do not pass (${way}); the server is not to blame.`,
      network: behind({ dropsFragments: way }),
      asks: { fragments: true },
      expect: {
        behaviour: LINUX,
        fragments: `${way === 'in' ? 'pass' : 'dropped'}, ${way === 'out' ? 'pass' : 'dropped'}`,
      },
    }),
  ),
  {
    name: 'nat-lifetime',
    about: 'A mapping is forgotten between two waits.',
    network: behind({ udpTimeouts: { unreplied: 3, replied: 3 } }),
    asks: { lifetime: 8 },
    // A stranger is asked more slowly, and so the moment is less sharp.
    expect: { behaviour: LINUX, lifetime: { really: 3, atLeast: 2, atMost: [5, 7] } },
  },
  {
    name: 'nat-lifetime-longer',
    about: 'A mapping outlives the longest wait.',
    network: behind({}),
    asks: { lifetime: 4 },
    expect: { behaviour: LINUX, lifetime: { really: 30, atLeast: 4, atMost: null } },
  },
];
