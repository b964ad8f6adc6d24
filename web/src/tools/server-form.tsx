import { type FormEvent, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { testServer } from '../../../src/console/api/index.ts';
import { useAnswer, useSession } from '../client/index.ts';
import { Button, Field } from '../frame/index.ts';
import css from './tools.module.css';

interface Props {
  readonly action: string;
  readonly isBusy: boolean;
  readonly onAsk: (server: string) => void;
  readonly children?: ReactNode;
}

/** Which server is to be asked; the first of the settings stands there already. */
export function ServerForm({ action, isBusy, onAsk, children }: Props) {
  const { t } = useTranslation();
  const { isAdmin } = useSession();
  const { data: settings } = useAnswer('settings', {});
  const [typed, setTyped] = useState<string | null>(null);
  const [isTried, setTried] = useState(false);
  const first = settings?.network.embedded ? 'embedded' : (settings?.network.servers[0] ?? '');
  const server = typed ?? first;
  const isFine = testServer.safeParse({ server }).success && /^[^\s/@]+$/.test(server.trim());
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (isFine) onAsk(server.trim());
  };
  return (
    <form className={css.form} noValidate onSubmit={submit}>
      <Field
        label={t('tools.server')}
        hint={t('tools.server-hint')}
        wrong={isTried && !isFine ? t('tools.wrong-server') : null}
        value={server}
        autoComplete="off"
        spellCheck={false}
        disabled={!isAdmin}
        onChange={({ target }) => {
          setTyped(target.value);
          setTried(false);
        }}
      />
      <div className={css.actions}>
        <Button type="submit" disabled={isBusy || !isAdmin}>
          {action}
        </Button>
        {children}
      </div>
    </form>
  );
}
