import type { Endpoint } from '../../src/base/index.ts';
import type { SocketFailure, System } from '../../src/system/index.ts';
import type { NetworkSpec, RouterSpec } from '../scenarios/index.ts';
import { ALTERNATE, PBX, PRIMARY, PUBLIC } from './addresses.ts';
import type { Model } from './model.ts';

/** For the tests: hosts that say and hear plain datagrams, nothing of STUN. */
export interface Voice {
  readonly local: Endpoint;
  readonly heard: { readonly text: string; readonly from: Endpoint }[];
  readonly failures: SocketFailure[];
  say(text: string, to: Endpoint): void;
  close(): void;
}

export const at = (address: string, port: number): Endpoint => ({ address, port });

/** The reflector's four roles, and the PBX's port 9000 from inside and from outside. */
export const A1 = at(PRIMARY, 3478);
export const A1_OTHER = at(PRIMARY, 3479);
export const A2_OTHER = at(ALTERNATE, 3478);
export const A2 = at(ALTERNATE, 3479);
export const P = at(PBX, 9000);
export const PUBLIC_P = at(PUBLIC, 9000);

export const ROUTER: RouterSpec = { outward: 'preserve', filtering: 'address-and-port', forwards: [] };
export const ONE_TO_ONE: RouterSpec = { ...ROUTER, forwards: [{ ports: [{ from: 9000, to: 10999 }], to: 'pbx' }] };

export const behind = (router: RouterSpec | null, rest: Partial<NetworkSpec> = {}): NetworkSpec => ({
  router,
  server: { kind: 'full' },
  ...rest,
});

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

export function openVoice(system: System, local: Endpoint, echo = false): Promise<Voice> {
  return new Promise((resolve, reject) => {
    const heard: Voice['heard'] = [];
    const failures: SocketFailure[] = [];
    const socket = system.udp.open(local, {
      bound: (endpoint) => resolve({ local: endpoint, heard, failures, say, close: () => socket.close() }),
      failed: reject,
      datagram(bytes, from) {
        heard.push({ text: text(bytes), from });
        if (echo) socket.send(bytes, from);
      },
      notSent: (failure) => failures.push(failure),
    });
    const say = (words: string, to: Endpoint): void => socket.send(new TextEncoder().encode(words), to);
  });
}

export const onPbx = (model: Model, local: Endpoint): Promise<Voice> => model.run(openVoice(model.pbx, local));
export const onReflector = (model: Model, local: Endpoint): Promise<Voice> =>
  model.run(openVoice(model.reflector, local));

let words = 0;

/** One packet: where it seems to come from to the one that hears it; null: it is not heard. */
export async function seen(model: Model, by: Voice, from: Voice, to: Endpoint = by.local): Promise<Endpoint | null> {
  const text = `word ${words++}`;
  from.say(text, to);
  await model.advance(100);
  return by.heard.find((each) => each.text === text)?.from ?? null;
}
