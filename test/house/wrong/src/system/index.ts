export interface Thing {
  readonly kind: 'system';
}
export const thing: Thing = { kind: 'system' };
