import { useTranslation } from 'react-i18next';
import type { Settings } from '../../../src/console/api/index.ts';
import { useAnswer } from '../client/index.ts';
import { Card, Choice, Field, Fields, Status, useMoments } from '../frame/index.ts';
import type { Form } from './form.ts';
import css from './settings.module.css';

type Network = Settings['network'];
type Static = Extract<Network['publicAddress'], { kind: 'static' }>;
const FAMILIES = ['ipv4', 'ipv6'] as const;

/** Of what was seen last, the family; null: nothing was. */
const familyOf = (seen: string | null) => (seen === null ? null : seen.includes(':') ? 'ipv6' : 'ipv4');

/** What is not known yet is typed, or what the servers saw. */
const asSeen = (seen: string | null): Static => ({
  kind: 'static',
  ipv4: familyOf(seen) === 'ipv6' ? null : (seen ?? ''),
  ipv6: familyOf(seen) === 'ipv6' ? seen : null,
});

/** Static, or as the servers see it. */
export function PublicIp({ form }: { readonly form: Pick<Form<Network>, 'values' | 'set' | 'wrong'> }) {
  const { t } = useTranslation();
  const { ago } = useMoments();
  const { data } = useAnswer('dashboard', {});
  const { publicAddress } = form.values;
  const { seen = null, at = null } = data?.publicAddress ?? {};
  const set = publicAddress.kind === 'static' ? publicAddress[familyOf(seen) ?? 'ipv4'] : null;
  const isOther = seen !== null && set !== null && set !== seen;
  const hint = (family: (typeof FAMILIES)[number]): string => {
    if (seen === null || at === null || familyOf(seen) !== family || set === null) return t(`public-ip.${family}-hint`);
    return t(isOther ? 'public-ip.other' : 'public-ip.same', { ago: ago(at) });
  };
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
          onChange={(kind) => form.set({ publicAddress: kind === 'stun' ? { kind } : asSeen(seen) })}
        />
        {publicAddress.kind === 'static' && (
          <Fields>
            {FAMILIES.map((family) => (
              <Field
                key={family}
                label={t(`public-ip.${family}`)}
                name={`publicAddress.${family}`}
                hint={hint(family)}
                wrong={form.wrong(`publicAddress.${family}`)}
                value={publicAddress[family] ?? ''}
                autoComplete="off"
                spellCheck={false}
                onChange={({ target }) =>
                  form.set({ publicAddress: { ...publicAddress, [family]: target.value.trim() || null } })
                }
              />
            ))}
          </Fields>
        )}
      </div>
    </Card>
  );
}
