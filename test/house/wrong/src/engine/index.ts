export interface Thing {
  readonly kind: 'engine';
}
export const thing: Thing = { kind: 'engine' };
