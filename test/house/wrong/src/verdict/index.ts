export interface Thing {
  readonly kind: 'verdict';
}
export const thing: Thing = { kind: 'verdict' };
