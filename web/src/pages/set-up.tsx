import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { newPassword, type Problem, userName } from '../../../src/console/api/index.ts';
import { ask, keepCsrf, useSession } from '../client/index.ts';
import { Button, Field, Trouble } from '../frame/index.ts';
import css from './door.module.css';

/** The one-time link holds its token behind `#`, which no server and no log ever sees. */
const tokenOf = (hash: string): string => hash.replace(/^#(token=)?/, '');

export function SetUp() {
  const { t, i18n } = useTranslation();
  const { enter } = useSession();
  const [, go] = useLocation();
  const [token] = useState(() => tokenOf(window.location.hash));
  const [name, setName] = useState('admin');
  const [password, setPassword] = useState('');
  const [isTried, setTried] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const isNameWrong = !userName.safeParse(name).success;
  const isPasswordWrong = !newPassword.safeParse(password).success;
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setTried(true);
    if (isNameWrong || isPasswordWrong) return;
    const outcome = await ask('setUp', { body: { token, name, password } });
    if (outcome.kind === 'refused') return setProblem(outcome.problem);
    // A new user is English until somebody says otherwise; whoever reads this page has said it.
    keepCsrf(outcome.value.csrf);
    const language = i18n.language === 'de' ? 'de' : 'en';
    const me = await ask('changeMe', { body: { language } });
    enter(me.kind === 'done' ? { ...outcome.value, user: me.value } : outcome.value);
    go('/welcome', { replace: true });
  };
  if (token === '')
    return (
      <main className={css.door}>
        <h1>{t('set-up.title')}</h1>
        <p>{t('set-up.no-token')}</p>
      </main>
    );
  return (
    <main>
      <form className={css.door} onSubmit={submit} noValidate>
        <h1>{t('set-up.title')}</h1>
        <p>{t('set-up.lead')}</p>
        {problem && <Trouble problem={problem} />}
        <Field
          label={t('sign-in.name')}
          autoComplete="username"
          wrong={isTried && isNameWrong ? t('wrong.name') : null}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <Field
          label={t('sign-in.password')}
          type="password"
          autoComplete="new-password"
          hint={t('set-up.length')}
          wrong={isTried && isPasswordWrong ? t('set-up.length') : null}
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        <Button type="submit" filled>
          {t('set-up.go')}
        </Button>
      </form>
    </main>
  );
}
