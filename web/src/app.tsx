import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { Route, Switch } from 'wouter';
import { Session, useAnswer, useSession } from './client/index.ts';
import { Button, Frame, Guarded, Loading, Trouble } from './frame/index.ts';
import { Dashboard } from './pages/dashboard.tsx';
import { SetUp } from './pages/set-up.tsx';
import { SignIn } from './pages/sign-in.tsx';

const CheckPage = lazy(() => import('./check/index.tsx').then(({ CheckPage: it }) => ({ default: it })));
const HistoryPage = lazy(() => import('./history/index.tsx').then(({ HistoryPage: it }) => ({ default: it })));
const SettingsPage = lazy(() => import('./settings/index.tsx').then(({ SettingsPage: it }) => ({ default: it })));
const WelcomePage = lazy(() => import('./settings/welcome.tsx').then(({ WelcomePage: it }) => ({ default: it })));
const ToolsPage = lazy(() => import('./tools/index.tsx').then(({ ToolsPage: it }) => ({ default: it })));

export function App() {
  const { t } = useTranslation();
  const { data, error, refetch } = useAnswer('state', {});
  if (data)
    return (
      <Session state={data}>
        <Guarded>
          <Pages />
        </Guarded>
      </Session>
    );
  return (
    <main>
      {error ? (
        <>
          <Trouble problem={error.problem} />
          <Button onClick={() => refetch()}>{t('again')}</Button>
        </>
      ) : (
        <Loading />
      )}
    </main>
  );
}

function Pages() {
  const { t } = useTranslation();
  const { state, user } = useSession();
  if (!state.isSetUp) return <SetUp />;
  if (user === null) return <SignIn />;
  return (
    <Frame>
      <Suspense fallback={<Loading />}>
        <Switch>
          <Route path="/" component={Dashboard} />
          <Route path="/check/*?" component={CheckPage} />
          <Route path="/history/*?" component={HistoryPage} />
          <Route path="/tools/*?" component={ToolsPage} />
          <Route path="/welcome" component={WelcomePage} />
          <Route path="/settings/*?" component={SettingsPage} />
          <Route>
            <h1>{t('no-page')}</h1>
          </Route>
        </Switch>
      </Suspense>
    </Frame>
  );
}
