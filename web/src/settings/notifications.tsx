import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Problem, Settings } from '../../../src/console/api/index.ts';
import { ask, type Reply, useSession } from '../client/index.ts';
import { Button, Card, Field, Fields, Select, Status, Tick, Trouble } from '../frame/index.ts';
import { type Form, useSection } from './form.ts';
import { NumberField } from './number-field.tsx';
import { SavedForm } from './save-bar.tsx';
import css from './settings.module.css';

type Values = Settings['notifications'];
type Mail = NonNullable<Values['mail']>;
type Part = { readonly form: Form<Values>; readonly stored: Values };

const NEW_MAIL: Mail = {
  ...{ to: [], from: '', host: '', port: 587, security: 'starttls', user: null, password: null },
};

export function Notifications({ settings: { notifications: stored } }: { readonly settings: Settings }) {
  const { t } = useTranslation();
  const form = useSection('notifications', stored);
  const { on, language } = form.values;
  return (
    <SavedForm form={form}>
      <Card title={t('notify.title')}>
        <Fields>
          <Select
            label={t('notify.on')}
            value={on}
            options={(['change', 'not-supported', 'always'] as const).map((one) => [one, t(`notify.when.${one}`)])}
            onChange={(value) => form.set({ on: value as Values['on'] })}
          />
          <Select
            label={t('notify.language')}
            value={language}
            options={[
              ['en', 'English'],
              ['de', 'Deutsch'],
            ]}
            onChange={(value) => form.set({ language: value as Values['language'] })}
          />
        </Fields>
      </Card>
      <MailCard form={form} stored={stored} />
      <WebhookCard form={form} stored={stored} />
    </SavedForm>
  );
}

function MailCard({ form, stored }: Part) {
  const { t } = useTranslation();
  const { mail } = form.values;
  return (
    <Card title={t('notify.mail')}>
      <div className={css.inner}>
        <Tick
          label={t('notify.mail-on')}
          checked={mail !== null}
          onChange={(isOn) => form.set({ mail: isOn ? (stored.mail ?? NEW_MAIL) : null })}
        />
        {mail && <MailFields form={form} mail={mail} />}
        {mail && <Test channel="mail" form={form} />}
      </div>
    </Card>
  );
}

const listOf = (text: string): string[] =>
  text
    .split(/[\s,;]+/)
    .map((one) => one.trim())
    .filter((one) => one !== '');

function MailFields({ form, mail }: { readonly form: Form<Values>; readonly mail: Mail }) {
  const { t } = useTranslation();
  const [to, setTo] = useState(mail.to.join(', '));
  const set = (change: Partial<Mail>): void => form.set({ mail: { ...mail, ...change } });
  const text = (name: 'from' | 'host') => ({
    ...{ label: t(`notify.${name}`), name: `mail.${name}`, value: mail[name], wrong: form.wrong(`mail.${name}`) },
    ...{ autoComplete: 'off', spellCheck: false },
  });
  return (
    <Fields>
      <Field
        label={t('notify.to')}
        name="mail.to"
        hint={t('notify.to-hint')}
        wrong={form.wrong('mail.to')}
        value={to}
        autoComplete="off"
        spellCheck={false}
        onChange={({ target }) => {
          setTo(target.value);
          set({ to: listOf(target.value) });
        }}
      />
      <Field {...text('from')} onChange={({ target }) => set({ from: target.value.trim() })} />
      <Field {...text('host')} onChange={({ target }) => set({ host: target.value })} />
      <NumberField
        label={t('notify.port')}
        name="mail.port"
        wrong={form.wrong('mail.port')}
        value={mail.port === 0 ? null : mail.port}
        onChange={(port) => set({ port: port ?? 0 })}
      />
      <Select
        label={t('notify.security')}
        value={mail.security}
        options={(['tls', 'starttls', 'none'] as const).map((one) => [one, t(`notify.securities.${one}`)])}
        onChange={(security) => set({ security: security as Mail['security'] })}
      />
      <Field
        label={t('notify.user')}
        value={mail.user ?? ''}
        autoComplete="off"
        spellCheck={false}
        onChange={({ target }) => set({ user: target.value || null })}
      />
      <Field
        label={t('notify.password')}
        type="password"
        hint={t('notify.secret-hint')}
        value={mail.password ?? ''}
        autoComplete="new-password"
        onChange={({ target }) => set({ password: target.value || null })}
      />
    </Fields>
  );
}

function WebhookCard({ form, stored }: Part) {
  const { t } = useTranslation();
  const { webhook } = form.values;
  return (
    <Card title={t('notify.webhook')}>
      <div className={css.inner}>
        <Tick
          label={t('notify.webhook-on')}
          hint={t('notify.webhook-hint')}
          checked={webhook !== null}
          onChange={(isOn) => form.set({ webhook: isOn ? (stored.webhook ?? { url: '', secret: null }) : null })}
        />
        {webhook && (
          <Fields>
            <Field
              label={t('notify.url')}
              name="webhook.url"
              type="url"
              wrong={form.wrong('webhook.url')}
              value={webhook.url}
              autoComplete="off"
              onChange={({ target }) => form.set({ webhook: { ...webhook, url: target.value.trim() } })}
            />
            <Field
              label={t('notify.secret')}
              type="password"
              hint={t('notify.secret-hint')}
              value={webhook.secret ?? ''}
              autoComplete="new-password"
              onChange={({ target }) => form.set({ webhook: { ...webhook, secret: target.value || null } })}
            />
          </Fields>
        )}
        {webhook && <Test channel="webhook" form={form} />}
      </div>
    </Card>
  );
}

type Tried = Reply<'testNotification'> | { readonly kind: 'refused'; readonly problem: Problem };

/** With what stands in the form, saved or not. */
function Test({ channel, form }: { readonly channel: 'mail' | 'webhook'; readonly form: Form<Values> }) {
  const { t } = useTranslation();
  const { isAdmin } = useSession();
  const [tried, setTried] = useState<Tried | 'busy' | null>(null);
  const send = async (): Promise<void> => {
    if (!form.look()) return setTried(null);
    setTried('busy');
    const outcome = await ask('testNotification', { body: { channel, settings: form.values } });
    setTried(outcome.kind === 'done' ? outcome.value : outcome);
  };
  if (!isAdmin) return null;
  return (
    <div className={css.actions}>
      <Button disabled={tried === 'busy'} onClick={send} aria-label={t(`notify.test-${channel}`)}>
        {t('notify.test')}
      </Button>
      <span role="status">
        {tried === 'busy' && <Status tone="run">{t('notify.sending')}</Status>}
        {typeof tried === 'object' && tried?.kind === 'sent' && <Status tone="ok">{t('notify.sent')}</Status>}
        {typeof tried === 'object' && tried?.kind === 'failed' && (
          <>
            <Status tone="bad">{t([`notify.failed.${tried.code}`, 'notify.failed.other'])}</Status>{' '}
            <span className={css.dim}>{tried.detail}</span>
          </>
        )}
      </span>
      {typeof tried === 'object' && tried?.kind === 'refused' && <Trouble problem={tried.problem} />}
    </div>
  );
}
