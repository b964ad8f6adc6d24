export interface Thing {
  readonly kind: 'plan';
}
export const thing: Thing = { kind: 'plan' };
