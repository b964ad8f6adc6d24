import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../client/index.ts';
import { Button, Status, Trouble, useUnsaved } from '../frame/index.ts';
import type { Form } from './form.ts';
import css from './settings.module.css';

/** Around the cards of a page: Enter saves, a viewer reads, and what is not saved says so at the bottom. */
export function SavedForm({
  form,
  children,
}: {
  readonly form: Omit<Form<never>, 'values' | 'set'>;
  readonly children: ReactNode;
}) {
  const { t } = useTranslation();
  const { isAdmin } = useSession();
  useUnsaved(form.changes > 0);
  return (
    <form
      className={css.stack}
      noValidate
      onBlur={form.onBlur}
      onSubmit={(event) => {
        event.preventDefault();
        if (form.changes > 0) form.save().catch(() => undefined);
      }}
    >
      {!isAdmin && <p className={css.note}>{t('settings.viewer')}</p>}
      <fieldset className={css.all} disabled={!isAdmin || form.isBusy}>
        {children}
      </fieldset>
      {form.problem && <Trouble problem={form.problem} />}
      <div role="status">{form.isSaved && <Status tone="ok">{t('settings.saved')}</Status>}</div>
      {form.changes > 0 && (
        <div className={css.save}>
          <Status tone="warn">{t('settings.unsaved', { count: form.changes })}</Status>
          <span className={css.actions}>
            <Button onClick={form.discard}>{t('settings.discard')}</Button>
            <Button type="submit" filled disabled={form.isBusy}>
              {t('settings.save')}
            </Button>
          </span>
        </div>
      )}
    </form>
  );
}
