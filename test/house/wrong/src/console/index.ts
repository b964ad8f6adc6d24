export interface Thing {
  readonly kind: 'console';
}
export const thing: Thing = { kind: 'console' };
