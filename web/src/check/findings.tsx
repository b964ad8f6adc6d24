import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ExplainedFinding, Report } from '../../../src/report/index.ts';
import { useAnswer } from '../client/index.ts';
import { Button, ButtonLink, CopyButton, CopyValue, Icon, Loading, Shape, type Tone, Trouble } from '../frame/index.ts';
import css from './findings.module.css';
import { Ladder } from './ladder.tsx';
import { nameOf, sizeOf, stretchOf } from './ranges.ts';
import { amountOf } from './time.ts';
import { piecesOf } from './values.ts';

interface RouterStep {
  readonly need: string;
  readonly text: string;
  readonly commands: readonly string[];
}
interface Advice {
  readonly headline: string;
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
  const query = { language, ...(router !== undefined && { router }) } as const;
  const { data, error } = useAnswer('advice', { params: { id }, query });
  const { data: routers = [] } = useAnswer('routers', {});
  const advice = data as Advice | undefined;
  return (
    <section>
      <div className={css.head}>
        <h2>{t(report.verdict === 'supported' ? 'finding.notes' : 'finding.title')}</h2>
        <label>
          {t('finding.steps-for')}{' '}
          <select value={router ?? advice?.router.id ?? ''} onChange={(event) => setRouter(event.target.value)}>
            <option value="any">{t('finding.any')}</option>
            {routers
              .filter(({ id: one }) => one !== 'any')
              .map(({ id: one, name }) => (
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
          index={index}
        />
      ))}
    </section>
  );
}

interface FindingProps {
  readonly finding: ExplainedFinding;
  readonly proof: Report['findings'][number]['proof'];
  readonly advice: Advice;
  /** The most urgent one is the first; the headline has said its title. */
  readonly index: number;
}

const MOST_RANGES = 8;
/** On a phone only the most urgent one is open. */
const isNarrow = (): boolean => window.matchMedia('(max-width: 859px)').matches;

function Finding({ finding, proof, advice, index }: FindingProps) {
  const { t, i18n } = useTranslation();
  const [isProven, setProven] = useState(false);
  const ladder = useId();
  const stretches = finding.ports.map(stretchOf);
  const count = stretches.reduce((sum, one) => sum + sizeOf(one), 0);
  return (
    <details className={css.finding} open={index === 0 || (finding.severity !== 'info' && !isNarrow())}>
      <summary>
        <Shape tone={TONES[finding.severity] ?? 'warn'} size={24} />
        <span>
          <b className={css.cause}>{finding.title === advice.headline ? finding.heading : finding.title}</b>
          <span className={css.about}>
            {stretches.slice(0, MOST_RANGES).map((one) => (
              <code key={nameOf(one)}>{nameOf(one)}</code>
            ))}
            {stretches.length > MOST_RANGES && t('finding.more', { count: stretches.length - MOST_RANGES })}
            {count > 1 && <span>{t('finding.ports', { count, n: amountOf(count, i18n.language) })}</span>}
            <code className={css.code}>{finding.code}</code>
          </span>
        </span>
        <span className={css.chevron}>
          <Icon name="chevron" />
        </span>
      </summary>
      <div className={css.parts}>
        <div>
          <h3>{t('finding.callers')}</h3>
          <p>{finding.meaning}</p>
          {finding.calls !== null && <p>{finding.calls}</p>}
          <h3>{t('finding.proof')}</h3>
          <p>{finding.seen}</p>
          {proof && (
            <p className={css.actions}>
              <Button aria-expanded={isProven} aria-controls={ladder} onClick={() => setProven(!isProven)}>
                {t('ports.packets', { port: nameOf(stretchOf(proof.port)) })}
              </Button>
            </p>
          )}
        </div>
        <Steps finding={finding} advice={advice} index={index} />
      </div>
      <div id={ladder} hidden={!isProven} className={css.packets}>
        {proof && isProven && <Ladder proof={proof} />}
      </div>
    </details>
  );
}

/** In that router, where a setting of it mends this; else in any. */
function Steps({ finding, advice: { steps: all, router, findings }, index }: Omit<FindingProps, 'proof'>) {
  const { t } = useTranslation();
  const own = all.filter(({ need }) => (finding.needs as readonly string[]).includes(need));
  // A step names all ports at once: who has done it for one finding has done it for the others.
  const same = findings.slice(0, index).find(({ needs }) => finding.needs.every((need) => needs.includes(need)));
  if (own.length > 0 && same) return <SameSteps finding={finding} as={same.heading} />;
  const steps = own.length > 0 ? own : finding.steps.map((text) => ({ need: text, text, commands: [] }));
  const whole = ({ text, commands }: Omit<RouterStep, 'need'>): string => [text, ...commands].join('\n');
  return (
    <div>
      <h3>{own.length > 0 && router.id !== 'any' ? t('finding.in', { router: router.name }) : t('finding.do')}</h3>
      <ol className={css.steps}>
        {steps.map(({ need, text, commands }) => (
          <li key={need}>
            <div>
              <p>
                {piecesOf(text, router.id).map((piece, index) =>
                  piece.copy === null ? (
                    piece.text
                  ) : (
                    // biome-ignore lint/suspicious/noArrayIndexKey: the text does not change.
                    <CopyValue key={index} text={piece.copy} />
                  ),
                )}
              </p>
              {commands.length > 0 && (
                <>
                  <pre className={css.commands}>{commands.join('\n')}</pre>
                  <CopyButton text={commands.join('\n')} label={t('finding.copy-commands')} />
                </>
              )}
            </div>
          </li>
        ))}
      </ol>
      <h3>{t('finding.worked')}</h3>
      <p>{finding.worked}</p>
      <div className={css.actions}>
        <CopyButton text={steps.map(whole).join('\n\n')} label={t('finding.copy')} />
        <Watch finding={finding} />
      </div>
    </div>
  );
}

function SameSteps({ finding, as }: { readonly finding: ExplainedFinding; readonly as: string }) {
  const { t } = useTranslation();
  return (
    <div>
      <h3>{t('finding.do')}</h3>
      <p>{t('finding.same', { finding: as })}</p>
      <h3>{t('finding.worked')}</h3>
      <p>{finding.worked}</p>
      <div className={css.actions}>
        <Watch finding={finding} />
      </div>
    </div>
  );
}

function Watch({ finding: { ports } }: { readonly finding: ExplainedFinding }) {
  const { t } = useTranslation();
  const [port] = ports.map(stretchOf);
  if (!port) return null;
  return (
    <ButtonLink to={`/check/live/${port.protocol}/${port.from}`}>{t('finding.watch', { port: port.from })}</ButtonLink>
  );
}
