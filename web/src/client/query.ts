import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import type { RouteName } from '../../../src/console/api/index.ts';
import { type Call, get, type Refusal, type Reply } from './call.ts';

/** An answer that is kept, and asked for again after `everyMs`. */
export function useAnswer<N extends RouteName>(
  name: N,
  call: Call<N>,
  everyMs: number | false = false,
): UseQueryResult<Reply<N>, Refusal> {
  return useQuery<Reply<N>, Refusal>({
    queryKey: [name, call],
    queryFn: ({ signal }) => get(name, call, signal),
    refetchInterval: everyMs,
  });
}
