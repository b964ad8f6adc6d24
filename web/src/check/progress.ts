import { useEffect, useState } from 'react';
import { applyDelta, type RunDelta, type RunProgress, type RunSummary } from '../../../src/console/api/index.ts';
import { addressOf } from '../client/index.ts';

export type Following =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'running'; readonly progress: RunProgress }
  | { readonly kind: 'over'; readonly summary: RunSummary }
  /** There is no such run, or the console refuses. */
  | { readonly kind: 'refused' };

/** A run as it goes on. A browser that lost the connection takes it up again by itself, after the last event it has. */
export function useRun(id: number): Following {
  const [following, setFollowing] = useState<Following>({ kind: 'connecting' });
  useEffect(() => {
    setFollowing({ kind: 'connecting' });
    const source = new EventSource(addressOf('runEvents', { params: { id } }));
    const dataOf = <T>(event: Event): T => JSON.parse((event as MessageEvent<string>).data) as T;
    source.addEventListener('snapshot', (event) => setFollowing({ kind: 'running', progress: dataOf(event) }));
    source.addEventListener('delta', (event) => {
      const delta = dataOf<RunDelta>(event);
      setFollowing((now) =>
        now.kind === 'running' ? { kind: 'running', progress: applyDelta(now.progress, delta) } : now,
      );
    });
    source.addEventListener('end', (event) => {
      source.close();
      setFollowing({ kind: 'over', summary: dataOf(event) });
    });
    source.addEventListener('error', () => {
      if (source.readyState === EventSource.CLOSED) setFollowing({ kind: 'refused' });
    });
    return () => source.close();
  }, [id]);
  return following;
}
