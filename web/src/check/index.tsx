/** The check: before, while and after it runs; and one port that is watched while the router is changed. */
import { useTranslation } from 'react-i18next';
import { useParams, useSearchParams } from 'wouter';
import { type Refusal, useAnswer } from '../client/index.ts';
import { Loading, NotShown } from '../frame/index.ts';
import { LivePort } from '../live/live-port.tsx';
import { Before } from './before.tsx';
import { useProgress } from './progress.ts';
import { Result } from './result.tsx';
import { Running } from './running.tsx';

export function CheckPage() {
  const [wanted = '', protocol, port] = (useParams()['*'] ?? '').split('/');
  const [search] = useSearchParams();
  if (wanted === 'live' && port !== undefined)
    return <LivePort protocol={protocol === 'tcp' ? 'tcp' : 'udp'} port={Number(port)} />;
  const id = Number(wanted);
  if (Number.isInteger(id) && id > 0) return <Run key={id} id={id} />;
  const failed = Number(search.get('failed'));
  return <Before failed={Number.isInteger(failed) && failed > 0 ? failed : null} />;
}

function Run({ id }: { readonly id: number }) {
  const { t } = useTranslation();
  const { data, error, refetch } = useAnswer('run', { params: { id } });
  if (error && !(data && (data.state !== 'running' || isAway(error))))
    return <NotShown title={t('run.number', { id })} problem={error.problem} onAgain={refetch} />;
  if (data) return data.state === 'running' ? <Followed id={id} /> : <Result run={data} />;
  return <Loading />;
}

/** The console, or whoever stands before it, will answer again: what is known of the run stays. */
const isAway = ({ status }: Refusal): boolean => status === 0 || status >= 500;

/** Its end is told as soon as it is known, and stored a moment later. */
const STORED_MS = 200;
/** While its events do not come, it may be over, or this browser no longer signed in. */
const LOST_MS = 3_000;

function Followed({ id }: { readonly id: number }) {
  const following = useProgress(id);
  useAnswer('run', { params: { id } }, following.kind === 'over' ? STORED_MS : following.isLost && LOST_MS);
  if (following.kind === 'running') return <Running progress={following.progress} isLost={following.isLost} />;
  return <Loading />;
}
