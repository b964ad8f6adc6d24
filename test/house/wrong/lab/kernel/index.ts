export interface Thing {
  readonly kind: 'kernel';
}
export const thing: Thing = { kind: 'kernel' };
