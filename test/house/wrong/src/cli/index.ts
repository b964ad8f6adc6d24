export interface Thing {
  readonly kind: 'cli';
}
export const thing: Thing = { kind: 'cli' };
