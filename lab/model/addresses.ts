/** The picture of lab/scenarios/types.ts in numbers. */
export const PRIMARY = '198.51.100.10';
export const ALTERNATE = '198.51.100.20';
/** Of the second reflector. */
export const SECOND = ['198.51.100.30', '198.51.100.40'] as const;
export const PUBLIC = '203.0.113.44';
export const PBX = '192.168.0.100';
export const HOST2 = '192.168.0.50';
export const NOBODY = '192.168.0.77';
export const GATEWAY = '192.168.0.1';

/** The one name that the model's resolver knows. */
export const STUN_NAME = 'stun.example';
export const STUN_PORT = 3478;

export const isLan = (address: string): boolean => address.startsWith('192.168.0.');
export const isLoopback = (address: string): boolean => address.startsWith('127.');
