/** Single questions: a STUN server, NAT behaviour, who holds a port, one port watched. */
import { useTranslation } from 'react-i18next';
import { useSession } from '../client/index.ts';
import { AskServer } from './ask-server.tsx';
import { Nat } from './nat.tsx';
import { Alg, Holders } from './ports.tsx';
import css from './tools.module.css';
import { WatchPort } from './watch-port.tsx';

export function ToolsPage() {
  const { t } = useTranslation();
  const { isAdmin } = useSession();
  return (
    <>
      <h1 className={css.title}>{t('place.tools')}</h1>
      {!isAdmin && <p className={css.note}>{t('tools.viewer')}</p>}
      <div className={css.grid}>
        <WatchPort />
        <AskServer />
        <Nat />
        <Alg />
        <Holders />
      </div>
    </>
  );
}
