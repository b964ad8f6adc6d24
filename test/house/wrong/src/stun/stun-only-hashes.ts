// rejected by: stun-only-hashes
import { createSocket } from 'node:dgram';

export const wrong = createSocket('udp4');
