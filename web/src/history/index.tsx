/** Runs that are over: listed, compared, and as a trend. */
import { useParams } from 'wouter';
import { Compare } from './compare.tsx';
import { List } from './list.tsx';

export function HistoryPage() {
  const [page, a, b] = (useParams()['*'] ?? '').split('/');
  const [first, second] = [Number(a), Number(b)];
  if (page === 'compare' && isRun(first) && isRun(second))
    return <Compare key={`${first} ${second}`} first={first} second={second} />;
  return <List />;
}

const isRun = (id: number): boolean => Number.isInteger(id) && id > 0;
