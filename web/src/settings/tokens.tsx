import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { newToken, type Problem, type Role } from '../../../src/console/api/index.ts';
import { ask, type Reply, useAnswer } from '../client/index.ts';
import {
  Button,
  Card,
  CopyButton,
  Field,
  Fields,
  Icon,
  Loading,
  Removal,
  Select,
  Trouble,
  useMoments,
} from '../frame/index.ts';
import css from './settings.module.css';

const ROLES = ['viewer', 'admin'] as const;

export function Tokens() {
  const [made, setMade] = useState<Reply<'addToken'> | null>(null);
  return (
    <div className={css.stack}>
      {made && <Secret key={made.id} made={made} />}
      <NewToken onMade={setMade} />
      <List onRemoved={(id) => id === made?.id && setMade(null)} />
    </div>
  );
}

/** Gone with the page: nobody sees it a second time. On a phone it would come above what is seen, so that it is led to. */
function Secret({ made }: { readonly made: Reply<'addToken'> }) {
  const { t } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.focus(), []);
  return (
    <div ref={box} className={css.secret} role="status" tabIndex={-1}>
      <b>{t('tokens.once', { name: made.name })}</b>
      <code>{made.secret}</code>
      <span className={css.actions}>
        <CopyButton text={made.secret} label={t('tokens.copy')} />
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
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const isFine = newToken.safeParse(values).success;
  const add = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setTried(true);
    // A second token would take the place of the first, whose secret nobody has seen.
    if (!isFine || isBusy) return;
    setBusy(true);
    const outcome = await ask('addToken', { body: values });
    setBusy(false);
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
  const { t } = useTranslation();
  const { at } = useMoments();
  const queries = useQueryClient();
  const { data: tokens, error } = useAnswer('tokens', {});
  const remove = async (id: number): Promise<Problem | null> => {
    const outcome = await ask('removeToken', { params: { id } });
    if (outcome.kind === 'refused' && outcome.status !== 404) return outcome.problem;
    onRemoved(id);
    await queries.invalidateQueries({ queryKey: ['tokens'] });
    return null;
  };
  return (
    <Card title={t('tokens.title')}>
      {error && <Trouble problem={error.problem} />}
      {!tokens && !error && <Loading />}
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
                <td>{lastUsedAt ? at(lastUsedAt) : t('users.never')}</td>
                <td>
                  <Removal label={t('tokens.remove', { name })} onRemove={() => remove(id)} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Card>
  );
}
