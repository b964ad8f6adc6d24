import { useTranslation } from 'react-i18next';
import type { RunProgress } from '../../../src/console/api/index.ts';
import { Card, Status, type Tone } from '../frame/index.ts';
import css from './check.module.css';

type Arrow = RunProgress['path']['out'];

const TESTS = ['out', 'back', 'cold', 'warm'] as const;
const TONES: Readonly<Record<Arrow, Tone>> = { waiting: 'idle', asked: 'run', yes: 'ok', no: 'bad' };
const BOXES = [
  ['pbx', 1, 10, 168, 188],
  ['router', 266, 10, 168, 188],
  ['primary', 528, 10, 211, 82],
  ['alternate', 528, 116, 211, 82],
] as const;
/** Which way each test takes, from x to x, at y. */
const WAYS = { out: [169, 528, 30], back: [528, 169, 72], cold: [528, 169, 140], warm: [528, 169, 180] } as const;
const ROUTER = [256, 444] as const;

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
      <svg className={css.path} viewBox="0 0 740 208" aria-hidden="true">
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

/** What is not let in ends at the router. */
function Way({ test, state }: { readonly test: (typeof TESTS)[number]; readonly state: Arrow }) {
  const { t } = useTranslation();
  const [from, whole, y] = WAYS[test];
  const isBack = whole < from;
  const to = state === 'no' ? ROUTER[isBack ? 1 : 0] : whole;
  const tip = isBack ? 9 : -9;
  return (
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
  );
}
