import { type Endpoint, familyOf, ok, parseIp, type Result } from '../../base/index.ts';
import type { LiveOptions, Udp, UdpHandlers, WireFailure } from '../contract.ts';
import { failureOfCode } from './failures.ts';
import type { Libc } from './libc.ts';
import { udpFilter } from './raw-filter.ts';
import { addressIn, contentOf, listenRaw, RawSender } from './raw-socket.ts';
import { sumOf, UDP_HEADER, wordAt, writeUdp } from './udp-header.ts';

/** One raw socket that sends from any port, and one that hears what comes to those that are open here. */
export function openDatagrams(
  libc: Libc,
  { local, hearsAt, peers }: LiveOptions,
): Result<{ readonly udp: Udp; readonly close: () => void }, WireFailure> {
  const family = familyOf(local) ?? 'ipv4';
  const isIpv4 = family === 'ipv4';
  const handlers = new Map<number, UdpHandlers>();
  const listener = listenRaw(libc, { transport: 'udp', address: hearsAt, filter: udpFilter(family, peers) }, heard);
  if (listener.kind === 'error') return listener;
  const opened = RawSender.open(libc, local);
  if (opened.kind === 'error') {
    listener.value.close();
    return opened;
  }
  const sender = opened.value;

  function heard(packet: Uint8Array, name: Uint8Array): void {
    const udp = contentOf(packet, isIpv4, 'udp');
    if (!udp) return;
    const length = wordAt(udp, 4);
    if (udp.length < UDP_HEADER || length < UDP_HEADER || length > udp.length) return;
    const to = handlers.get(wordAt(udp, 2));
    to?.datagram(udp.slice(UDP_HEADER, length), { address: addressIn(name, isIpv4), port: wordAt(udp, 0) });
  }

  /** Of IPv6 the system fills in the checksum. */
  const sums = new Map<string, number>();
  const own = sumOf(parseIp(local) ?? new Uint8Array());
  function addressesTo(address: string): number | null {
    if (!isIpv4) return null;
    const sum = sums.get(address) ?? sumOf(parseIp(address) ?? new Uint8Array(), own);
    sums.set(address, sum);
    return sum;
  }

  function send(port: number, bytes: Uint8Array, to: Endpoint): void {
    // It leaves later, when the caller may have used the memory for something else.
    const packet = { from: port, to, bytes: new Uint8Array(bytes) };
    sender.send({
      to: to.address,
      write: (into) => writeUdp(into, packet, addressesTo(to.address)),
      failed: (code) => handlers.get(port)?.notSent(failureOfCode(code)),
    });
  }

  const udp: Udp = {
    open({ port }, its) {
      handlers.set(port, its);
      queueMicrotask(() => {
        if (handlers.get(port) === its) its.bound({ address: local, port });
      });
      return {
        send: (bytes, to) => send(port, bytes, to),
        close() {
          if (handlers.get(port) === its) handlers.delete(port);
        },
      };
    },
    freeSockets: () => Number.POSITIVE_INFINITY,
  };
  return ok({
    udp,
    close() {
      handlers.clear();
      sender.close();
      listener.value.close();
    },
  });
}
