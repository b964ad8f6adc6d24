import { networkInterfaces } from 'node:os';
import type { Host } from '../contract.ts';
import { udpHolders } from './holders.ts';
import { nodeUdp } from './udp.ts';

const addresses = (): string[] =>
  Object.values(networkInterfaces()).flatMap((list) =>
    (list ?? []).filter(({ family }) => family === 'IPv4').map(({ address }) => address),
  );

/** Tried, not looked up: Linux takes all of 127.0.0.0/8, and addresses can be bound that no interface shows. */
const canBind = (address: string): Promise<boolean> =>
  new Promise((resolve) => {
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

export const nodeHost: Host = {
  addresses,
  canBind,
  udpHolders: async (ports) => udpHolders(ports),
};
