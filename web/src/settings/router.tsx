import { useTranslation } from 'react-i18next';
import type { Settings } from '../../../src/console/api/index.ts';
import { useAnswer } from '../client/index.ts';
import { Card, Field, Select } from '../frame/index.ts';
import { type Form, useSection } from './form.ts';
import { SavedForm } from './save-bar.tsx';
import css from './settings.module.css';

type Router = Settings['router'];

export function RouterPage({ settings }: { readonly settings: Settings }) {
  const { t } = useTranslation();
  const form = useSection('router', settings.router);
  return (
    <SavedForm form={form}>
      <Card title={t('router.title')}>
        <div className={`${css.inner} ${css.narrow}`}>
          <Make form={form} />
          <Field
            label={t('router.wan')}
            name="wanInterface"
            hint={t('router.wan-hint')}
            wrong={form.wrong('wanInterface')}
            value={form.values.wanInterface ?? ''}
            autoComplete="off"
            spellCheck={false}
            onChange={({ target }) => form.set({ wanInterface: target.value || null })}
          />
        </div>
      </Card>
    </SavedForm>
  );
}

/** For whose pages the steps of a finding are written. */
export function Make({ form }: { readonly form: Pick<Form<Router>, 'values' | 'set'> }) {
  const { t } = useTranslation();
  const { data: routers } = useAnswer('routers', {});
  const { product } = form.values;
  const chosen = routers?.find(({ id }) => id === product);
  const own = (['auto', 'any'] as const).map((id) => [id, t(`router.${id}`)] as const);
  const known = (routers ?? []).filter(({ id }) => id !== 'any' && id !== 'auto');
  return (
    <Select
      label={t('router.make')}
      name="product"
      hint={chosen?.hasConfiguration ? t('router.has-configuration') : t('router.make-hint')}
      value={product}
      options={[...own, ...known.map(({ id, name }) => [id, name] as const)]}
      onChange={(value) => form.set({ product: value })}
    />
  );
}
