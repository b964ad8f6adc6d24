export interface Thing {
  readonly kind: 'base';
}
export const thing: Thing = { kind: 'base' };
