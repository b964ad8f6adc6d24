// rejected by: node-only-in-the-hands
import { createSocket } from 'node:dgram';

export const wrong = createSocket('udp4');
