import { useTranslation } from 'react-i18next';
import type { Settings } from '../../../src/console/api/index.ts';
import { Card, Field, Fields, Select } from '../frame/index.ts';
import { useSection } from './form.ts';
import { PublicIp } from './public-ip.tsx';
import { SavedForm } from './save-bar.tsx';
import { Servers } from './servers.tsx';

type Family = Settings['network']['family'];

export function Network({ settings }: { readonly settings: Settings }) {
  const { t } = useTranslation();
  const form = useSection('network', settings.network);
  const { bindAddress, family } = form.values;
  return (
    <SavedForm form={form}>
      <PublicIp form={form} />
      <Servers form={form} />
      <Card title={t('from.title')}>
        <Fields>
          <Field
            label={t('from.address')}
            name="bindAddress"
            hint={t('from.address-hint')}
            wrong={form.wrong('bindAddress')}
            value={bindAddress ?? ''}
            autoComplete="off"
            spellCheck={false}
            onChange={({ target }) => form.set({ bindAddress: target.value.trim() || null })}
          />
          <Select
            label={t('from.family')}
            value={family ?? ''}
            options={[
              ['', t('from.any')],
              ['ipv4', 'IPv4'],
              ['ipv6', 'IPv6'],
            ]}
            onChange={(value) => form.set({ family: (value || null) as Family })}
          />
        </Fields>
      </Card>
    </SavedForm>
  );
}
