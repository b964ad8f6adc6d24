import { type RefObject, useEffect, useState } from 'react';

/** Fewer rows than this are all drawn. */
const ALL = 120;
/** Above and below what is seen; a row is so high, on a phone and else (ports.module.css). */
const BESIDE = 12;
const [NARROW, ROW, NARROW_ROW] = [860, 45, 61] as const;

export interface Window {
  readonly from: number;
  readonly to: number;
  /** Pixels of rows that are not drawn. */
  readonly before: number;
  readonly after: number;
}

/** Which of `count` rows of `height` are seen, when the first is at `top` of a view that is `view` high. Pure. */
export function windowOf(count: number, top: number, view: number, height: number): Window {
  if (count <= ALL) return { from: 0, to: count, before: 0, after: 0 };
  const seen = Math.ceil(view / height) + 2 * BESIDE;
  const from = Math.max(0, Math.min(count - seen, Math.floor(-top / height) - BESIDE));
  const to = Math.min(count, from + seen);
  return { from, to, before: from * height, after: (count - to) * height };
}

/** The same while the page is scrolled. */
export function useWindow(body: RefObject<HTMLElement | null>, count: number): Window {
  const [now, setNow] = useState(() => windowOf(count, 0, 900, ROW));
  useEffect(() => {
    const look = (): void => {
      const top = body.current?.getBoundingClientRect().top ?? 0;
      const next = windowOf(count, top, window.innerHeight, window.innerWidth < NARROW ? NARROW_ROW : ROW);
      setNow((last) => (last.from === next.from && last.to === next.to && last.after === next.after ? last : next));
    };
    look();
    window.addEventListener('scroll', look, { passive: true });
    window.addEventListener('resize', look);
    return () => {
      window.removeEventListener('scroll', look);
      window.removeEventListener('resize', look);
    };
  }, [body, count]);
  // Until the effect has looked anew, no more rows than there are.
  return now.to > count ? windowOf(count, 0, 900, ROW) : now;
}
