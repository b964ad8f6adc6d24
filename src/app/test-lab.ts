import { createModel, type Model, type ModelOptions } from '../../lab/model/index.ts';
import type { NetworkSpec, RouterSpec } from '../../lab/scenarios/index.ts';
import { formatEndpoint } from '../base/index.ts';
import {
  decodeMessage,
  encodeMessage,
  FULLCONE_CAPABILITIES,
  FULLCONE_TOKEN,
  MAPPED_ADDRESS,
  makeAttribute,
  readAttribute,
  XOR_MAPPED_ADDRESS,
} from '../stun/index.ts';
import type { System } from '../system/index.ts';
import {
  type CheckRequest,
  type FinishedCheck,
  planExclusive,
  type RunEvent,
  type RunningCheck,
  startCheck,
  startReflector,
} from './index.ts';
import type { ReflectorCounts } from './reflector.ts';

/*
 * For tests: a network of the model lab with its reflector at work, and checks in it. Unlike lab/run-model.ts it
 * lets a test reach into a run: cancel it, listen to it, give it another System.
 */

export const PRIMARY = '198.51.100.10';
export const ALTERNATE = '198.51.100.20';
/** An address of the internet where no machine is. */
export const DEAD = '198.51.100.77';

const ALL_PORTS = [{ from: 1, to: 65_535 }];
const ROUTER: RouterSpec = { outward: 'preserve', filtering: 'address-and-port', forwards: [] };

export const FORWARDED: NetworkSpec = {
  router: { ...ROUTER, forwards: [{ ports: ALL_PORTS, to: 'pbx' }] },
  server: { kind: 'full' },
};
export const NOT_FORWARDED: NetworkSpec = { router: ROUTER, server: { kind: 'full' } };

export const serverOf = (name: string, host = name) => ({ name, host, port: 3478 });

export const REQUEST: CheckRequest = {
  servers: [serverOf(PRIMARY)],
  udp: [
    { from: 5060, to: 5060 },
    { from: 9000, to: 9005 },
  ],
  tcp: [],
  tcpIfPossible: false,
  family: null,
  hostName: null,
  bindAddress: '0.0.0.0',
  rate: null,
  sample: null,
  order: 'random',
  mode: 'bind',
  serverList: null,
  noWait: false,
  noRouter: false,
};

/** To this machine every reflector is a server that is not ours: it does not say how much it allows. */
export const toStrangers = (system: System): System => ({
  ...system,
  udp: {
    ...system.udp,
    open: (local, handlers, load) =>
      system.udp.open(local, { ...handlers, datagram: (bytes, from) => handlers.datagram(plain(bytes), from) }, load),
  },
});

/** What no other server says. */
const OURS = new Set([FULLCONE_CAPABILITIES.type, FULLCONE_TOKEN.type]);

function plain(bytes: Uint8Array): Uint8Array {
  const decoded = decodeMessage(bytes);
  if (decoded.kind !== 'message') return bytes;
  const attributes = decoded.message.attributes.filter(({ type }) => !OURS.has(type));
  return encodeMessage({ ...decoded.message, attributes });
}

/** A machine whose packets reach every server from this address, as those do of which no router changes the source. */
export const seenAs = (system: System, address: string): System => ({
  ...system,
  udp: {
    ...system.udp,
    open: (local, handlers, load) =>
      system.udp.open(
        local,
        { ...handlers, datagram: (bytes, from) => handlers.datagram(mappedTo(bytes, address), from) },
        load,
      ),
  },
});

function mappedTo(bytes: Uint8Array, address: string): Uint8Array {
  const decoded = decodeMessage(bytes);
  const mapped = decoded.kind === 'message' ? readAttribute(decoded.message, XOR_MAPPED_ADDRESS) : null;
  if (decoded.kind !== 'message' || mapped?.kind !== 'ok') return bytes;
  const { message } = decoded;
  const at = { address, port: mapped.value.port };
  const changed = [XOR_MAPPED_ADDRESS, MAPPED_ADDRESS].map((one) => makeAttribute(one, at, message.transactionId));
  const attributes = message.attributes.map((one) => changed.find(({ type }) => type === one.type) ?? one);
  return encodeMessage({ ...message, attributes });
}

export interface Lab extends Model {
  /** A check that was begun; `run` carries it out. */
  start(request?: Partial<CheckRequest>, listen?: (event: RunEvent, run: () => RunningCheck) => void): RunningCheck;
  check(request?: Partial<CheckRequest>): Promise<FinishedCheck>;
  /** The same in exclusive mode. */
  startExclusive(
    request?: Partial<CheckRequest>,
    listen?: (event: RunEvent, run: () => RunningCheck) => void,
  ): Promise<RunningCheck>;
  reflectorCounts(): ReflectorCounts;
  stopReflector(): void;
  /** Sockets beside those of the reflector. */
  leftOpen(): number;
}

export async function openLab(network: NetworkSpec, options: Partial<ModelOptions> = {}): Promise<Lab> {
  const model = createModel(network, { seed: 1, ...options });
  const { kind } = network.server;
  const reflector = {
    primary: PRIMARY,
    alternate: kind === 'one-address' ? null : ALTERNATE,
    port: 3478,
    alternatePort: 3479,
    rfc3489: false,
    lab: false,
    fault: kind === 'ignores-change-request' || kind === 'no-response-port' ? kind : null,
  };
  const started = await model.run(startReflector(model.reflector, reflector));
  if (started.kind === 'error') throw new Error(`the reflector did not start: ${started.error.kind}`);
  const ofReflector = model.openSockets();
  const start: Lab['start'] = (request, listen = () => undefined) => {
    const run: RunningCheck = startCheck(model.pbx, { ...REQUEST, ...request }, 'lab', (event) =>
      listen(event, () => run),
    );
    return run;
  };
  const startExclusive: Lab['startExclusive'] = async (request, listen = () => undefined) => {
    const asked: CheckRequest = { ...REQUEST, mode: 'exclusive', ...request };
    const plan = await planExclusive(model.pbx, asked, null);
    if (plan.kind === 'error') throw new Error(`nothing may be stopped: ${JSON.stringify(plan.error)}`);
    const run: RunningCheck = startCheck(model.pbx, asked, 'lab', (event) => listen(event, () => run), plan.value);
    return run;
  };
  return {
    ...model,
    start,
    startExclusive,
    check: (request) => model.run(start(request).finished),
    reflectorCounts: () => started.value.counts(),
    stopReflector: () => started.value.close(),
    leftOpen: () => model.openSockets() - ofReflector,
  };
}

/** A router that lets so many TCP connections in, and then nobody any more, whoever calls. */
export function lettingIn(count: number): NonNullable<ModelOptions['meddle']> {
  const letIn = new Set<string>();
  return (way, { protocol, from, to }) => {
    if (protocol !== 'tcp' || way === 'out') return null;
    const flow = `${formatEndpoint(from)} ${formatEndpoint(to)}`;
    if (letIn.size < count) letIn.add(flow);
    return letIn.has(flow) ? null : 'lost';
  };
}
