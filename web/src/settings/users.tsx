import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { newPassword, newUser, type Problem, type Role, type User } from '../../../src/console/api/index.ts';
import { ask, useAnswer, useSession } from '../client/index.ts';
import { Button, Card, Field, Fields, Icon, Removal, Select, Status, Trouble, useMoments } from '../frame/index.ts';
import { faultsOf } from './form.ts';
import css from './settings.module.css';
import { whatIsWrong } from './wrong.ts';

const ROLES = ['admin', 'viewer'] as const;

export function Users() {
  const { isAdmin } = useSession();
  return (
    <div className={css.stack}>
      {isAdmin && <List />}
      {isAdmin && <NewUser />}
      <OwnPassword />
    </div>
  );
}

function List() {
  const { t } = useTranslation();
  const { at } = useMoments();
  const queries = useQueryClient();
  const { user: me } = useSession();
  const { data: users, error } = useAnswer('users', {});
  const [problem, setProblem] = useState<Problem | null>(null);
  const lookAgain = async (): Promise<void> => {
    await queries.invalidateQueries({ queryKey: ['users'] });
    await queries.invalidateQueries({ queryKey: ['state'] });
  };
  const remove = async ({ id }: User): Promise<Problem | null> => {
    const outcome = await ask('removeUser', { params: { id } });
    if (outcome.kind === 'refused' && outcome.status !== 404) return outcome.problem;
    await lookAgain();
    return null;
  };
  const setRole = async ({ id }: User, role: string): Promise<void> => {
    const outcome = await ask('changeUser', { params: { id }, body: { role: role as Role } });
    setProblem(outcome.kind === 'refused' ? outcome.problem : null);
    await lookAgain();
  };
  return (
    <Card title={t('users.title')}>
      {error && <Trouble problem={error.problem} />}
      {problem && <Trouble problem={problem} />}
      <table className={css.table}>
        <thead>
          <tr>
            {(['name', 'role', 'last'] as const).map((name) => (
              <th key={name} scope="col">
                {t(`users.${name}`)}
              </th>
            ))}
            <td />
          </tr>
        </thead>
        <tbody>
          {users?.map((user) => (
            <tr key={user.id}>
              <th scope="row">{user.name}</th>
              <td>
                <Select
                  label={t('users.role-of', { name: user.name })}
                  value={user.role}
                  options={ROLES.map((role) => [role, t(`role.${role}`)])}
                  onChange={(role) => setRole(user, role)}
                />
              </td>
              <td>{user.lastSignInAt ? at(user.lastSignInAt) : t('users.never')}</td>
              <td>
                {user.id !== me?.id && (
                  <Removal label={t('users.remove', { name: user.name })} onRemove={() => remove(user)} />
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}

const NOBODY = { name: '', password: '', role: 'viewer' as Role };

function NewUser() {
  const { t, i18n } = useTranslation();
  const queries = useQueryClient();
  const [values, setValues] = useState(NOBODY);
  const [isTried, setTried] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const faults = faultsOf(newUser, values);
  const wrong = (path: string): string | null => {
    const fault = faults.find((one) => one.path === path);
    return isTried && fault ? t(whatIsWrong(fault)) : null;
  };
  const add = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setTried(true);
    if (faults.length > 0 || isBusy) return;
    const language = i18n.language === 'de' ? 'de' : 'en';
    setBusy(true);
    const outcome = await ask('addUser', { body: { ...values, language } });
    setBusy(false);
    if (outcome.kind === 'refused') return setProblem(outcome.problem);
    setProblem(null);
    setValues(NOBODY);
    setTried(false);
    await queries.invalidateQueries({ queryKey: ['users'] });
  };
  return (
    <Card title={t('users.new')}>
      <form className={css.inner} noValidate onSubmit={add}>
        <Fields>
          <Field
            label={t('users.name')}
            name="name"
            wrong={wrong('name')}
            value={values.name}
            autoComplete="off"
            onChange={({ target }) => setValues({ ...values, name: target.value })}
          />
          <Field
            label={t('sign-in.password')}
            type="password"
            hint={t('set-up.length')}
            wrong={wrong('password')}
            value={values.password}
            autoComplete="new-password"
            onChange={({ target }) => setValues({ ...values, password: target.value })}
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
            <Icon name="plus" size={16} /> {t('users.add')}
          </Button>
        </div>
      </form>
    </Card>
  );
}

function OwnPassword() {
  const { t } = useTranslation();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [isTried, setTried] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [answer, setAnswer] = useState<Problem | 'done' | null>(null);
  const isFine = newPassword.safeParse(next).success;
  const change = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setTried(true);
    setAnswer(null);
    if (!isFine || current === '' || isBusy) return;
    setBusy(true);
    const outcome = await ask('changePassword', { body: { current, password: next } });
    setBusy(false);
    if (outcome.kind === 'refused') return setAnswer(outcome.problem);
    setCurrent('');
    setNext('');
    setTried(false);
    setAnswer('done');
  };
  return (
    <Card title={t('users.own')}>
      <form className={css.inner} noValidate onSubmit={change}>
        <Fields>
          <Field
            label={t('users.current')}
            type="password"
            autoComplete="current-password"
            wrong={isTried && current === '' ? t('wrong.other') : null}
            value={current}
            onChange={({ target }) => setCurrent(target.value)}
          />
          <Field
            label={t('users.next')}
            type="password"
            autoComplete="new-password"
            hint={t('set-up.length')}
            wrong={isTried && !isFine ? t('wrong.password') : null}
            value={next}
            onChange={({ target }) => setNext(target.value)}
          />
        </Fields>
        {answer !== null && answer !== 'done' && <Trouble problem={answer} />}
        <div className={css.actions}>
          <Button type="submit">{t('users.change')}</Button>
          <span role="status">{answer === 'done' && <Status tone="ok">{t('users.changed')}</Status>}</span>
        </div>
      </form>
    </Card>
  );
}
