import { createHash } from 'node:crypto';

export const right = createHash('md5');
