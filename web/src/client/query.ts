import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import type { RouteName } from '../../../src/console/api/index.ts';
import { type Call, get, type Refusal, type Reply } from './call.ts';

/** How often it is asked for again; milliseconds. It may depend on what is known. */
export type Again<T> = number | false | ((known: T | undefined) => number | false);

/** An answer that is kept, and asked for again. */
export function useAnswer<N extends RouteName>(
  name: N,
  call: Call<N>,
  again: Again<Reply<N>> = false,
): UseQueryResult<Reply<N>, Refusal> {
  return useQuery<Reply<N>, Refusal>({
    queryKey: [name, call],
    queryFn: ({ signal }) => get(name, call, signal),
    refetchInterval: typeof again === 'function' ? ({ state }) => again(state.data) : again,
  });
}
