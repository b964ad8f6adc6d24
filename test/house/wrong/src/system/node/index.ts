export interface Thing {
  readonly kind: 'node';
}
export const thing: Thing = { kind: 'node' };
