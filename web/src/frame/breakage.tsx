import { Component, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import css from './parts.module.css';
import { Button } from './parts.tsx';
import { Shape } from './status.tsx';

/** React would take the whole page away when a part of it cannot be loaded or drawn. */
export class Breakage extends Component<{ readonly children: ReactNode }, { readonly isBroken: boolean }> {
  override state = { isBroken: false };

  static getDerivedStateFromError(): { isBroken: boolean } {
    return { isBroken: true };
  }

  override render(): ReactNode {
    return this.state.isBroken ? <Broken /> : this.props.children;
  }
}

function Broken() {
  const { t } = useTranslation();
  return (
    <>
      <p role="alert" className={css.notice}>
        <Shape tone="warn" />
        {t('broken')}
      </p>
      <Button filled onClick={() => window.location.reload()}>
        {t('reload')}
      </Button>
    </>
  );
}
