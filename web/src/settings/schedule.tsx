import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Settings } from '../../../src/console/api/index.ts';
import { useAnswer } from '../client/index.ts';
import { Card, Field, Fields, Select, Tick, useMoments } from '../frame/index.ts';
import { type Form, useSection } from './form.ts';
import { cronOf, type Plan, planOf } from './plan.ts';
import { SavedForm } from './save-bar.tsx';
import css from './settings.module.css';

type Values = Settings['schedule'];
type Part = { readonly form: Pick<Form<Values>, 'values' | 'set' | 'wrong'> };

export function Schedule({ settings }: { readonly settings: Settings }) {
  const { t } = useTranslation();
  const form = useSection('schedule', settings.schedule);
  const { isOn, mayStopServices } = form.values;
  return (
    <SavedForm form={form}>
      <Card title={t('schedule.title')} side={<Next />}>
        <div className={css.inner}>
          <Tick label={t('schedule.on')} checked={isOn} onChange={(value) => form.set({ isOn: value })} />
          {isOn && <When form={form} />}
        </div>
      </Card>
      {isOn && <Quiet form={form} />}
      {isOn && (
        <Card title={t('schedule.services')}>
          <Tick
            label={t('schedule.may')}
            hint={t(mayStopServices ? 'schedule.may-hint' : 'schedule.may-not-hint')}
            checked={mayStopServices}
            onChange={(value) => form.set({ mayStopServices: value })}
          />
        </Card>
      )}
    </SavedForm>
  );
}

function Next() {
  const { t } = useTranslation();
  const { at } = useMoments();
  const { data } = useAnswer('dashboard', {}, 30_000);
  if (!data?.next) return null;
  return <span className={css.dim}>{t('schedule.next', { when: at(data.next.at) })}</span>;
}

/** 2 January 2000 was a Sunday. */
const dayName = (day: number, language: string): string =>
  new Intl.DateTimeFormat(language, { weekday: 'long', timeZone: 'UTC' }).format(new Date(Date.UTC(2000, 0, 2 + day)));

function When({ form }: Part) {
  const { t, i18n } = useTranslation();
  const [isOwn, setOwn] = useState(planOf(form.values.cron).kind === 'own');
  const read = planOf(form.values.cron);
  const plan: Plan = isOwn ? { kind: 'own', cron: form.values.cron } : read;
  const set = (next: Plan): void => form.set({ cron: cronOf(next) });
  const time = plan.kind === 'own' ? '02:00' : plan.time;
  const choose = (kind: string): void => {
    setOwn(kind === 'own');
    if (kind === 'daily') set({ kind, time });
    if (kind === 'weekly') set({ kind, day: 1, time });
  };
  return (
    <Fields>
      <Select
        label={t('schedule.how-often')}
        value={plan.kind}
        options={(['daily', 'weekly', 'own'] as const).map((kind) => [kind, t(`schedule.${kind}`)])}
        onChange={choose}
      />
      {plan.kind === 'weekly' && (
        <Select
          label={t('schedule.day')}
          value={String(plan.day)}
          options={[1, 2, 3, 4, 5, 6, 0].map((day) => [String(day), dayName(day, i18n.language)])}
          onChange={(day) => set({ ...plan, day: Number(day) })}
        />
      )}
      {plan.kind === 'own' ? (
        <Field
          label={t('schedule.cron')}
          name="cron"
          hint={t('schedule.cron-hint')}
          wrong={form.wrong('cron')}
          value={plan.cron}
          autoComplete="off"
          onChange={({ target }) => set({ kind: 'own', cron: target.value })}
        />
      ) : (
        <Field
          label={t('schedule.time')}
          type="time"
          hint={t('schedule.local')}
          required
          value={plan.time}
          onChange={({ target }) => target.value !== '' && set({ ...plan, time: target.value.slice(0, 5) })}
        />
      )}
    </Fields>
  );
}

const NIGHT_OFF = { from: '08:00', to: '18:00' };

function Quiet({ form }: Part) {
  const { t } = useTranslation();
  const { quiet } = form.values;
  return (
    <Card title={t('schedule.quiet')}>
      <div className={css.inner}>
        <Tick
          label={t('schedule.quiet-on')}
          hint={t('schedule.quiet-hint')}
          checked={quiet !== null}
          onChange={(isOn) => form.set({ quiet: isOn ? NIGHT_OFF : null })}
        />
        {quiet && (
          <Fields>
            {(['from', 'to'] as const).map((name) => (
              <Field
                key={name}
                label={t(`schedule.${name}`)}
                name={`quiet.${name}`}
                type="time"
                wrong={form.wrong(`quiet.${name}`)}
                value={quiet[name]}
                onChange={({ target }) => form.set({ quiet: { ...quiet, [name]: target.value.slice(0, 5) } })}
              />
            ))}
          </Fields>
        )}
      </div>
    </Card>
  );
}
