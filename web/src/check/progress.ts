import { useEffect, useState } from 'react';
import { applyDelta, type RunDelta, type RunProgress } from '../../../src/console/api/index.ts';
import { addressOf } from '../client/index.ts';

/** `isLost`: the console does not answer, and is tried again. */
export type Following =
  | { readonly kind: 'connecting'; readonly isLost: boolean }
  | { readonly kind: 'running'; readonly progress: RunProgress; readonly isLost: boolean }
  | { readonly kind: 'over'; readonly isLost: false };

/** As long as a browser waits by itself; milliseconds. */
const AGAIN_MS = 3_000;

/** A run as it goes on. A browser that lost the connection takes it up again by itself, after the last event it has. */
export function useProgress(id: number): Following {
  const [following, setFollowing] = useState<Following>({ kind: 'connecting', isLost: false });
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const open = (): EventSource => {
      const opened = follow(id, setFollowing);
      opened.addEventListener('error', () => {
        // Refused, by a proxy whose console is away, say: a browser gives that up. Whether it is over, the run is asked.
        if (opened.readyState !== EventSource.CLOSED) return;
        timer = setTimeout(() => {
          source = open();
        }, AGAIN_MS);
      });
      return opened;
    };
    let source = open();
    return () => {
      clearTimeout(timer);
      source.close();
    };
  }, [id]);
  return following;
}

function follow(id: number, change: (next: (now: Following) => Following) => void): EventSource {
  const source = new EventSource(addressOf('runEvents', { params: { id } }));
  const dataOf = <T>(event: Event): T => JSON.parse((event as MessageEvent<string>).data) as T;
  source.addEventListener('snapshot', (event) => {
    const progress = dataOf<RunProgress>(event);
    change(() => ({ kind: 'running', progress, isLost: false }));
  });
  source.addEventListener('delta', (event) => {
    const delta = dataOf<RunDelta>(event);
    change((now) =>
      now.kind === 'running' ? { ...now, progress: applyDelta(now.progress, delta), isLost: false } : now,
    );
  });
  source.addEventListener('end', () => {
    source.close();
    change(() => ({ kind: 'over', isLost: false }));
  });
  source.addEventListener('error', () => change((now) => (now.kind === 'over' ? now : { ...now, isLost: true })));
  return source;
}
