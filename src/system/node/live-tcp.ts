import { type Endpoint, type Family, familyOf } from '../../base/index.ts';
import type { LiveOptions, SocketFailure, Tcp, TcpListener, TcpListenHandlers } from '../contract.ts';
import type { Libc } from './libc.ts';
import { tcpFilter } from './raw-filter.ts';
import { addressIn, contentOf, listenRaw, type RawListener } from './raw-socket.ts';
import { readSegment } from './tcp-segment.ts';

/** As much as a caller of ours sends, and more. */
const MOST_BYTES = 64;

/** Who comes to ports at which somebody else listens. Nothing is opened before the first of them. */
export class Visits {
  readonly #libc: Libc;
  readonly #options: LiveOptions;
  readonly #family: Family;
  readonly #handlers = new Map<number, TcpListenHandlers>();
  /** Ends of connections of which was told, and what. */
  readonly #told = new Set<string>();
  #listener: RawListener | null = null;

  constructor(libc: Libc, options: LiveOptions) {
    this.#libc = libc;
    this.#options = options;
    this.#family = familyOf(options.local) ?? 'ipv4';
  }

  /** false: the system does not allow it. */
  watch(port: number, handlers: TcpListenHandlers): boolean {
    const filter = this.#filter([...this.#handlers.keys(), port]);
    if (this.#listener ? !this.#listener.filter(filter) : !this.#open(filter)) return false;
    this.#handlers.set(port, handlers);
    return true;
  }

  #filter(ports: Iterable<number>): Uint8Array {
    return tcpFilter(this.#family, { peers: this.#options.peers, ports, most: MOST_BYTES });
  }

  #open(filter: Uint8Array): boolean {
    const options = { transport: 'tcp', address: this.#options.hearsAt, filter } as const;
    const opened = listenRaw(this.#libc, options, (packet, name) => this.#heard(packet, name));
    if (opened.kind === 'ok') this.#listener = opened.value;
    return opened.kind === 'ok';
  }

  forget(port: number): void {
    this.#handlers.delete(port);
  }

  close(): void {
    this.#handlers.clear();
    this.#listener?.close();
  }

  /** What the caller says comes in one piece, and again until the holder of the port has it. */
  #heard(packet: Uint8Array, name: Uint8Array): void {
    const isIpv4 = this.#family === 'ipv4';
    const content = contentOf(packet, isIpv4, 'tcp');
    const segment = content && readSegment(content);
    const handlers = segment ? this.#handlers.get(segment.to) : undefined;
    if (!segment || !handlers) return;
    const from = { address: addressIn(name, isIpv4), port: segment.from };
    if (segment.isFirst && this.#isNew('visit', segment.to, from)) handlers.connected(from);
    if (segment.bytes.length > 0 && this.#isNew('bytes', segment.to, from))
      handlers.arrived(from, segment.bytes.slice(0, MOST_BYTES));
  }

  #isNew(what: string, port: number, from: Endpoint): boolean {
    const key = `${what} ${port} ${from.address} ${from.port}`;
    const isNew = !this.#told.has(key);
    this.#told.add(key);
    return isNew;
  }
}

/**
 * Listens where nobody does; where somebody does, it watches who comes to him. Below 1024 Linux says that this user may
 * not listen before it says that somebody does: then, too, it is seen who comes.
 */
export function listenBeside(
  local: Endpoint,
  handlers: TcpListenHandlers,
  { tcp, visits }: { readonly tcp: Tcp; readonly visits: Visits },
): TcpListener {
  const listener = tcp.listen(local, {
    ...handlers,
    failed(failure) {
      if (isNotOurs(failure) && visits.watch(local.port, handlers)) handlers.bound(local);
      else handlers.failed(failure);
    },
  });
  return {
    close() {
      listener.close();
      visits.forget(local.port);
    },
  };
}

const isNotOurs = ({ kind }: SocketFailure): boolean => kind === 'in-use' || kind === 'permission';
