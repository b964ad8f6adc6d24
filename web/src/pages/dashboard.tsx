import { useTranslation } from 'react-i18next';
import { useAnswer } from '../client/index.ts';
import { Icon, Loading, Trouble, useMoments } from '../frame/index.ts';
import css from './dashboard.module.css';
import { PublicAddress } from './dashboard-address.tsx';
import { Next, Recent, Servers } from './dashboard-cards.tsx';
import { Pbx } from './dashboard-pbx.tsx';
import { FirewallCheck } from './dashboard-verdict.tsx';

/** Nobody waits for a run that a schedule begins; one that goes on is soon over. */
const [EVERY_MS, WHILE_RUNNING_MS] = [5_000, 1_000];

export function Dashboard() {
  const { t } = useTranslation();
  const { at } = useMoments();
  const { data, error } = useAnswer('dashboard', {}, (known) =>
    known?.running === null ? EVERY_MS : WHILE_RUNNING_MS,
  );
  return (
    <>
      <div className={css.head}>
        <h1>{t('place.dashboard')}</h1>
        <p>
          <Icon name="clock" size={16} /> {at(Date.now())}
        </p>
      </div>
      {error && <Trouble problem={error.problem} />}
      {!data && !error && <Loading />}
      {data && (
        <div className={css.grid}>
          <FirewallCheck data={data} />
          <PublicAddress data={data} />
          <Servers servers={data.servers} />
          <Next next={data.next} />
          <Pbx pbx={data.pbx} />
          <Recent runs={data.recent} />
        </div>
      )}
    </>
  );
}
