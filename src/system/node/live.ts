import { ok, type Result } from '../../base/index.ts';
import type { Live, LiveOptions, LivePorts, Tcp, WireFailure } from '../contract.ts';
import { loadLibc } from './libc.ts';
import { listenBeside, Visits } from './live-tcp.ts';
import { openDatagrams } from './live-udp.ts';

const A_TRY: LiveOptions = { local: '127.0.0.1', hearsAt: '127.0.0.1', peers: ['127.0.0.1'] };

/** `tcp`: listens at ports that nobody holds. */
export function nodeLive(tcp: Tcp): Live {
  const open = (options: LiveOptions) => openPorts(options, tcp);
  return {
    async hindrance() {
      const opened = await open(A_TRY);
      if (opened.kind === 'error') return opened.error;
      opened.value.close();
      return null;
    },
    open,
  };
}

async function openPorts(options: LiveOptions, tcp: Tcp): Promise<Result<LivePorts, WireFailure>> {
  const loaded = await loadLibc();
  if (loaded.kind === 'error') return loaded;
  const libc = loaded.value;
  const datagrams = openDatagrams(libc, options);
  if (datagrams.kind === 'error') return datagrams;
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
