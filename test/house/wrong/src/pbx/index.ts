export interface Thing {
  readonly kind: 'pbx';
}
export const thing: Thing = { kind: 'pbx' };
