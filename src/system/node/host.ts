import { createSocket } from 'node:dgram';
import { networkInterfaces } from 'node:os';
import { familyOf, isAnyAddress, scopeOf } from '../../base/index.ts';
import type { Host } from '../contract.ts';
import { gatewayFor } from './gateway.ts';
import { textOf } from './proc-files.ts';
import { stableAddress } from './stable-address.ts';
import { nodeUdp } from './udp.ts';
import { whoOn } from './who.ts';

const addresses = (): string[] =>
  Object.values(networkInterfaces()).flatMap((list) =>
    (list ?? [])
      .filter(({ family, address }) => family === 'IPv4' || scopeOf(address) !== 'link-local')
      .map(({ address }) => address),
  );

/**
 * Tried, not looked up: Linux takes all of 127.0.0.0/8. Broadcast and multicast addresses can be bound as well, but
 * nothing is sent from there.
 */
const canBind = (address: string): Promise<boolean> =>
  new Promise((resolve) => {
    const isOwn = isAnyAddress(address) || scopeOf(address) === 'loopback' || addresses().includes(address);
    if (!isOwn) {
      resolve(false);
      return;
    }
    const ignore = (): null => null;
    const socket = nodeUdp.open(
      { address, port: 0 },
      {
        bound: () => {
          socket.close();
          resolve(true);
        },
        failed: ({ kind }) => resolve(kind !== 'no-such-address'),
        datagram: ignore,
        notSent: ignore,
      },
    );
  });

/** Connecting a datagram socket sends nothing, but lets the system choose the way. The port does not matter. */
const sourceFor = (address: string): Promise<string | null> =>
  new Promise((resolve) => {
    const isIpv6 = familyOf(address) === 'ipv6';
    const socket = createSocket(isIpv6 ? 'udp6' : 'udp4');
    const end = (source: string | null): void => {
      socket.close();
      resolve(isIpv6 && source !== null ? stableAddress(source, textOf('/proc/net/if_inet6')) : source);
    };
    socket.once('error', () => end(null));
    // A callback given to `connect` would be called for the error too, in its place.
    socket.once('connect', () => end(socket.address().address));
    socket.connect(9, address);
  });

export const nodeHost: Host = {
  addresses,
  sourceFor,
  gatewayFor,
  canBind,
  ...whoOn(process.platform),
};
