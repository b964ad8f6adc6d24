import { err, type Family, formatRanges, ok, type Result } from '../../base/index.ts';
import type { Live, LiveFailure, LiveOptions, LivePorts, LiveWish, Tcp, WireFailure } from '../contract.ts';
import { type Libc, loadLibc } from './libc.ts';
import { listenBeside, Visits } from './live-tcp.ts';
import { openDatagrams } from './live-udp.ts';
import { routedByPort } from './routing-rules.ts';

const LOOPBACK = { ipv4: '127.0.0.1', ipv6: '::1' } as const satisfies Record<Family, string>;

/** `tcp`: listens at ports that nobody holds. */
export function nodeLive(tcp: Tcp): Live {
  return {
    async hindrance(wish) {
      const loaded = await loadLibc();
      return loaded.kind === 'ok' ? hindranceOf(loaded.value, wish, tcp) : loaded.error;
    },
    async open(options) {
      const loaded = await loadLibc();
      return loaded.kind === 'ok' ? openPorts(loaded.value, options, tcp) : loaded;
    },
  };
}

/** By trying it, with nothing that leaves the machine. */
function hindranceOf(libc: Libc, { family, udp }: LiveWish, tcp: Tcp): LiveFailure | null {
  const own = LOOPBACK[family];
  const opened = openPorts(libc, { local: own, hearsAt: own, peers: [own] }, tcp);
  if (opened.kind === 'error') return opened.error;
  opened.value.close();
  const routed = routedByPort(libc, family, udp);
  return routed.length > 0 ? { kind: 'routed-by-port', code: formatRanges(routed) } : null;
}

function openPorts(libc: Libc, options: LiveOptions, tcp: Tcp): Result<LivePorts, WireFailure> {
  const datagrams = openDatagrams(libc, options);
  if (datagrams.kind === 'error') return err(datagrams.error);
  const { udp, close } = datagrams.value;
  const visits = new Visits(libc, options);
  return ok({
    udp,
    tcp: { listen: (local, handlers) => listenBeside(local, handlers, { tcp, visits }) },
    close() {
      close();
      visits.close();
    },
  });
}
