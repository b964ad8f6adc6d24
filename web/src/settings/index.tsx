/** Network, PBX, router, schedule, notifications, users, tokens and data. */
import { useTranslation } from 'react-i18next';

export function SettingsPage() {
  const { t } = useTranslation();
  return <h1>{t('place.settings')}</h1>;
}
