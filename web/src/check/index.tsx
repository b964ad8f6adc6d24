import { useTranslation } from 'react-i18next';

export function CheckPage() {
  const { t } = useTranslation();
  return <h1>{t('place.check')}</h1>;
}
