import { useEffect, useState } from 'react';
import { applyDelta, type RunDelta, type RunProgress } from '../../../src/console/api/index.ts';
import { addressOf } from '../client/index.ts';

export type Following =
  | { readonly kind: 'connecting' }
  /** `isLost`: the console does not answer; the browser tries again by itself. */
  | { readonly kind: 'running'; readonly progress: RunProgress; readonly isLost: boolean }
  | { readonly kind: 'over' };

/** A run as it goes on. A browser that lost the connection takes it up again by itself, after the last event it has. */
export function useProgress(id: number): Following {
  const [following, setFollowing] = useState<Following>({ kind: 'connecting' });
  useEffect(() => {
    const source = new EventSource(addressOf('runEvents', { params: { id } }));
    const dataOf = <T>(event: Event): T => JSON.parse((event as MessageEvent<string>).data) as T;
    source.addEventListener('snapshot', (event) =>
      setFollowing({ kind: 'running', progress: dataOf(event), isLost: false }),
    );
    source.addEventListener('delta', (event) => {
      const delta = dataOf<RunDelta>(event);
      setFollowing((now) =>
        now.kind === 'running' ? { ...now, progress: applyDelta(now.progress, delta), isLost: false } : now,
      );
    });
    source.addEventListener('end', () => {
      source.close();
      setFollowing({ kind: 'over' });
    });
    source.addEventListener('error', () => {
      // Refused: what the run says of itself is asked for instead.
      if (source.readyState === EventSource.CLOSED) setFollowing({ kind: 'over' });
      else setFollowing((now) => (now.kind === 'running' ? { ...now, isLost: true } : now));
    });
    return () => source.close();
  }, [id]);
  return following;
}
