import type { Profile, Purpose } from '../types.ts';
import type { FoundPort } from './types.ts';

/** The ports of a product as it is when installed, for what could not be found out. */
export const defaultsOf = ({ ports }: Profile, purposes: readonly Purpose[]): FoundPort[] =>
  ports
    .filter(({ purpose }) => purposes.includes(purpose))
    .map(({ protocol, purpose, from, to, optional, source }) => ({
      ...{ protocol, purpose, from, to, optional },
      address: null,
      origin: { kind: 'profile', source },
    }));
