import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { newToken, type Problem, type Role } from '../../../src/console/api/index.ts';
import { ask, type Reply, useAnswer } from '../client/index.ts';
import { Button, Card, Field, Fields, Icon, Select, Trouble } from '../frame/index.ts';
import css from './settings.module.css';

const ROLES = ['viewer', 'admin'] as const;

export function Tokens() {
  const [made, setMade] = useState<Reply<'addToken'> | null>(null);
  return (
    <div className={css.stack}>
      {made && <Secret made={made} />}
      <NewToken onMade={setMade} />
      <List onRemoved={(id) => id === made?.id && setMade(null)} />
    </div>
  );
}

/** Gone with the page: nobody sees it a second time. */
function Secret({ made }: { readonly made: Reply<'addToken'> }) {
  const { t } = useTranslation();
  const [isCopied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(made.secret);
    setCopied(true);
  };
  return (
    <div className={css.secret} role="status">
      <b>{t('tokens.once', { name: made.name })}</b>
      <code>{made.secret}</code>
      <span className={css.actions}>
        <Button onClick={copy}>
          <Icon name="copy" size={16} /> {t(isCopied ? 'tokens.copied' : 'tokens.copy')}
        </Button>
        <span className={css.dim}>{t('tokens.use')}</span>
      </span>
    </div>
  );
}

function NewToken({ onMade }: { readonly onMade: (made: Reply<'addToken'>) => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [values, setValues] = useState({ name: '', role: 'viewer' as Role });
  const [isTried, setTried] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const isFine = newToken.safeParse(values).success;
  const add = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setTried(true);
    if (!isFine) return;
    const outcome = await ask('addToken', { body: values });
    if (outcome.kind === 'refused') return setProblem(outcome.problem);
    setProblem(null);
    setTried(false);
    setValues({ name: '', role: 'viewer' });
    onMade(outcome.value);
    await queries.invalidateQueries({ queryKey: ['tokens'] });
  };
  return (
    <Card title={t('tokens.new')}>
      <form className={css.inner} noValidate onSubmit={add}>
        <Fields>
          <Field
            label={t('tokens.name')}
            hint={t('tokens.name-hint')}
            wrong={isTried && !isFine ? t('wrong.name') : null}
            value={values.name}
            autoComplete="off"
            onChange={({ target }) => setValues({ ...values, name: target.value })}
          />
          <Select
            label={t('users.role')}
            hint={t(`users.may.${values.role}`)}
            value={values.role}
            options={ROLES.map((role) => [role, t(`role.${role}`)])}
            onChange={(role) => setValues({ ...values, role: role as Role })}
          />
        </Fields>
        {problem && <Trouble problem={problem} />}
        <div>
          <Button type="submit">
            <Icon name="plus" size={16} /> {t('tokens.add')}
          </Button>
        </div>
      </form>
    </Card>
  );
}

function List({ onRemoved }: { readonly onRemoved: (id: number) => void }) {
  const { t, i18n } = useTranslation();
  const queries = useQueryClient();
  const { data: tokens, error } = useAnswer('tokens', {});
  const [problem, setProblem] = useState<Problem | null>(null);
  const format = new Intl.DateTimeFormat(i18n.language, { dateStyle: 'medium', timeStyle: 'short' });
  const remove = async (id: number): Promise<void> => {
    const outcome = await ask('removeToken', { params: { id } });
    setProblem(outcome.kind === 'refused' ? outcome.problem : null);
    onRemoved(id);
    await queries.invalidateQueries({ queryKey: ['tokens'] });
  };
  return (
    <Card title={t('tokens.title')}>
      {(error ?? problem) && <Trouble problem={error?.problem ?? (problem as Problem)} />}
      {tokens?.length === 0 && <p className={css.dim}>{t('tokens.none')}</p>}
      {tokens && tokens.length > 0 && (
        <table className={css.table}>
          <thead>
            <tr>
              {(['name', 'role', 'last-use'] as const).map((name) => (
                <th key={name} scope="col">
                  {t(`tokens.${name}`)}
                </th>
              ))}
              <td />
            </tr>
          </thead>
          <tbody>
            {tokens.map(({ id, name, role, lastUsedAt }) => (
              <tr key={id}>
                <th scope="row">{name}</th>
                <td>{t(`role.${role}`)}</td>
                <td>{lastUsedAt ? format.format(new Date(lastUsedAt)) : t('users.never')}</td>
                <td>
                  <button
                    type="button"
                    className={css.icon}
                    aria-label={t('tokens.remove', { name })}
                    onClick={() => remove(id)}
                  >
                    <Icon name="bin" />
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Card>
  );
}
