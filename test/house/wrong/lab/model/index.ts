export interface Thing {
  readonly kind: 'model';
}
export const thing: Thing = { kind: 'model' };
