/** Our own drawings: 24 by 24, one stroke, in the colour of the text. */
const STROKES = {
  dashboard: 'M4 17a8.5 8.5 0 1 1 16 0M12 14l4-5',
  check: 'M3.5 5h17v14h-17zM3.5 9.7h17M3.5 14.3h17M9 5v4.7M15 5v4.7M12 9.7v4.6M9 14.3V19M15 14.3V19',
  history: 'M4 5v5h5M4.5 10A8 8 0 1 1 4 13.5M12 8v4.5l3 2',
  tools: 'M14.5 6.5a4 4 0 0 1 5-3l-2.5 2.5 1 2 2 1 1-1a4 4 0 0 1-5.5 2.5L7 19a2.1 2.1 0 0 1-3-3l8.5-8.500z',
  settings: 'M4 6h6M14 6h6M4 12h10M18 12h2M4 18h3M11 18h9M12 4v4M16 10v4M9 16v4',
  clock: 'M12 3.500a8.500 8.500 0 1 0 .01 0M12 7.500V12l3 2',
  server: 'M4 4.500h16v6H4zM4 13.500h16v6H4zM7.500 7.500h.01M7.500 16.500h.01',
  phone:
    'M6 3.500 9 4l1 4-2 1.500a11 11 0 0 0 6 6L15.500 13l4 1 .5 3.500a2 2 0 0 1-2 2.500C10.500 20 4 13.500 4 5.500a2 2 0 0 1 2-2z',
  user: 'M12 4a4 4 0 1 0 .01 0M4.500 20.500a7.500 7.500 0 0 1 15 0',
  menu: 'M4 6.500h16M4 12h16M4 17.500h16',
  close: 'M6 6l12 12M18 6 6 18',
  out: 'M14 4H5v16h9M10 12h10M16.500 8.500 20 12l-3.500 3.500',
  plus: 'M12 5v14M5 12h14',
  bin: 'M4.500 7h15M9.500 7V4h5v3M6.500 7l1 13h9l1-13',
  up: 'M12 19V5M6 11l6-6 6 6',
  down: 'M12 5v14M6 13l6 6 6-6',
  again: 'M19.500 5v5h-5M19.500 10a8 8 0 1 0 .5 4',
  info: 'M12 3.500a8.500 8.500 0 1 0 .01 0M12 11v5M12 8h.01',
  copy: 'M8.500 8.500h11v11h-11zM15.500 8.500v-4h-11v11h4',
  download: 'M12 4v11M7 11l5 5 5-5M4.500 20h15',
  language: 'M12 3.500a8.500 8.500 0 1 0 .01 0M3.500 12h17M12 3.500c-5 5-5 12 0 17 5-5 5-12 0-17',
  chevron: 'M6 9.500l6 6 6-6',
  tick: 'M5 12.500l5 5L19.500 7',
  mark: 'M20 4 5 12l15 8zM5 9.500a2.500 2.500 0 1 0 .01 0',
} as const;
export type IconName = keyof typeof STROKES;

export function Icon({ name, size = 18 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="2"
      aria-hidden="true"
    >
      <path d={STROKES[name]} strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  );
}

/** The triangle of the button Run. */
export const Play = () => (
  <svg width="14" height="14" viewBox="0 0 24 24" fill="currentColor" aria-hidden="true">
    <path d="M6 3.500v17L20.500 12z" />
  </svg>
);
