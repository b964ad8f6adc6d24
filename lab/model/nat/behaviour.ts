import { assertNever } from '../../../src/base/index.ts';
import type { RouterSpec } from '../../scenarios/index.ts';

/**
 * RFC 4787 section 4.1: whether one public endpoint serves all of an inside endpoint's flows, or each flow has its own.
 * (Linux's masquerade is the second kind, though it looks like the first as long as no port is taken.)
 */
type Mapping = 'endpoint-independent' | 'address-and-port-dependent';

/** RFC 4787 section 4.2.1, and what the field does beside it. */
type PortAssignment = 'preservation' | 'random' | 'other';

/** RFC 4787 section 5: whom a mapping lets in that the inside has opened. */
export type Filtering = 'address-and-port' | 'address' | 'endpoint-independent';

export interface Outward {
  readonly mapping: Mapping;
  readonly assignment: PortAssignment;
}

/** The table's words in those of the RFC. */
export function outwardOf(spec: RouterSpec): Outward {
  switch (spec.outward) {
    // Nobody chooses anything; what the choice hangs on is not looked at.
    case 'untranslated':
    case 'nat64':
    case 'preserve':
      return { mapping: 'address-and-port-dependent', assignment: 'preservation' };
    case 'random':
      return { mapping: 'address-and-port-dependent', assignment: 'random' };
    case 'stable-other':
      return { mapping: 'endpoint-independent', assignment: 'other' };
    case 'endpoint-independent':
    case 'prefix':
      return { mapping: 'endpoint-independent', assignment: 'preservation' };
    default:
      return assertNever(spec.outward);
  }
}
