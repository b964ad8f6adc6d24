import { createSocket } from 'node:dgram';
import type { Thing } from '../index.ts';

export const right = (thing: Thing): unknown => [thing, createSocket('udp4')];
