import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ExplainedFinding, Report } from '../../../src/report/index.ts';
import { useAnswer } from '../client/index.ts';
import { Button, ButtonLink, Icon, Loading, Shape, type Tone, Trouble } from '../frame/index.ts';
import css from './findings.module.css';
import { Ladder } from './ladder.tsx';
import { nameOf, stretchOf } from './ranges.ts';

interface RouterStep {
  readonly need: string;
  readonly text: string;
  readonly commands: readonly string[];
}
interface Advice {
  readonly findings: readonly ExplainedFinding[];
  readonly router: { readonly id: string; readonly name: string };
  readonly steps: readonly RouterStep[];
}

const TONES: Readonly<Record<string, Tone>> = { critical: 'bad', error: 'bad', warning: 'warn', info: 'idle' };

/** One cause each, most urgent first: what callers notice and what proves it beside what to do. */
export function Findings({ id, report }: { readonly id: number; readonly report: Report }) {
  const { t, i18n } = useTranslation();
  const [router, setRouter] = useState<string | undefined>(undefined);
  const language = i18n.language === 'de' ? 'de' : 'en';
  const { data, error } = useAnswer('advice', {
    params: { id },
    query: { language, ...(router !== undefined && { router }) },
  });
  const { data: routers = [] } = useAnswer('routers', {});
  const advice = data as Advice | undefined;
  return (
    <section>
      <div className={css.head}>
        <h2>{t('finding.title')}</h2>
        <label>
          {t('finding.steps-for')}{' '}
          <select value={router ?? advice?.router.id ?? ''} onChange={(event) => setRouter(event.target.value)}>
            {routers.map(({ id: one, name }) => (
              <option key={one} value={one}>
                {name}
              </option>
            ))}
          </select>
        </label>
      </div>
      {error && <Trouble problem={error.problem} />}
      {!advice && !error && <Loading />}
      {advice?.findings.map((finding, index) => (
        <Finding
          key={`${finding.code} ${finding.ports[0]}`}
          finding={finding}
          proof={report.findings[index]?.proof}
          advice={advice}
          isFirst={index === 0}
        />
      ))}
    </section>
  );
}

interface FindingProps {
  readonly finding: ExplainedFinding;
  readonly proof: Report['findings'][number]['proof'];
  readonly advice: Advice;
  readonly isFirst: boolean;
}

const MOST_RANGES = 8;

function Finding({ finding, proof, advice, isFirst }: FindingProps) {
  const { t } = useTranslation();
  const stretches = finding.ports.map(stretchOf);
  const [first] = stretches;
  const own = advice.steps.filter(({ need }) => (finding.needs as readonly string[]).includes(need));
  const steps = own.length > 0 ? own : finding.steps.map((text) => ({ need: text, text, commands: [] }));
  return (
    <details className={css.finding} open={isFirst || finding.severity !== 'info'}>
      <summary>
        <Shape tone={TONES[finding.severity] ?? 'warn'} size={22} />
        <span>
          <b className={css.cause}>{finding.title}</b>
          <span className={css.about}>
            {stretches.slice(0, MOST_RANGES).map((one) => (
              <code key={nameOf(one)}>{nameOf(one)}</code>
            ))}
            {stretches.length > MOST_RANGES && t('finding.more', { count: stretches.length - MOST_RANGES })}{' '}
            <code className={css.code}>{finding.code}</code>
          </span>
        </span>
      </summary>
      <div className={css.parts}>
        <div>
          <h3>{t('finding.callers')}</h3>
          <p>{finding.calls ?? finding.meaning}</p>
          <h3>{t('finding.proof')}</h3>
          <p>{finding.seen}</p>
          {proof && (
            <details>
              <summary>{t('ports.packets', { port: nameOf(stretchOf(proof.port)) })}</summary>
              <Ladder proof={proof} />
            </details>
          )}
        </div>
        <div>
          <h3>{own.length > 0 ? t('finding.in', { router: advice.router.name }) : t('finding.do')}</h3>
          <ol className={css.steps}>
            {steps.map(({ need, text, commands }) => (
              <li key={need}>
                <p>{text}</p>
                {commands.length > 0 && <pre tabIndex={-1}>{commands.join('\n')}</pre>}
                <Copy text={[text, ...commands].join('\n')} label={t('finding.copy-step')} />
              </li>
            ))}
          </ol>
          <h3>{t('finding.worked')}</h3>
          <p>{finding.worked}</p>
          <p className={css.actions}>
            <Copy
              text={steps.map(({ text, commands }) => [text, ...commands].join('\n')).join('\n\n')}
              label={t('finding.copy')}
            />
            {first && (
              <ButtonLink to={`/check/live/${first.protocol}/${first.from}`}>
                {t('finding.watch', { port: first.from })}
              </ButtonLink>
            )}
          </p>
        </div>
      </div>
    </details>
  );
}

function Copy({ text, label }: { readonly text: string; readonly label: string }) {
  const { t } = useTranslation();
  const [state, setState] = useState<'ready' | 'copied' | 'not-copied'>('ready');
  const copy = (): Promise<void> =>
    navigator.clipboard.writeText(text).then(
      () => setState('copied'),
      () => setState('not-copied'),
    );
  return (
    <span>
      <Button onClick={copy}>
        <Icon name="copy" size={16} /> {label}
      </Button>{' '}
      <span role="status">{state === 'ready' ? '' : t(`finding.${state}`)}</span>
    </span>
  );
}
