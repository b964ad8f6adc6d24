export interface Thing {
  readonly kind: 'systemd';
}
export const thing: Thing = { kind: 'systemd' };
