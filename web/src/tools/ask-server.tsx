import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Card } from '../frame/index.ts';
import { ServerState, ServerWords, useServerTests } from '../settings/test-server.tsx';
import { ServerForm } from './server-form.tsx';
import css from './tools.module.css';

export function AskServer() {
  const { t } = useTranslation();
  const tests = useServerTests();
  const [server, setServer] = useState('');
  const asked = tests.of(server);
  return (
    <Card title={t('tools.stun.title')}>
      <p className={css.lead}>{t('tools.stun.lead')}</p>
      <ServerForm
        action={t('tools.stun.ask')}
        isBusy={asked?.kind === 'asking'}
        onAsk={(name) => {
          setServer(name);
          tests.test(name).catch(() => undefined);
        }}
      >
        <span role="status">
          <ServerState asked={asked} />
        </span>
      </ServerForm>
      {asked && (
        <div className={css.answer}>
          <ServerWords asked={asked} />
        </div>
      )}
    </Card>
  );
}
