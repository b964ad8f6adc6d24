export interface Thing {
  readonly kind: 'stun';
}
export const thing: Thing = { kind: 'stun' };
