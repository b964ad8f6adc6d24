export interface Thing {
  readonly kind: 'scenarios';
}
export const thing: Thing = { kind: 'scenarios' };
