/** The check: before, while and after it runs; and one port that is watched while the router is changed. */
import { useTranslation } from 'react-i18next';
import { useParams, useSearchParams } from 'wouter';
import { useAnswer } from '../client/index.ts';
import { Loading, Trouble } from '../frame/index.ts';
import { LivePort } from '../live/live-port.tsx';
import { Before } from './before.tsx';
import { useRun } from './progress.ts';
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
  const following = useRun(id);
  switch (following.kind) {
    case 'connecting':
      return <Loading />;
    case 'running':
      return <Running progress={following.progress} />;
    case 'over':
      return <Over id={id} />;
    case 'refused':
      return (
        <>
          <h1>{t('place.check')}</h1>
          <Trouble problem={{ code: 'no-such-run', facts: { id }, fields: [] }} />
        </>
      );
  }
}

function Over({ id }: { readonly id: number }) {
  const { data, error } = useAnswer('run', { params: { id } });
  if (data) return <Result run={data} />;
  return error ? <Trouble problem={error.problem} /> : <Loading />;
}
