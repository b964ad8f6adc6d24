/** Single questions: a STUN server, NAT behaviour, who holds a port, one port watched. */
import { useTranslation } from 'react-i18next';

export function ToolsPage() {
  const { t } = useTranslation();
  return <h1>{t('place.tools')}</h1>;
}
