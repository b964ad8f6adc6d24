import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { port as portSchema } from '../../../src/console/api/index.ts';
import { useSession } from '../client/index.ts';
import { Button, Card, Field, Select } from '../frame/index.ts';
import css from './tools.module.css';

/** Leads to the light. */
export function WatchPort() {
  const { t } = useTranslation();
  const { isAdmin } = useSession();
  const [, go] = useLocation();
  const [protocol, setProtocol] = useState('udp');
  const [port, setPort] = useState('5060');
  const [isTried, setTried] = useState(false);
  const isFine = portSchema.safeParse(port === '' ? null : Number(port)).success;
  const watch = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (isFine) go(`/check/live/${protocol}/${Number(port)}`);
  };
  return (
    <Card title={t('tools.watch.title')}>
      <p className={css.lead}>{t('tools.watch.lead')}</p>
      <form className={css.form} noValidate onSubmit={watch}>
        <div className={css.pair}>
          <Select
            label={t('tools.watch.protocol')}
            value={protocol}
            disabled={!isAdmin}
            options={[
              ['udp', 'UDP'],
              ['tcp', 'TCP'],
            ]}
            onChange={setProtocol}
          />
          <Field
            label={t('tools.watch.port')}
            inputMode="numeric"
            autoComplete="off"
            disabled={!isAdmin}
            wrong={isTried && !isFine ? t('tools.watch.wrong') : null}
            value={port}
            onChange={({ target }) => {
              setPort(target.value.trim());
              setTried(false);
            }}
          />
        </div>
        <div>
          <Button type="submit" disabled={!isAdmin}>
            {t('tools.watch.go')}
          </Button>
        </div>
      </form>
    </Card>
  );
}
