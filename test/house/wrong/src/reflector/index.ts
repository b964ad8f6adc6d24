export interface Thing {
  readonly kind: 'reflector';
}
export const thing: Thing = { kind: 'reflector' };
