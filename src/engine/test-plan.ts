import { type Endpoint, endpoint } from '../base/index.ts';
import { type PlanInput, type ProbePlan, planProbes, type ServerFacts } from '../plan/index.ts';

/** For the tests: the server's four roles, what it can do, and plans to ask it. */

export const PRIMARY = endpoint('198.51.100.10', 3478);
export const PRIMARY_OTHER = endpoint('198.51.100.10', 3479);
export const ALTERNATE = endpoint('198.51.100.20', 3479);
export const ALTERNATE_FIRST = endpoint('198.51.100.20', 3478);
export const PUBLIC = '203.0.113.44';
export const STRANGER = endpoint('192.0.2.66', 3478);

export const seenFrom = (port: number): Endpoint => endpoint(PUBLIC, port);

const FULL: ServerFacts = {
  name: 'stun.example',
  primary: PRIMARY,
  alternate: ALTERNATE,
  responsePort: true,
  changeRequest: true,
  allowedRate: 20_000,
  pass: null,
  calls: false,
};

/** Cold answers come from the alternate address with the primary's port, unless it is said otherwise. */
export function planOf(
  ports: readonly number[],
  server: Partial<ServerFacts> = {},
  input: Partial<PlanInput> = {},
): ProbePlan {
  return planProbes({
    server: { ...FULL, ...server },
    ports,
    bindAddress: '0.0.0.0',
    rate: null,
    freeSockets: 1000,
    stalePorts: [],
    hasOthers: false,
    needsFilter: 'never',
    ...input,
  });
}

/** Bytes that look random, and are the same in every run. */
export function chance(seed = 1): (count: number) => Uint8Array {
  let state = seed;
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  };
  return (count) => Uint8Array.from({ length: count }, next);
}
