import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Problem } from '../../../src/console/api/index.ts';
import { ask, useSession } from '../client/index.ts';
import { Button, Field, Trouble } from '../frame/index.ts';
import css from './door.module.css';

export function SignIn() {
  const { t } = useTranslation();
  const { enter } = useSession();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    const outcome = await ask('signIn', { body: { name, password } });
    setBusy(false);
    if (outcome.kind === 'done') enter(outcome.value);
    else setProblem(outcome.problem);
  };
  return (
    <main>
      <form className={css.door} onSubmit={submit}>
        <h1>{t('sign-in.title')}</h1>
        {problem && <Trouble problem={problem} />}
        <Field
          label={t('sign-in.name')}
          autoComplete="username"
          required
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <Field
          label={t('sign-in.password')}
          type="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        <Button type="submit" filled disabled={isBusy}>
          {t('sign-in.go')}
        </Button>
      </form>
    </main>
  );
}
