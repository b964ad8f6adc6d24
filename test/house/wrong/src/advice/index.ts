export interface Thing {
  readonly kind: 'advice';
}
export const thing: Thing = { kind: 'advice' };
