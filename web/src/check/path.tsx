import { useTranslation } from 'react-i18next';
import type { RunProgress } from '../../../src/console/api/index.ts';
import { Card, Status, type Tone } from '../frame/index.ts';
import css from './check.module.css';

type Arrow = RunProgress['path']['out'];
type Place = 'pbx' | 'router' | 'primary' | 'alternate';
type Addresses = Readonly<Record<Place, string | null>>;

const TESTS = ['out', 'back', 'cold', 'warm'] as const;
type Test = (typeof TESTS)[number];

const TONES: Readonly<Record<Arrow, Tone>> = { waiting: 'idle', asked: 'run', yes: 'ok', no: 'bad' };

/** Arrows turn green or red as the tests answer; for whoever cannot see them, the same as a list. */
export function Path({ progress: { path, servers } }: { readonly progress: RunProgress }) {
  const { t } = useTranslation();
  const server = servers.find(({ address }) => address !== null);
  const addresses = {
    pbx: path.local,
    router: path.publicAddress,
    primary: server?.address ?? null,
    alternate: server?.otherAddress ?? null,
  };
  return (
    <Card title={t('path.title')}>
      <div className={css.picture}>
        <Across path={path} addresses={addresses} />
        <Down path={path} addresses={addresses} />
      </div>
      <ul className={css.tests}>
        {TESTS.map((test) => (
          <li key={test}>
            <Status tone={TONES[path[test]]}>{`${t(`test.${test}`)}, ${t(`arrow.${path[test]}`)}`}</Status>
            <span>{t(`path.${test}`)}</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

interface Picture {
  readonly path: RunProgress['path'];
  readonly addresses: Addresses;
}

const BOXES = [
  ['pbx', 1, 10, 168, 188],
  ['router', 266, 10, 168, 188],
  ['primary', 528, 10, 211, 82],
  ['alternate', 528, 116, 211, 82],
] as const;
/** Which way each test takes, from x to x, at y. */
const WAYS = { out: [169, 528, 30], back: [528, 169, 72], cold: [528, 169, 140], warm: [528, 169, 180] } as const;
const ROUTER = [256, 444] as const;
/** Where the internet begins. */
const BORDER = 486;

/** From left to right, where there is room. */
function Across({ path, addresses }: Picture) {
  const { t } = useTranslation();
  return (
    <svg className={css.across} viewBox="0 -12 740 220" aria-hidden="true">
      <line x1={BORDER} x2={BORDER} y1={4} y2={198} />
      <text x={BORDER} y={-2} className={css.ask} textAnchor="middle">
        {t('lane.internet')}
      </text>
      {TESTS.map((test) => (
        <Way key={test} test={test} state={path[test]} />
      ))}
      {BOXES.map(([name, x, y, width, height]) => (
        <g key={name}>
          <rect x={x} y={y} width={width} height={height} rx={6} />
          <text x={x + 12} y={y + 26} className={css.name}>
            {t(`lane.${name}`)}
          </text>
          <text x={x + 12} y={y + 46}>
            {addresses[name] ?? ''}
          </text>
        </g>
      ))}
    </svg>
  );
}

/** What is not let in ends at the router; nothing comes of the rest. */
function Way({ test, state }: { readonly test: Test; readonly state: Arrow }) {
  const { t } = useTranslation();
  const [from, whole, y] = WAYS[test];
  const isBack = whole < from;
  const to = state === 'no' ? ROUTER[isBack ? 1 : 0] : whole;
  const tip = isBack ? 9 : -9;
  return (
    <>
      {state === 'no' && (
        <g className={css['way-waiting']}>
          <line x1={ROUTER[isBack ? 0 : 1]} x2={whole} y1={y} y2={y} />
        </g>
      )}
      <g className={css[`way-${state}`]}>
        <line x1={from} x2={to} y1={y} y2={y} />
        {state === 'no' ? (
          <path d={`M${to - 6} ${y - 6}l12 12m0 -12l-12 12`} />
        ) : (
          <path d={`M${to + tip} ${y - 6}L${to} ${y}l${tip} 6`} />
        )}
        <text x={178} y={y - 7} className={css.ask}>
          {t(`test.${test}`)}
        </text>
      </g>
    </>
  );
}

/** From top to bottom, as on a phone. Each test has a column; the router cuts it into two pieces. */
function Down({ path, addresses }: Picture) {
  const { t } = useTranslation();
  const box = (name: Place) => (
    <p className={css[name]}>
      <b>{t(`lane.${name}`)}</b>
      <code>{addresses[name] ?? ''}</code>
    </p>
  );
  return (
    <div className={css.down} aria-hidden="true">
      {box('pbx')}
      {TESTS.map((test) => (
        <Piece key={test} test={test} state={path[test]} isInside />
      ))}
      {box('router')}
      <p className={css.internet}>
        <span>{t('lane.internet')}</span>
      </p>
      {TESTS.map((test) => (
        <Piece key={test} test={test} state={path[test]} isInside={false} />
      ))}
      {box('primary')}
      {box('alternate')}
    </div>
  );
}

interface PieceOf {
  readonly test: Test;
  readonly state: Arrow;
  /** Between the PBX and the router. */
  readonly isInside: boolean;
}

/** Of a piece, and how much is left of one that ends before the router; pixels. */
const [LONG, SHORT] = [56, 44];

/** What is not let in ends at the router; nothing comes of the rest. */
function Piece({ test, state, isInside }: PieceOf) {
  const { t } = useTranslation();
  const isOut = test === 'out';
  const isLast = isInside !== isOut;
  const isStopped = state === 'no' && !isLast;
  const [top, bottom] = isStopped ? (isOut ? [0, SHORT] : [LONG - SHORT, LONG]) : [0, LONG];
  const [end, tip] = isOut ? [bottom, -9] : [top, 9];
  return (
    <svg
      className={`${css.piece} ${css[isInside ? 'inside' : 'outside']} ${css[`of-${test}`]}`}
      viewBox={`0 0 74 ${LONG}`}
      aria-hidden="true"
    >
      <g className={css[`way-${state === 'no' && isLast ? 'waiting' : state}`]}>
        <line x1={22} x2={22} y1={top} y2={bottom} />
        {isStopped && <path d={`M16 ${end - 6}l12 12m0 -12l-12 12`} />}
        {isLast && state !== 'no' && <path d={`M16 ${end + tip}L22 ${end}l6 ${tip}`} />}
      </g>
      {isInside && (
        <text x={32} y={LONG / 2 + 4} className={css.ask}>
          {t(`test.${test}`)}
        </text>
      )}
    </svg>
  );
}
