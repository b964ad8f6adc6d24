import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Language, Problem, Settings } from '../../../src/console/api/index.ts';
import { addressOf, ask, useSession } from '../client/index.ts';
import { Button, Card, Fields, Icon, Select, Status, Tick, Trouble } from '../frame/index.ts';
import { useSection } from './form.ts';
import { NumberField } from './number-field.tsx';
import { SavedForm } from './save-bar.tsx';
import css from './settings.module.css';

const USUAL_DAYS = 365;

/** Language, how much is kept, and all of it taken along or deleted. */
export function Data({ settings }: { readonly settings: Settings }) {
  const { t } = useTranslation();
  const { isAdmin } = useSession();
  const form = useSection('general', settings.general);
  const { language, retention } = form.values;
  return (
    <div className={css.stack}>
      <SavedForm form={form}>
        <Card title={t('data.language')}>
          <div className={css.narrow}>
            <Select
              label={t('data.language-label')}
              hint={t('data.language-hint')}
              value={language}
              options={[
                ['en', 'English'],
                ['de', 'Deutsch'],
              ]}
              onChange={(value) => form.set({ language: value as Language })}
            />
          </div>
        </Card>
        <Card title={t('data.retention')}>
          <div className={css.inner}>
            <Fields>
              <NumberField
                label={t('data.runs')}
                name="retention.runs"
                wrong={form.wrong('retention.runs')}
                value={retention.runs === 0 ? null : retention.runs}
                onChange={(runs) => form.set({ retention: { ...retention, runs: runs ?? 0 } })}
              />
              {retention.days !== null && (
                <NumberField
                  label={t('data.days')}
                  name="retention.days"
                  wrong={form.wrong('retention.days')}
                  value={retention.days === 0 ? null : retention.days}
                  onChange={(days) => form.set({ retention: { ...retention, days: days ?? 0 } })}
                />
              )}
            </Fields>
            <Tick
              label={t('data.by-age')}
              checked={retention.days !== null}
              onChange={(isOn) => form.set({ retention: { ...retention, days: isOn ? USUAL_DAYS : null } })}
            />
          </div>
        </Card>
      </SavedForm>
      {isAdmin && (
        <Card title={t('data.export')}>
          <div className={css.inner}>
            <p className={css.dim}>{t('data.export-hint')}</p>
            <p>
              <a href={addressOf('exportData', {})} download>
                <Icon name="download" size={16} /> {t('data.download')}
              </a>
            </p>
          </div>
        </Card>
      )}
      {isAdmin && <Removal />}
    </div>
  );
}

function Removal() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [isSure, setSure] = useState(false);
  const [answer, setAnswer] = useState<Problem | 'done' | null>(null);
  const remove = async (): Promise<void> => {
    const outcome = await ask('removeData', {});
    setSure(false);
    setAnswer(outcome.kind === 'done' ? 'done' : outcome.problem);
    await queries.invalidateQueries();
  };
  return (
    <Card title={t('data.removal')}>
      <div className={css.inner}>
        <p className={css.dim}>{t('data.removal-hint')}</p>
        <Tick label={t('data.sure')} checked={isSure} onChange={setSure} />
        {answer !== null && answer !== 'done' && <Trouble problem={answer} />}
        <div className={css.actions}>
          <Button disabled={!isSure} onClick={remove}>
            <Icon name="bin" size={16} /> {t('data.remove')}
          </Button>
          <span role="status">{answer === 'done' && <Status tone="ok">{t('data.removed')}</Status>}</span>
        </div>
      </div>
    </Card>
  );
}
