import type { MapOutcome, Mapping } from './mapping.ts';

/** NAT-PMP and PCP: one packet each way, to the same port of the router. */
export interface MapDialect {
  readonly by: 'nat-pmp' | 'pcp';
  /** Are you there? It changes nothing. */
  readonly probe: Uint8Array;
  /** `seconds` 0: deletes it. `firm`: rather no mapping than another public port, where the dialect can say so. */
  request(mapping: Mapping, seconds: number, firm: boolean): Uint8Array;
  /** Never throws. */
  read(bytes: Uint8Array): MapAnswer;
  /** What a refusal by this result code means. */
  outcomeOf(code: number): MapOutcome | 'unsupported' | 'not-firm';
}

export type MapAnswer =
  /** To the probe. `address`: its own, if it tells. */
  | { readonly kind: 'alive'; readonly epoch: number; readonly address: string | null }
  /** It speaks another version. */
  | { readonly kind: 'not-spoken' }
  | {
      readonly kind: 'mapped';
      readonly mapping: Mapping;
      readonly externalPort: number;
      /** Seconds; 0: deleted. */
      readonly lifetime: number;
      readonly epoch: number;
      readonly address: string | null;
    }
  /** `mapping`: null: it does not say which; so the one that was asked for last. */
  | { readonly kind: 'refused'; readonly mapping: Mapping | null; readonly code: number; readonly epoch: number }
  /** An answer to something else, or none at all. */
  | { readonly kind: 'nothing' };

export const NO_ANSWER: MapAnswer = { kind: 'nothing' };

export const u16At = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);

export const u32At = (bytes: Uint8Array, at: number): number => u16At(bytes, at) * 65_536 + u16At(bytes, at + 2);

export const u16 = (value: number): number[] => [value >>> 8, value & 0xff];

export const u32 = (value: number): number[] => [...u16(value >>> 16), ...u16(value & 0xffff)];
