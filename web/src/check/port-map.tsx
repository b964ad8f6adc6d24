import { type KeyboardEvent, type PointerEvent, type RefObject, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CELLS } from '../../../src/console/api/index.ts';
import { Button, Card, Shape, type Tone } from '../frame/index.ts';
import css from './map.module.css';
import {
  boundariesOf,
  type Cells,
  gridOf,
  type Letter,
  letterAt,
  mapOf,
  moveTo,
  placeOf,
  portAt,
  type Section,
} from './map-layout.ts';
import { brushFor, paintMap } from './map-paint.ts';
import { nameOf } from './ranges.ts';

const TONES: Readonly<Record<Letter, Tone>> = { o: 'ok', c: 'bad', u: 'warn', a: 'run', s: 'idle', w: 'idle' };
const ORDER: readonly Letter[] = ['o', 'c', 'u', 'a', 's', 'w'];
const MOST_CHIPS = 60;
const ZOOMS = [0.25, 0.5, 1, 2, 4] as const;

interface PortMapProps {
  readonly of: Cells;
  /** Below it. */
  readonly hasTable?: boolean;
}

/** Every port one cell. Its text alternative is the table of ports. */
export function PortMap({ of: { ranges, cells }, hasTable = false }: PortMapProps) {
  const { t } = useTranslation();
  const [zoom, setZoom] = useState(2);
  const { chips, grids } = useMemo(() => mapOf({ ranges, cells }), [ranges, cells]);
  const used = useMemo(() => ORDER.filter((letter) => cells.includes(letter)), [cells]);
  const by = ZOOMS[zoom] ?? 1;
  return (
    <Card
      title={t('map.title')}
      side={
        <ul className={css.legend}>
          {used.map((letter) => (
            <li key={letter}>
              <span className={css[CELLS[letter]]} aria-hidden="true" /> {t(`cell.${CELLS[letter]}`)}
            </li>
          ))}
        </ul>
      }
    >
      <ul className={css.chips}>
        {chips.slice(0, MOST_CHIPS).map((chip) => {
          const letter = letterAt(chip.from, chip) as Letter;
          return (
            <li key={nameOf(chip)}>
              <Shape tone={TONES[letter]} /> <b>{nameOf(chip)}</b> {t(`cell.${CELLS[letter]}`)}
            </li>
          );
        })}
      </ul>
      {grids.map((section) => (
        <SectionMap key={`${section.protocol} ${section.from}`} section={section} zoom={by} />
      ))}
      {grids.length > 0 && (
        <p className={css.zoom}>
          <Button
            data-zoom="smaller"
            disabled={zoom === 0}
            onClick={() => setZoom(zoom - 1)}
            aria-label={t('map.smaller')}
          >
            −
          </Button>
          <Button
            data-zoom="larger"
            disabled={zoom === ZOOMS.length - 1}
            onClick={() => setZoom(zoom + 1)}
            aria-label={t('map.larger')}
          >
            +
          </Button>
          <span>
            {t('map.keys')} {hasTable && t('map.table')}
          </span>
        </p>
      )}
    </Card>
  );
}

const MOST_HEIGHT = 440;
const MOST_BOUNDARIES = 3;

function SectionMap({ section, zoom }: { readonly section: Section; readonly zoom: number }) {
  const { t } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const { width, isDark } = useLook(box);
  const [at, setAt] = useState<number | null>(null);
  const grid = useMemo(() => gridOf(section, Math.max(width, 300), zoom), [section, width, zoom]);
  const boundaries = useMemo(() => boundariesOf(section, MOST_BOUNDARIES), [section]);
  const height = Math.min(MOST_HEIGHT, Math.ceil(grid.height));
  const tells = (port: number): string =>
    `${section.protocol.toUpperCase()} ${port}: ${t(`cell.${CELLS[letterAt(port, section) as Letter]}`)}`;

  // biome-ignore lint/correctness/useExhaustiveDependencies: colours are read anew with the scheme.
  useEffect(() => {
    const [outer, inner] = [box.current, canvas.current];
    const paint = inner?.getContext('2d');
    if (!outer || !inner || !paint || width === 0) return undefined;
    const ratio = window.devicePixelRatio;
    inner.width = Math.floor(width * ratio);
    inner.height = Math.floor(height * ratio);
    inner.style.width = `${width}px`;
    inner.style.height = `${height}px`;
    const brush = brushFor(grid.pitch, getComputedStyle(inner), ratio);
    const draw = () => {
      const view = { top: outer.scrollTop, left: outer.scrollLeft, width, height };
      paintMap(paint, section, grid, view, brush);
    };
    draw();
    outer.addEventListener('scroll', draw, { passive: true });
    return () => outer.removeEventListener('scroll', draw);
  }, [section, grid, width, height, isDark]);

  const point = ({ clientX, clientY }: PointerEvent): void => {
    const [outer, frame] = [box.current, canvas.current?.getBoundingClientRect()];
    if (outer && frame)
      setAt(portAt(clientX - frame.left + outer.scrollLeft, clientY - frame.top + outer.scrollTop, section, grid));
  };
  const press = (event: KeyboardEvent): void => {
    if (!/^(Arrow|Home|End)/.test(event.key)) return;
    event.preventDefault();
    const next = moveTo(event.key, at ?? section.from, section, grid);
    setAt(next);
    const [x, y] = placeOf(next, grid);
    box.current?.scrollTo(x - width / 2, y - height / 2);
  };
  const [x, y] = at === null ? [0, 0] : placeOf(at, grid);
  return (
    <section className={css.section}>
      <h3>{nameOf(section)}</h3>
      {boundaries.map(({ last, before, first, after }) => (
        <p key={first} className={css.boundary}>
          {t('map.boundary', { last, before: t(`cell.${CELLS[before]}`), first, after: t(`cell.${CELLS[after]}`) })}
        </p>
      ))}
      <div
        ref={box}
        className={css.box}
        style={{ height }}
        role="application"
        aria-label={t('map.label', { ports: nameOf(section) })}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys move a cursor.
        tabIndex={0}
        onKeyDown={press}
        onPointerMove={point}
        onPointerDown={point}
        onPointerLeave={() => setAt(null)}
      >
        <div className={css.whole} style={{ width: grid.width, height: grid.height }}>
          <canvas ref={canvas} className={css.canvas} />
          {at !== null && (
            <span className={css.cursor} style={{ left: x, top: y, width: grid.pitch, height: grid.pitch }} />
          )}
        </div>
      </div>
      <p className={css.tells} role="status">
        {at === null ? '' : tells(at)}
      </p>
    </section>
  );
}

/** How wide it is, and in which colours; the picture follows both. */
function useLook(box: RefObject<HTMLDivElement | null>): { readonly width: number; readonly isDark: boolean } {
  const [width, setWidth] = useState(0);
  const [isDark, setDark] = useState(false);
  useEffect(() => {
    const scheme = window.matchMedia('(prefers-color-scheme: dark)');
    const change = () => setDark(scheme.matches);
    change();
    scheme.addEventListener('change', change);
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    if (box.current) observer.observe(box.current);
    return () => {
      observer.disconnect();
      scheme.removeEventListener('change', change);
    };
  }, [box]);
  return { width, isDark };
}
