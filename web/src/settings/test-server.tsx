import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Problem } from '../../../src/console/api/index.ts';
import { ask, type Reply } from '../client/index.ts';
import { Status, type Tone, wordsOf } from '../frame/index.ts';
import { ServerLines } from './server-lines.tsx';
import css from './settings.module.css';

export type Asked =
  | { readonly kind: 'asking' }
  | { readonly kind: 'answered'; readonly value: Reply<'testServer'> }
  | { readonly kind: 'refused'; readonly problem: Problem };

/** What the servers said that somebody has asked on this page. */
export function useServerTests() {
  const [tests, setTests] = useState<Readonly<Record<string, Asked>>>({});
  const test = async (server: string): Promise<void> => {
    setTests((before) => ({ ...before, [server]: { kind: 'asking' } }));
    const outcome = await ask('testServer', { body: { server } });
    const asked: Asked =
      outcome.kind === 'done'
        ? { kind: 'answered', value: outcome.value }
        : { kind: 'refused', problem: outcome.problem };
    setTests((before) => ({ ...before, [server]: asked }));
  };
  return { of: (server: string): Asked | null => tests[server] ?? null, test };
}

const TONES: Readonly<Record<string, Tone>> = {
  ok: 'ok',
  basic: 'warn',
  'no-second-address': 'warn',
  throttling: 'warn',
  'no-family': 'warn',
};

export function ServerState({ asked }: { readonly asked: Asked | null }) {
  const { t } = useTranslation();
  if (asked === null) return null;
  if (asked.kind === 'asking') return <Status tone="run">{t('server.asking')}</Status>;
  if (asked.kind === 'refused') return <Status tone="warn">{t('server.not-asked')}</Status>;
  return <StateWord state={asked.value.state} />;
}

/** What that state means, what to do about it, and what was found out. */
export function ServerWords({ asked }: { readonly asked: Asked | null }) {
  const { t } = useTranslation();
  if (asked === null || asked.kind === 'asking') return null;
  if (asked.kind === 'refused') {
    const { code, facts } = asked.problem;
    const why = String(facts['why'] ?? '');
    const words = why.startsWith('server-') ? ['server.not-a-server'] : wordsOf(asked.problem);
    return <p>{t(words, { code: why || code, ...facts })}</p>;
  }
  const { state, detail, publicAddress, lines } = asked.value;
  const { answer } = lines;
  const isSent = answer.kind !== 'not-asked' || answer.why !== 'not-sent';
  const words = isSent ? [`server.detail.${state}.${detail}`, `server.state.${state}`] : ['server.not-sent'];
  return (
    <>
      <p>
        {t([...words, 'server.state.malformed'], { detail })}{' '}
        {publicAddress && t('server.sees', { address: publicAddress })}
      </p>
      <ServerLines of={asked.value} />
    </>
  );
}

const STATES = [
  'ok',
  'basic',
  'no-second-address',
  'throttling',
  'malformed',
  'unreachable',
  'unresolvable',
  'no-family',
] as const;

/** Every word that a test may end in. */
export function ServerStates() {
  const { t } = useTranslation();
  return (
    <dl className={css.states}>
      {STATES.map((state) => (
        <div key={state}>
          <dt>
            <StateWord state={state} />
          </dt>
          <dd>{t(`server.means.${state}`)}</dd>
        </div>
      ))}
    </dl>
  );
}

function StateWord({ state }: { readonly state: string }) {
  const { t } = useTranslation();
  return <Status tone={TONES[state] ?? 'bad'}>{t([`dashboard.server.${state}`, 'dashboard.unknown'])}</Status>;
}
