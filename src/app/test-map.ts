import { createModel, type Model } from '../../lab/model/index.ts';
import { GATEWAY, type Lies, type PretendRouter, pretendRouter } from '../router/test-router.ts';
import type { System } from '../system/index.ts';

/* For tests: a machine behind a router that keeps mappings. */

export interface Machine {
  readonly model: Model;
  readonly system: System;
  readonly router: PretendRouter;
}

/** The model's PBX; what it sends to its gateway goes to that router instead. */
export function machineAt(lies: Lies = {}, router = pretendRouter(lies)): Machine {
  const spec = { outward: 'preserve', filtering: 'address-and-port', forwards: [] } as const;
  const model = createModel({ router: spec, server: { kind: 'down' } }, { seed: 1 });
  const { pbx } = model;
  const later = (then: () => void) => pbx.clock.at(pbx.clock.now() + 1, then);
  let last = 0;
  const hear: PretendRouter['hear'] = (bytes, port) => {
    router.epoch += (pbx.clock.now() - last) / 1_000;
    last = pbx.clock.now();
    return router.hear(bytes.slice(), port);
  };
  const system: System = {
    ...pbx,
    udp: {
      ...pbx.udp,
      open: (local, handlers) => {
        const socket = pbx.udp.open(local, handlers);
        return {
          close: () => socket.close(),
          send(bytes, to) {
            const answer = to.address === GATEWAY ? hear(bytes, to.port) : null;
            if (answer) later(() => handlers.datagram(answer, to));
          },
        };
      },
    },
    tcp: {
      ...pbx.tcp,
      exchange: (_, to, { bytes }, ended) => later(() => ended(router.serve(bytes, to))),
    },
  };
  return { model, system, router };
}
