import { type Endpoint, type Milliseconds, sameEndpoint } from '../base/index.ts';
import type { NatEvidence, Trip } from '../evidence/index.ts';

/** RFC 4787 sections 4.1 and 5. `none`: no translation, or no filter. null: not found out. */
export type Behaviour = 'endpoint-independent' | 'address-dependent' | 'address-and-port-dependent';

export interface NatBehaviour {
  readonly mapping: Behaviour | 'none' | null;
  /** Whether the port kept its number (RFC 4787 section 4.2.1). */
  readonly preservesPort: boolean | null;
  readonly filtering: Behaviour | null;
  readonly publicAddress: string | null;
}

/** RFC 5780 sections 4.3 and 4.4. `localAddress`: from which the packets left. */
export function judgeNat({ local, mapped, answers }: NatEvidence, localAddress: string): NatBehaviour {
  const first = mapped['mapping-1'];
  return {
    mapping: first ? mappingOf(first, mapped, { address: localAddress, port: local ?? 0 }) : null,
    preservesPort: first ? first.port === local : null,
    filtering: filteringOf(answers),
    publicAddress: first?.address ?? null,
  };
}

function mappingOf(first: Endpoint, mapped: NatEvidence['mapped'], local: Endpoint): NatBehaviour['mapping'] {
  if (sameEndpoint(first, local)) return 'none';
  const [second, third] = [mapped['mapping-2'], mapped['mapping-3']];
  if (!second) return null;
  if (sameEndpoint(first, second)) return third && !sameEndpoint(second, third) ? null : 'endpoint-independent';
  if (!third) return null;
  return sameEndpoint(second, third) ? 'address-dependent' : 'address-and-port-dependent';
}

function filteringOf(answers: NatEvidence['answers']): NatBehaviour['filtering'] {
  if (answers['filtering-2'] === 'yes') return 'endpoint-independent';
  if (answers['filtering-2'] !== 'no') return null;
  if (answers['filtering-3'] === 'yes') return 'address-dependent';
  return answers['filtering-3'] === 'no' ? 'address-and-port-dependent' : null;
}

/** Of the way to the server and back. */
export interface PathQuality {
  readonly sent: number;
  readonly returned: number;
  /** Median. */
  readonly roundTrip: Milliseconds | null;
  /** Interarrival jitter (RFC 3550 section 6.4.1). */
  readonly jitter: Milliseconds | null;
}

export function judgePath(trips: readonly Trip[]): PathQuality {
  const back = trips.flatMap(({ sentAt, returnedAt }) => (returnedAt === null ? [] : [{ sentAt, returnedAt }]));
  const times = back.map(({ sentAt, returnedAt }) => returnedAt - sentAt).sort((a, b) => a - b);
  return {
    sent: trips.length,
    returned: back.length,
    roundTrip: times[times.length >> 1] ?? null,
    jitter: back.length < 2 ? null : jitterOf(back),
  };
}

/** J += (|D| - J) / 16, with D the difference of the transit times of two packets in a row. */
function jitterOf(back: readonly { readonly sentAt: number; readonly returnedAt: number }[]): Milliseconds {
  let jitter = 0;
  let before: number | null = null;
  for (const { sentAt, returnedAt } of back) {
    const transit = returnedAt - sentAt;
    if (before !== null) jitter += (Math.abs(transit - before) - jitter) / 16;
    before = transit;
  }
  return jitter;
}
