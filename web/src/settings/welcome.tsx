/** The first run's five questions: each has an answer that works, and may be skipped. */
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import type { Settings } from '../../../src/console/api/index.ts';
import { ask, useAnswer, useSession } from '../client/index.ts';
import { Button, Card, Loading, NotShown, Tick, Trouble } from '../frame/index.ts';
import { type Form, useSection } from './form.ts';
import { Profile } from './pbx.tsx';
import { PublicIp } from './public-ip.tsx';
import { Make } from './router.tsx';
import { Servers } from './servers.tsx';
import css from './settings.module.css';

interface StepProps {
  readonly settings: Settings;
  readonly bottom: (form: Pick<Form<never>, 'changes' | 'save' | 'problem' | 'isBusy'>) => ReactNode;
}

const STEPS = [PbxStep, AddressStep, RouterStep, ServersStep, NightStep] as const;
const NAMES = ['pbx', 'address', 'router', 'servers', 'night'] as const;

export function WelcomePage() {
  const { t } = useTranslation();
  const [, go] = useLocation();
  const { isAdmin } = useSession();
  const { data: settings, error, refetch } = useAnswer('settings', {});
  const [at, setAt] = useState(0);
  const end = async (): Promise<void> => {
    // Whether this is noted or not: the Dashboard comes next.
    if (settings && isAdmin)
      await ask('changeSettings', { params: { section: 'general' }, body: { ...settings.general, isWelcomed: true } });
    go('/');
  };
  const next = (): void => {
    if (at === STEPS.length - 1) end().catch(() => undefined);
    else setAt(at + 1);
  };
  const Step = STEPS[at];
  const name = NAMES[at];
  if (!settings && error) return <NotShown title={t('welcome.five')} problem={error.problem} onAgain={refetch} />;
  if (!settings || !Step || !name) return <Loading />;
  return (
    <div className={css.door}>
      <div className={css.bottom}>
        <p className={css.crumbs} role="status">
          {t('welcome.step', { at: at + 1, of: STEPS.length })}
        </p>
        <Button onClick={end}>{t('welcome.skip-all')}</Button>
      </div>
      <div>
        <h1>{t(`welcome.title.${name}`)}</h1>
        <p className={css.lead}>{t(`welcome.lead.${name}`)}</p>
      </div>
      <Step
        key={name}
        settings={settings}
        bottom={(form) => (
          <Bottom
            form={form}
            onBack={at > 0 ? () => setAt(at - 1) : null}
            onNext={next}
            isLast={at === STEPS.length - 1}
          />
        )}
      />
    </div>
  );
}

interface BottomProps {
  readonly form: Parameters<StepProps['bottom']>[0];
  readonly onBack: (() => void) | null;
  readonly onNext: () => void;
  readonly isLast: boolean;
}

function Bottom({ form, onBack, onNext, isLast }: BottomProps) {
  const { t } = useTranslation();
  const go = async (): Promise<void> => {
    if (form.changes === 0 || (await form.save())) onNext();
  };
  return (
    <>
      {form.problem && <Trouble problem={form.problem} />}
      <div className={css.bottom}>
        <span>{onBack && <Button onClick={onBack}>{t('welcome.back')}</Button>}</span>
        <span className={css.actions}>
          <Button onClick={onNext}>{t('welcome.skip')}</Button>
          <Button filled disabled={form.isBusy} onClick={go}>
            {t(isLast ? 'welcome.done' : 'welcome.next')}
          </Button>
        </span>
      </div>
    </>
  );
}

function PbxStep({ settings, bottom }: StepProps) {
  const { t } = useTranslation();
  const form = useSection('pbx', settings.pbx);
  return (
    <>
      <Card title={t('pbx.title')}>
        <Profile form={form} />
      </Card>
      {bottom(form)}
    </>
  );
}

function AddressStep({ settings, bottom }: StepProps) {
  const form = useSection('network', settings.network);
  return (
    <>
      <PublicIp form={form} />
      {bottom(form)}
    </>
  );
}

function RouterStep({ settings, bottom }: StepProps) {
  const { t } = useTranslation();
  const form = useSection('router', settings.router);
  return (
    <>
      <Card title={t('router.title')}>
        <div className={css.narrow}>
          <Make form={form} />
        </div>
      </Card>
      {bottom(form)}
    </>
  );
}

function ServersStep({ settings, bottom }: StepProps) {
  const form = useSection('network', settings.network);
  return (
    <>
      <Servers form={form} />
      {bottom(form)}
    </>
  );
}

function NightStep({ settings, bottom }: StepProps) {
  const { t } = useTranslation();
  const form = useSection('schedule', settings.schedule);
  return (
    <>
      <Card title={t('schedule.title')}>
        <Tick
          label={t('welcome.nightly')}
          hint={t('welcome.nightly-hint')}
          checked={form.values.isOn}
          onChange={(isOn) => form.set({ isOn, ...(isOn && { cron: '0 2 * * *' }) })}
        />
      </Card>
      {bottom(form)}
    </>
  );
}
