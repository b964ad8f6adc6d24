export interface Thing {
  readonly kind: 'router';
}
export const thing: Thing = { kind: 'router' };
