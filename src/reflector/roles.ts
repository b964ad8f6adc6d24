/** One of the four transport addresses of a reflector: which of its two addresses, which of its two ports. */
export interface Role {
  readonly address: 'primary' | 'alternate';
  readonly port: 'primary' | 'alternate';
}

export type RoleName = 'primary' | 'primary-alternate-port' | 'alternate' | 'alternate-primary-port';

interface RoleRow extends Role {
  /** Who answers when the asker wants another address, another port, or both (RFC 5780 section 6.1, table 1). */
  readonly changed: { readonly address: RoleName; readonly port: RoleName; readonly both: RoleName };
}

/** All that there is to know of roles: CHANGE-REQUEST, OTHER-ADDRESS and the sockets follow this one table. */
export const ROLES: Readonly<Record<RoleName, RoleRow>> = {
  primary: {
    address: 'primary',
    port: 'primary',
    changed: { address: 'alternate-primary-port', port: 'primary-alternate-port', both: 'alternate' },
  },
  'primary-alternate-port': {
    address: 'primary',
    port: 'alternate',
    changed: { address: 'alternate', port: 'primary', both: 'alternate-primary-port' },
  },
  alternate: {
    address: 'alternate',
    port: 'alternate',
    changed: { address: 'primary-alternate-port', port: 'alternate-primary-port', both: 'primary' },
  },
  'alternate-primary-port': {
    address: 'alternate',
    port: 'primary',
    changed: { address: 'primary', port: 'alternate', both: 'primary-alternate-port' },
  },
};

export const ROLE_NAMES: readonly RoleName[] = [
  'primary',
  'primary-alternate-port',
  'alternate',
  'alternate-primary-port',
];

export function changedRole(from: RoleName, change: { readonly address: boolean; readonly port: boolean }): RoleName {
  const { changed } = ROLES[from];
  if (change.address) return change.port ? changed.both : changed.address;
  return change.port ? changed.port : from;
}
