import { useCallback, useEffect, useRef, useState } from 'react';
import type { Problem, WatchState } from '../../../src/console/api/index.ts';
import { addressOf, refusalIn } from '../client/index.ts';
import { eventsIn } from './event-stream.ts';

export interface WatchedPort {
  readonly protocol: 'udp' | 'tcp';
  readonly port: number;
}

/** `got`: by the clock of the browser, milliseconds; the console's may go otherwise. */
export type Seen = WatchState & { readonly got: number };

export type Watching =
  | { readonly kind: 'watching' }
  /** Somebody pressed Stop. */
  | { readonly kind: 'stopped' }
  /** The console ended it, as it does when a check begins; or the line to it is cut. */
  | { readonly kind: 'ended' }
  | { readonly kind: 'refused'; readonly problem: Problem };

/** Older ones are not shown. */
const REMEMBERED_MS = 5 * 60_000;

const OFFLINE: Problem = { code: 'offline', facts: {}, fields: [] };

/**
 * Watches from the first look until the page is left. An EventSource would not tell why it was refused, and would begin
 * again by itself, against the check that ended it.
 */
export function useWatch({ protocol, port }: WatchedPort) {
  const [watching, setWatching] = useState<Watching>({ kind: 'watching' });
  const [past, setPast] = useState<readonly Seen[]>([]);
  const [round, setRound] = useState(0);
  const stopRound = useRef(new AbortController());

  useEffect(() => {
    const abort = new AbortController();
    stopRound.current = abort;
    setWatching({ kind: 'watching' });
    if (round === 0) setPast([]);
    void follow(addressOf('watch', { query: { protocol, port } }), abort.signal, (state) =>
      setPast((before) => remember(before, { ...state, got: Date.now() })),
    ).then((end) => abort.signal.aborted || setWatching(end));
    return () => abort.abort();
  }, [protocol, port, round]);

  const stop = useCallback(() => {
    stopRound.current.abort();
    setWatching({ kind: 'stopped' });
  }, []);
  const again = useCallback(() => setRound((number) => number + 1), []);
  return { watching, past, stop, again };
}

/** The last one before the time that is shown stays: it says how it was then. */
function remember(before: readonly Seen[], state: Seen): Seen[] {
  const first = before.findLastIndex(({ got }) => got < state.got - REMEMBERED_MS);
  return [...before.slice(Math.max(0, first)), state];
}

async function follow(address: string, signal: AbortSignal, tell: (state: WatchState) => void): Promise<Watching> {
  try {
    const response = await fetch(address, { signal });
    if (!response.ok || response.body === null)
      return { kind: 'refused', problem: refusalIn(response.status, await response.json().catch(() => null)) };
    for await (const { event, data } of eventsIn(response.body))
      if (event === 'state') tell(JSON.parse(data) as WatchState);
    return { kind: 'ended' };
  } catch {
    return { kind: 'refused', problem: OFFLINE };
  }
}
