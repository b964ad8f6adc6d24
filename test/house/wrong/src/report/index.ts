export interface Thing {
  readonly kind: 'report';
}
export const thing: Thing = { kind: 'report' };
