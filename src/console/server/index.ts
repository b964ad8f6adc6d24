/** HTTP: the routes of the API as fastify has them, who may call which, the built pages, and the OpenAPI document. */
export { isLoopback } from './hosts.ts';
export { type ListenFailure, listen, tlsFault } from './listen.ts';
export { type Identity, makeServer, type ServerOptions } from './server.ts';
