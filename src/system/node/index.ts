/** The hands of a real machine: implements the system contract with Node's own modules. Only a `main.ts` picks it. */
import { randomBytes } from 'node:crypto';
import type { System } from '../contract.ts';
import { nodeClock } from './clock.ts';
import { nodeFiles } from './files.ts';
import { nodeHost } from './host.ts';
import { nodeLive } from './live.ts';
import { nodeNames } from './names.ts';
import { nodeServices } from './services/index.ts';
import { nodeTcp } from './tcp.ts';
import { nodeTls } from './tls.ts';
import { nodeUdp } from './udp.ts';
import { nodeWeb } from './web.ts';
import { nodeWire } from './wire.ts';

export { endQuietlyWithoutTerminal } from './lost-terminal.ts';

export const nodeSystem = (): System => ({
  clock: nodeClock,
  random: randomBytes,
  udp: nodeUdp,
  tcp: nodeTcp,
  tls: nodeTls(process.env),
  web: nodeWeb(process.env),
  wire: nodeWire(nodeHost.addresses),
  live: nodeLive(nodeTcp),
  names: nodeNames(),
  host: nodeHost,
  files: nodeFiles(process.env),
  services: nodeServices([process.execPath, process.argv[1] ?? '']),
});
