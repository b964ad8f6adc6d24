import { useTranslation } from 'react-i18next';
import type { Settings } from '../../../src/console/api/index.ts';
import { useAnswer } from '../client/index.ts';
import { Card, Choice, Field, Fields, Select } from '../frame/index.ts';
import { type Form, useSection } from './form.ts';
import { NumberField } from './number-field.tsx';
import { SavedForm } from './save-bar.tsx';
import css from './settings.module.css';

type PbxSettings = Settings['pbx'];

export function Pbx({ settings }: { readonly settings: Settings }) {
  const { t } = useTranslation();
  const form = useSection('pbx', settings.pbx);
  const { udp, tcp, hostName, mode } = form.values;
  return (
    <SavedForm form={form}>
      <Card title={t('pbx.title')}>
        <div className={css.inner}>
          <Profile form={form} />
          <Fields>
            {(['udp', 'tcp'] as const).map((name) => (
              <Field
                key={name}
                label={t(`pbx.${name}`)}
                name={name}
                hint={t('pbx.ports-hint')}
                wrong={form.wrong(name)}
                value={name === 'udp' ? udp : tcp}
                autoComplete="off"
                onChange={({ target }) => form.set({ [name]: target.value })}
              />
            ))}
          </Fields>
          <div className={css.narrow}>
            <Field
              label={t('pbx.host')}
              name="hostName"
              hint={t('pbx.host-hint')}
              wrong={form.wrong('hostName')}
              value={hostName ?? ''}
              autoComplete="off"
              spellCheck={false}
              onChange={({ target }) => form.set({ hostName: target.value || null })}
            />
          </div>
        </div>
      </Card>
      <Card title={t('pbx.services')}>
        <Choice
          label={t('pbx.mode')}
          name="mode"
          value={mode}
          options={(['auto', 'live', 'bind', 'exclusive'] as const).map((value) => ({
            value,
            label: t(`pbx.modes.${value}`),
            hint: t(`pbx.mode-hints.${value}`),
          }))}
          onChange={(value) => form.set({ mode: value })}
        />
      </Card>
      <Card title={t('pbx.pace')}>
        <Rate form={form} />
      </Card>
    </SavedForm>
  );
}

/** Which phone system; the one that runs here is named. */
export function Profile({ form }: { readonly form: Pick<Form<PbxSettings>, 'values' | 'set'> }) {
  const { t } = useTranslation();
  const { data: profiles } = useAnswer('profiles', {});
  const { data: found } = useAnswer('ports', {});
  const running = (found as Found | undefined)?.products?.find((one) => one.running === true);
  const chosen = profiles?.find(({ id }) => id === form.values.profile);
  const hint = chosen
    ? t('pbx.its-ports', { udp: chosen.udp || '-', tcp: chosen.tcp || '-' })
    : t(running ? 'pbx.found' : 'pbx.not-found', { name: running?.name ?? '' });
  return (
    <div className={css.narrow}>
      <Select
        label={t('pbx.profile')}
        name="profile"
        hint={hint}
        value={form.values.profile}
        options={[['auto', t('pbx.auto')], ...(profiles ?? []).map(({ id, name }) => [id, name] as const)]}
        onChange={(profile) => form.set({ profile })}
      />
    </div>
  );
}

/** As much of `fullcone ports --json` as is needed here. */
interface Found {
  readonly products?: readonly { readonly name: string; readonly running: boolean | null }[];
}

const USUAL_RATE = 100;

function Rate({ form }: { readonly form: Form<PbxSettings> }) {
  const { t } = useTranslation();
  const { rate } = form.values;
  const kind = typeof rate === 'number' ? 'fixed' : (rate ?? 'auto');
  return (
    <Fields>
      <Select
        label={t('pbx.rate')}
        value={kind}
        options={(['auto', 'fixed', 'max'] as const).map((value) => [value, t(`pbx.rates.${value}`)])}
        onChange={(value) => form.set({ rate: value === 'auto' ? null : value === 'max' ? 'max' : USUAL_RATE })}
      />
      {typeof rate === 'number' && (
        <NumberField
          label={t('pbx.per-second')}
          name="rate"
          wrong={form.wrong('rate')}
          value={rate === 0 ? null : rate}
          onChange={(value) => form.set({ rate: value ?? 0 })}
        />
      )}
    </Fields>
  );
}
