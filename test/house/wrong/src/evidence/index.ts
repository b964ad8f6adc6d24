export interface Thing {
  readonly kind: 'evidence';
}
export const thing: Thing = { kind: 'evidence' };
