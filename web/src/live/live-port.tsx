import { type FormEvent, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation } from 'wouter';
import { useAnswer, useSession } from '../client/index.ts';
import { Button, ButtonLink, Card, Icon, Shape, type Tone, Trouble } from '../frame/index.ts';
import { beep } from './beep.ts';
import css from './live.module.css';
import { changesOf, type Light, lengthOf } from './past.ts';
import { Strip } from './strip.tsx';
import { type Seen, useWatch, type WatchedPort, type Watching } from './watch.ts';

const TONES: Readonly<Record<Light, Tone>> = { asking: 'run', open: 'ok', closed: 'bad', unknown: 'idle' };

/** One port, watched while the router is changed. */
export function LivePort(watched: WatchedPort) {
  const { t } = useTranslation();
  const { isAdmin } = useSession();
  if (isValid(watched.port) && isAdmin)
    return <Watched key={`${watched.protocol}/${watched.port}`} protocol={watched.protocol} port={watched.port} />;
  return (
    <>
      <Head watched={watched} />
      <p>{t(isAdmin ? 'live.no-port' : 'live.viewer')}</p>
    </>
  );
}

const isValid = (port: number): boolean => Number.isInteger(port) && port >= 1 && port <= 65_535;

function Watched(watched: WatchedPort) {
  const { watching, past, stop, again } = useWatch(watched);
  const last = past.at(-1);
  const [sounds, setSounds] = useState(false);
  useSound(last?.light, sounds && watching.kind === 'watching');
  return (
    <>
      <Head watched={watched}>
        {watching.kind === 'watching' ? (
          <span className={css.stop}>
            <Button onClick={stop}>{<StopSign />}</Button>
          </span>
        ) : (
          <Again again={again} />
        )}
      </Head>
      <div className={css.stack}>
        <BigLight watched={watched} watching={watching} last={last} />
        <Strip past={past} />
        <Tests last={last} watched={watched} />
        <div className={css.two}>
          <Happened past={past} />
          <Next sounds={sounds} setSounds={setSounds} />
        </div>
      </div>
    </>
  );
}

function StopSign() {
  const { t } = useTranslation();
  return (
    <>
      <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
        <rect x="1" y="1" width="10" height="10" fill="none" stroke="currentColor" strokeWidth="2" />
      </svg>
      {t('live.stop')}
    </>
  );
}

function Again({ again }: { readonly again: () => void }) {
  const { t } = useTranslation();
  return (
    <Button onClick={again}>
      <Icon name="again" size={16} /> {t('live.again')}
    </Button>
  );
}

/** Where one is, and which port; another is one line away. */
function Head({ watched, children }: { readonly watched: WatchedPort; readonly children?: React.ReactNode }) {
  const { t } = useTranslation();
  const [, go] = useLocation();
  const ask = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const asked = new FormData(event.currentTarget);
    go(`/check/live/${asked.get('protocol')}/${asked.get('port')}`);
  };
  return (
    <div className={css.head}>
      <p>
        <Link href="/tools">{t('place.tools')}</Link> / <span aria-current="page">{t('live.title')}</span>
      </p>
      <div className={css.actions}>
        <form key={`${watched.protocol}/${watched.port}`} onSubmit={ask} className={css.actions}>
          <select name="protocol" aria-label={t('live.protocol')} defaultValue={watched.protocol}>
            <option value="udp">UDP</option>
            <option value="tcp">TCP</option>
          </select>
          <input
            name="port"
            type="number"
            min={1}
            max={65_535}
            required
            aria-label={t('live.port')}
            defaultValue={isValid(watched.port) ? watched.port : ''}
          />
          <Button type="submit">{t('live.watch')}</Button>
        </form>
        {children}
      </div>
    </div>
  );
}

interface LightOf {
  readonly watched: WatchedPort;
  readonly watching: Watching;
  readonly last: Seen | undefined;
}

/** Green or red, or neither; told to a screen reader only when it changes. */
function BigLight({ watched, watching, last }: LightOf) {
  const { t } = useTranslation();
  const isOn = watching.kind === 'watching';
  const light = last?.light ?? 'asking';
  const tone = isOn ? TONES[light] : 'idle';
  const name = `${watched.protocol.toUpperCase()} ${watched.port}`;
  const word = isOn ? t(`live.light.${light}`) : t('live.not-watched');
  const why = useWhy(isOn ? last : undefined);
  return (
    <section className={`${css.big} ${css[tone]}`} aria-labelledby="light">
      <Shape tone={tone} size={220} />
      <div className={css.says}>
        <p className={css.kicker}>{last?.waitMs ? name : t('live.every', { port: name })}</p>
        <h1 id="light">{word}</h1>
        {isOn ? last && <Since last={last} why={why} /> : <WhyNot watching={watching} />}
      </div>
      <p className={css.spoken} role="status" aria-live="assertive">
        {`${name}: ${word}. ${isOn ? why : ''}`}
      </p>
    </section>
  );
}

/** Nothing is grey without a reason. */
function useWhy(last: Seen | undefined): string {
  const { t } = useTranslation();
  if (last === undefined || last.light === 'asking') return '';
  if (last.cause !== null) return t([`outcome.cause.${last.cause}`, 'live.cause'], { cause: last.cause });
  if (last.light === 'unknown') return t('live.no-reason');
  return last.light === 'open' ? t('live.is-open') : '';
}

/** For how long, why, and when it is asked again. */
function Since({ last, why }: { readonly last: Seen; readonly why: string }) {
  const { t } = useTranslation();
  const passed = useNow() - last.got;
  const left = last.waitMs === null ? 0 : last.waitMs - passed;
  return (
    <>
      {last.light !== 'asking' && (
        <p className={css.sub}>
          {t('live.for', { time: lengthOf(last.sinceMs + passed) })} {why}
        </p>
      )}
      {left > 1_000 && <p className={css.wait}>{t('live.wait', { time: lengthOf(left) })}</p>}
    </>
  );
}

function WhyNot({ watching }: { readonly watching: Watching }) {
  const { t } = useTranslation();
  const busy = watching.kind === 'ended' || (watching.kind === 'refused' && watching.problem.code !== 'offline');
  const { data } = useAnswer('dashboard', {}, busy && 2_000);
  const running = data?.running ?? null;
  if (watching.kind === 'stopped') return <p className={css.sub}>{t('live.stopped')}</p>;
  if (running !== null && busy)
    return (
      <>
        <p className={css.sub}>{t('live.run')}</p>
        <ButtonLink to={`/check/${running}`}>{t('dashboard.watch')}</ButtonLink>
      </>
    );
  if (watching.kind === 'refused' && watching.problem.code !== 'run-in-progress')
    return <Trouble problem={watching.problem} />;
  return <p className={css.sub}>{t('live.ended')}</p>;
}

/** What a test found, one after the other. By which address a connection of TCP came is not told. */
function Tests({ last, watched: { protocol, port } }: Pick<LightOf, 'last' | 'watched'>) {
  const { t } = useTranslation();
  const isKnown = last !== undefined && last.light !== 'asking';
  const mapped = isKnown ? last.mapped : null;
  const [out, kept] = [mapped !== null, mapped?.endsWith(`:${port}`) ?? false];
  const isIn = last?.light === 'open' ? 'yes' : last?.light === 'closed' ? 'no' : 'unknown';
  const tests: readonly { readonly name: string; readonly tone: Tone; readonly says: string }[] = [
    {
      name: 'out',
      tone: out ? 'ok' : 'idle',
      says: out ? t('live.test.as', { mapped }) : t('live.test.unknown'),
    },
    {
      name: 'kept',
      tone: out ? (kept ? 'ok' : 'bad') : 'idle',
      says: t(out ? (kept ? 'live.test.yes' : 'live.test.no') : 'live.test.unknown'),
    },
    { name: 'in', tone: { yes: 'ok', no: 'bad', unknown: 'idle' }[isIn] as Tone, says: t(`live.test.in-${isIn}`) },
  ];
  return (
    <ul className={css.tests}>
      {(protocol === 'tcp' ? tests.slice(-1) : tests).map(({ name, tone, says }) => (
        <li key={name}>
          <span className={css.dim}>{t(`live.test.${name}`)}</span>
          <b>
            <Shape tone={tone} size={18} /> {says}
          </b>
        </li>
      ))}
    </ul>
  );
}

function Happened({ past }: { readonly past: readonly Seen[] }) {
  const { t, i18n } = useTranslation();
  const clock = new Intl.DateTimeFormat(i18n.language === 'de' ? 'de' : 'en-GB', { timeStyle: 'medium' });
  const wordsOf = ({ light, cause }: Seen): string =>
    light === 'asking'
      ? t('live.began')
      : `${t(`live.light.${light}`)}. ${cause === null ? '' : t([`outcome.cause.${cause}`, 'live.cause'], { cause })}`;
  return (
    <Card title={t('live.happened')}>
      <ol className={css.events}>
        {changesOf(past).map((state) => (
          <li key={`${state.got} ${state.count}`}>
            <code>{clock.format(state.got)}</code>
            <Shape tone={TONES[state.light]} />
            <span>{wordsOf(state)}</span>
          </li>
        ))}
      </ol>
    </Card>
  );
}

function Next({ sounds, setSounds }: { readonly sounds: boolean; readonly setSounds: (on: boolean) => void }) {
  const { t } = useTranslation();
  const { data } = useAnswer('dashboard', {});
  const failed = data?.last?.verdict === 'unsupported' ? data.last.id : null;
  return (
    <Card title={t('live.next')}>
      <div className={css.next}>
        <ButtonLink filled to={failed === null ? '/check' : `/check?failed=${failed}`}>
          <Icon name="again" size={16} /> {t(failed === null ? 'live.check-all' : 'live.check-failed')}
        </ButtonLink>
        <p className={css.dim}>{t('live.proves-one')}</p>
        <label className={css.sound}>
          <input type="checkbox" checked={sounds} onChange={(event) => setSounds(event.target.checked)} />
          {t('live.sound')}
        </label>
        <p className={css.dim}>{t('live.honest')}</p>
      </div>
    </Card>
  );
}

/** When the light turns, and not when it first shines. */
function useSound(light: Light | undefined, isOn: boolean): void {
  const before = useRef(light);
  useEffect(() => {
    const isNews = before.current !== light && before.current !== undefined && before.current !== 'asking';
    if (isOn && isNews && light !== undefined) beep(light === 'open' ? 880 : 330);
    before.current = light;
  }, [light, isOn]);
}

/** Told each second. */
function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
