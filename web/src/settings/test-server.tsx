import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Problem } from '../../../src/console/api/index.ts';
import { ask, type Reply } from '../client/index.ts';
import { Status, type Tone } from '../frame/index.ts';

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
  const { state } = asked.value;
  return <Status tone={TONES[state] ?? 'bad'}>{state}</Status>;
}

/** What that state means, and what to do about it. */
export function ServerWords({ asked }: { readonly asked: Asked | null }) {
  const { t, i18n } = useTranslation();
  if (asked === null || asked.kind === 'asking') return null;
  if (asked.kind === 'refused') {
    const { code, facts } = asked.problem;
    return <>{t([`problem.${code}`, 'server.not-a-server'], { ...facts, code })}</>;
  }
  const { state, address, otherAddress, publicAddress, roundTripMs } = asked.value;
  const time =
    roundTripMs === null
      ? null
      : `${new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 1 }).format(roundTripMs)} ms`;
  const facts = [
    address && t('server.address', { address }),
    otherAddress && t('server.other', { address: otherAddress }),
    address && publicAddress && t('server.sees', { address: publicAddress }),
    time && t('server.time', { time }),
  ].filter(Boolean);
  return (
    <>
      {t([`server.state.${state}`, 'server.state.malformed'])} {facts.length > 0 && `${facts.join(', ')}.`}
    </>
  );
}
