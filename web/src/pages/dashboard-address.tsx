import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import type { Dashboard } from '../../../src/console/api/index.ts';
import { Card, Status, useMoments } from '../frame/index.ts';
import css from './dashboard.module.css';

/** By which address this machine is seen, and what stands in between. */
export function PublicAddress({ data }: { readonly data: Dashboard }) {
  const { seen, expected, at } = data.publicAddress;
  const { t } = useTranslation();
  const { ago } = useMoments();
  const isSame = seen !== null && seen === expected;
  const facts = { ago: at === null ? '' : ago(at), address: expected };
  const says = (): string => {
    if (seen === null) return t(expected === null ? 'dashboard.not-seen' : 'dashboard.set');
    if (expected === null) return t('dashboard.by-stun', facts);
    return t(isSame ? 'dashboard.same' : 'dashboard.not-same', facts);
  };
  return (
    <Card
      title={t('dashboard.address')}
      side={
        seen !== null && expected !== null ? (
          <Status tone={isSame ? 'ok' : 'bad'}>{t(isSame ? 'dashboard.matches' : 'dashboard.differs')}</Status>
        ) : (
          <Link href="/settings/network">{t('place.settings')}</Link>
        )
      }
    >
      <p className={css.fact}>{seen ?? expected ?? t('dashboard.unknown')}</p>
      <p className={css.soft}>{says()}</p>
      <dl className={css.facts}>
        <dt>{t('dashboard.router')}</dt>
        <dd>
          <Router of={data.router} />
        </dd>
        <dt>NAT</dt>
        <dd>
          <Nat of={data.nat} />
        </dd>
        <dt>IPv6</dt>
        <dd>
          <Ipv6 of={data.ipv6} />
        </dd>
      </dl>
    </Card>
  );
}

function Router({ of }: { readonly of: Dashboard['router'] }) {
  const { t } = useTranslation();
  if (of.kind === 'known') return [of.name, of.address].filter(Boolean).join(', ');
  const isLater = of.why !== 'not-recognised';
  if (of.address === null) return t(isLater ? 'dashboard.not-yet' : 'dashboard.not-known');
  return `${of.address}, ${t(isLater ? 'dashboard.make-not-yet' : 'dashboard.make-not-known')}`;
}

function Nat({ of }: { readonly of: Dashboard['nat'] }) {
  const { t } = useTranslation();
  if (of.kind === 'none') return t('dashboard.nat.none');
  if (of.kind === 'known') return t(`dashboard.nat.${of.nats}`);
  return t([`dashboard.nat-unknown.${of.why}`, 'dashboard.not-known']);
}

function Ipv6({ of: { isHere, wasChecked } }: { readonly of: Dashboard['ipv6'] }) {
  const { t } = useTranslation();
  const isWorthAWord = wasChecked === true || (isHere && wasChecked !== null);
  return [
    t(isHere ? 'dashboard.ipv6.here' : 'dashboard.ipv6.none'),
    ...(isWorthAWord ? [t(wasChecked ? 'dashboard.ipv6.checked' : 'dashboard.ipv6.unchecked')] : []),
  ].join(', ');
}
