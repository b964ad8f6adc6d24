import {
  canonicalIp,
  type Endpoint,
  err,
  familyOf,
  isAnyAddress,
  ok,
  type Result,
  scopeOf,
  wrappedIpv4,
} from '../base/index.ts';
import {
  type Action,
  admit,
  type Capabilities,
  callAnswer,
  type DropReason,
  type Fault,
  type Letter,
  ROLE_NAMES,
  ROLES,
  type RoleName,
  reflect,
  Strangers,
} from '../reflector/index.ts';
import type { Clock, SocketFailure, System, UdpHandlers, UdpSocket } from '../system/index.ts';
import { Calls } from './calls.ts';

export interface ReflectorOptions {
  readonly primary: string;
  /** null: one address only. The outbound question can be asked, and the cold one, but not the warm one. */
  readonly alternate: string | null;
  readonly port: number;
  readonly alternatePort: number;
  readonly fault: Fault | null;
  readonly rfc3489: boolean;
  /** TCP ports of addresses that are not of the internet are called, too. */
  readonly lab: boolean;
}

/** Why it did not start, and because of what. */
export type ReflectorError =
  | { readonly kind: 'same-address'; readonly address: string }
  | { readonly kind: 'same-port'; readonly port: number }
  /** No address, or one of all interfaces, from which no role could be told from another. */
  | { readonly kind: 'not-an-address'; readonly address: string }
  /** It ends at the next router, and no message has room for its interface. */
  | { readonly kind: 'link-local'; readonly address: string }
  /** The alternate one is of the other family (RFC 5780 section 7.4). */
  | { readonly kind: 'other-family'; readonly address: string }
  | { readonly kind: 'not-a-port'; readonly port: number }
  | { readonly kind: SocketFailure['kind']; readonly code: string; readonly endpoint: Endpoint };

export interface ReflectorCounts {
  readonly received: number;
  readonly answered: number;
  readonly dropped: Readonly<Record<DropReason, number>>;
  /** Answers that the system would not send. */
  readonly notSent: number;
}

export interface RunningReflector {
  /** The roles that listen. */
  readonly endpoints: Readonly<Partial<Record<RoleName, Endpoint>>>;
  counts(): ReflectorCounts;
  /** Idempotent. */
  close(): void;
}

/**
 * What one asker may send, announced to our own checker. A third of what one process answers on a small machine,
 * so that a check at full speed does not lose packets here and call that a closed port.
 */
const ANNOUNCED_RATE = 20_000;

const TOKEN_KEY_BYTES = 32;

/** Binds the roles and answers what comes. Either all of them listen, or nothing stays open. */
export async function startReflector(
  system: System,
  given: ReflectorOptions,
): Promise<Result<RunningReflector, ReflectorError>> {
  const options = inOneForm(given);
  const wrong = mistakeIn(options);
  if (wrong !== null) return err(wrong);
  const endpoints = endpointsOf(options);
  const names = options.alternate === null ? (['primary'] as const) : ROLE_NAMES;
  const pump = new Pump(capabilitiesOf(options, endpoints, system.random(TOKEN_KEY_BYTES)), system);
  const errors = await Promise.all(names.map((name) => pump.open(system, name)));
  const failed = errors.find((error) => error !== null);
  if (failed) {
    pump.close();
    return err(failed);
  }
  pump.start();
  return ok({
    endpoints: Object.fromEntries(names.map((name) => [name, endpoints[name]])),
    counts: () => pump.counts(),
    close: () => pump.close(),
  });
}

/** Addresses are compared as texts, with what sockets and messages say. What is none stays, and is refused. */
const inOneForm = ({ primary, alternate, ...rest }: ReflectorOptions): ReflectorOptions => ({
  ...rest,
  primary: canonicalIp(primary) ?? primary,
  alternate: alternate === null ? null : (canonicalIp(alternate) ?? alternate),
});

function mistakeIn({ primary, alternate, port, alternatePort }: ReflectorOptions): ReflectorError | null {
  const addresses = alternate === null ? [primary] : [primary, alternate];
  const wrong = addresses.map(mistakeInAddress).find((mistake) => mistake !== null);
  if (wrong) return wrong;
  if (alternate !== null && familyOf(alternate) !== familyOf(primary))
    return { kind: 'other-family', address: alternate };
  for (const number of [port, alternatePort])
    if (!Number.isInteger(number) || number < 1 || number > 65_535) return { kind: 'not-a-port', port: number };
  if (primary === alternate) return { kind: 'same-address', address: primary };
  return alternate !== null && port === alternatePort ? { kind: 'same-port', port } : null;
}

function mistakeInAddress(address: string): ReflectorError | null {
  if (familyOf(address) === 'ipv6' && scopeOf(address) === 'link-local') return { kind: 'link-local', address };
  const isNone = canonicalIp(address) === null || isAnyAddress(address) || wrappedIpv4(address) !== null;
  return isNone ? { kind: 'not-an-address', address } : null;
}

function endpointsOf({ primary, alternate, port, alternatePort }: ReflectorOptions): Record<RoleName, Endpoint> {
  const endpoint = (name: RoleName): Endpoint => ({
    address: ROLES[name].address === 'primary' ? primary : (alternate ?? primary),
    port: ROLES[name].port === 'primary' ? port : alternatePort,
  });
  return {
    primary: endpoint('primary'),
    'primary-alternate-port': endpoint('primary-alternate-port'),
    alternate: endpoint('alternate'),
    'alternate-primary-port': endpoint('alternate-primary-port'),
  };
}

const capabilitiesOf = (
  { alternate, rfc3489, fault, lab }: ReflectorOptions,
  endpoints: Readonly<Record<RoleName, Endpoint>>,
  tokenKey: Uint8Array,
): Capabilities => ({
  endpoints,
  alternate: alternate !== null,
  responsePort: true,
  rfc3489,
  announcedRate: ANNOUNCED_RATE,
  fault,
  lab,
  tokenKey,
});

/** Between the sockets and `reflect`. */
class Pump {
  #capabilities: Capabilities;
  readonly #clock: Clock;
  readonly #calls: Calls;
  readonly #strangers = new Strangers();
  #running = false;
  readonly #sockets = new Map<RoleName, UdpSocket>();
  #received = 0;
  #answered = 0;
  #notSent = 0;
  readonly #dropped: Record<DropReason, number> = {
    'not-stun': 0,
    malformed: 0,
    rfc3489: 0,
    answer: 0,
    indication: 0,
    'other-method': 0,
    'no-source-port': 0,
    'own-address': 0,
    'over-budget': 0,
  };

  constructor(capabilities: Capabilities, system: System) {
    this.#capabilities = capabilities;
    this.#clock = system.clock;
    this.#calls = new Calls(system);
  }

  /** null: it listens. */
  open(system: System, name: RoleName): Promise<ReflectorError | null> {
    const endpoint = this.#capabilities.endpoints[name];
    return new Promise((resolve) => {
      const handlers: UdpHandlers = {
        bound: () => resolve(null),
        failed: ({ kind, code }) => {
          this.#lost(name);
          resolve({ kind, code, endpoint });
        },
        datagram: (bytes, from) => this.#handle(name, bytes, from),
        notSent: () => this.#notSent++,
      };
      const socket = system.udp.open(endpoint, handlers, 'busy');
      this.#sockets.set(name, socket);
    });
  }

  /** Before all roles listen, OTHER-ADDRESS would promise what is not there yet. */
  start(): void {
    this.#running = true;
  }

  close(): void {
    this.#running = false;
    this.#calls.close();
    for (const socket of this.#sockets.values()) socket.close();
  }

  counts(): ReflectorCounts {
    const [received, answered, notSent] = [this.#received, this.#answered, this.#notSent];
    return { received, answered, notSent, dropped: { ...this.#dropped } };
  }

  #handle(at: RoleName, bytes: Uint8Array, from: Endpoint): void {
    if (!this.#running) return;
    this.#received++;
    const now = Math.floor(this.#clock.now() / 1000);
    const datagram = { bytes, from, at, now };
    const action = admit(reflect(datagram, this.#capabilities), datagram, this.#strangers);
    if (action.kind === 'drop') {
      this.#dropped[action.why]++;
      return;
    }
    this.#answered++;
    const socket = this.#sockets.get(action.from);
    for (const letter of this.#carryOut(action)) socket?.send(letter.bytes, letter.to);
  }

  /** What is to be sent. */
  #carryOut(action: Exclude<Action, { kind: 'drop' }>): readonly Letter[] {
    switch (action.kind) {
      case 'send':
        return [action];
      case 'spread':
        return action.answers;
      case 'call': {
        const called = this.#calls.place(action, this.#capabilities.endpoints[action.caller].address);
        return [{ to: action.to, bytes: callAnswer(action, called) }];
      }
      default:
        return action satisfies never;
    }
  }

  /** Three roles are not an RFC 5780 server: the rest goes on as a plain one. */
  #lost(name: RoleName): void {
    this.#sockets.delete(name);
    this.#capabilities = { ...this.#capabilities, alternate: false };
  }
}
