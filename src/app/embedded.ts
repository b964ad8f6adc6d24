import type { CheckRequest, ServerName } from './events.ts';

/**
 * The reflector that a trial on one machine talks to: two loopback addresses beside the checker's. All of
 * 127.0.0.0/8 is local on Linux and Windows; macOS has only 127.0.0.1 until told otherwise.
 */
export const EMBEDDED = {
  /** What the user types in the place of a server. */
  name: 'embedded',
  checker: '127.0.0.1',
  primary: '127.0.0.2',
  port: 3478,
  options: { primary: '127.0.0.2', alternate: '127.0.0.3', port: 3478, alternatePort: 3479, lab: true },
} as const;

export const isEmbedded = (servers: readonly ServerName[]): boolean =>
  servers.some(({ name }) => name === EMBEDDED.name);

/** Below, only root may listen, which a trial is not worth. */
const UNPRIVILEGED = 1024;

/** A trial wants no rights that it does not need; and on one machine there is no router that could remember. */
export const asTrial = (request: CheckRequest): CheckRequest => ({
  ...request,
  tcp: request.tcp.filter(({ from }) => from >= UNPRIVILEGED),
  mode: request.mode === 'auto' ? 'bind' : request.mode,
  noWait: true,
});
