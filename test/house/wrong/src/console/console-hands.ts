// rejected by: console-hands
import { fastify } from 'fastify';

export const server = fastify;
