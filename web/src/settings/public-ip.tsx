import { useTranslation } from 'react-i18next';
import type { Settings } from '../../../src/console/api/index.ts';
import { useAnswer } from '../client/index.ts';
import { Card, Choice, Field, Status } from '../frame/index.ts';
import type { Form } from './form.ts';
import css from './settings.module.css';

type Network = Settings['network'];

/** Static, or as the servers see it. */
export function PublicIp({ form }: { readonly form: Pick<Form<Network>, 'values' | 'set' | 'wrong'> }) {
  const { t } = useTranslation();
  const { data } = useAnswer('dashboard', {});
  const { publicAddress } = form.values;
  const seen = data?.publicAddress?.seen ?? null;
  const isOther = seen !== null && publicAddress.kind === 'static' && publicAddress.address !== seen;
  return (
    <Card
      title={t('public-ip.title')}
      side={seen !== null && <Status tone={isOther ? 'warn' : 'ok'}>{t('public-ip.seen', { address: seen })}</Status>}
    >
      <div className={css.inner}>
        <Choice
          label={t('public-ip.how')}
          name="publicAddress.kind"
          value={publicAddress.kind}
          options={(['static', 'stun'] as const).map((value) => ({
            value,
            label: t(`public-ip.${value}`),
            hint: t(`public-ip.${value}-hint`),
          }))}
          onChange={(kind) => form.set({ publicAddress: kind === 'stun' ? { kind } : { kind, address: seen ?? '' } })}
        />
        {publicAddress.kind === 'static' && (
          <div className={css.narrow}>
            <Field
              label={t('public-ip.address')}
              name="publicAddress.address"
              hint={t('public-ip.address-hint')}
              wrong={form.wrong('publicAddress.address')}
              value={publicAddress.address}
              autoComplete="off"
              spellCheck={false}
              onChange={({ target }) => form.set({ publicAddress: { kind: 'static', address: target.value.trim() } })}
            />
          </div>
        )}
      </div>
    </Card>
  );
}
