import type { PortResult } from '../../../verdict/index.ts';
import type { Arrow, Ladder, LadderGroup } from '../ladder.ts';
import { rowsOf, type Stretch } from '../map.ts';
import type { Leg, PathPicture } from '../path.ts';
import { TONE_OF_RESULT, type Tone } from '../tone.ts';
import type { View } from '../view.ts';
import { html, type Markup, trusted } from './markup.ts';

const ICONS: Readonly<Record<Tone, string>> = { ok: 'open', bad: 'closed', warn: 'alert', idle: 'unknown' };

export const icon = (tone: Tone, size: 'i' | 'i i24' | 'i56' = 'i'): Markup =>
  html`<svg class="${size} ${tone}" aria-hidden="true"><use href="#${ICONS[tone]}"/></svg>`;

/** Disc with a tick, square with a cross, triangle, dashed ring: a state can be told without its colour. */
export const SYMBOLS = trusted(`<svg width="0" height="0" aria-hidden="true" focusable="false"><defs>
<symbol id="mark" viewBox="0 0 24 24"><path d="M4 12 20 3.5v17z" fill="none" stroke="currentColor" stroke-width="2" stroke-linejoin="round"/><circle cx="4.2" cy="12" r="2.7" fill="var(--accent)"/><path d="M9 12h11" stroke="currentColor" stroke-width="2"/></symbol>
<symbol id="open" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7.2" fill="currentColor"/><path d="m4.6 8.2 2.4 2.4 4.4-4.9" fill="none" stroke="var(--on-fill)" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"/></symbol>
<symbol id="closed" viewBox="0 0 16 16"><rect x="1" y="1" width="14" height="14" rx="2.5" fill="currentColor"/><path d="m5 5 6 6m0-6-6 6" stroke="var(--on-fill)" stroke-width="1.8" stroke-linecap="round"/></symbol>
<symbol id="alert" viewBox="0 0 16 16"><path d="M8 1.2 15.4 14.500H.6z" fill="currentColor" stroke="currentColor" stroke-linejoin="round"/><path d="M8 6v4M8 12.200v.1" stroke="var(--on-fill)" stroke-width="1.8" stroke-linecap="round"/></symbol>
<symbol id="unknown" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6.400" fill="none" stroke="currentColor" stroke-width="1.800" stroke-dasharray="3 2.027"/></symbol>
<pattern id="grid" width="100" height="10" patternUnits="userSpaceOnUse"><path class="grid" d="M0 0h2.500v10H0zM10 0h1v10h-1zM20 0h1v10h-1zM30 0h1v10h-1zM40 0h1v10h-1zM50 0h1.800v10h-1.800zM60 0h1v10h-1zM70 0h1v10h-1zM80 0h1v10h-1zM90 0h1v10h-1zM0 0h100v1.200H0z"/></pattern>
<pattern id="p-bad" width="10" height="10" patternUnits="userSpaceOnUse"><path class="slash" d="M2.500 8.500 8.500 2.500"/></pattern>
<pattern id="p-warn" width="10" height="10" patternUnits="userSpaceOnUse"><rect class="hole" x="3.200" y="3.400" width="4.600" height="4.600"/></pattern>
<pattern id="p-idle" width="10" height="10" patternUnits="userSpaceOnUse"><path class="hole" d="M1 1.200h9v8.800H1zM5.500 4.100a1.500 1.500 0 1 0 0 3 1.500 1.500 0 1 0 0-3z" fill-rule="evenodd"/></pattern>
</defs></svg>`);

/** One cell a port; all of one result are one path, so that sixteen thousand of them stay small. */
export function cells(stretch: Stretch, index: number, kind: 'wide' | 'narrow', { words }: View): Markup {
  const width = kind === 'wide' ? 100 : 50;
  const rows = rowsOf(stretch, width);
  const gutter = kind === 'wide' ? 50 : 76;
  const shapes = new Map<Tone, string>();
  for (const [y, { parts }] of rows.entries())
    for (const { at, count, result } of parts) {
      const tone = TONE_OF_RESULT[result];
      shapes.set(tone, `${shapes.get(tone) ?? ''}M${10 * at} ${10 * y}h${10 * count}v10h-${10 * count}z`);
    }
  const facts = { protocol: stretch.protocol.toUpperCase(), from: stretch.from, to: stretch.to };
  const drawn = [...shapes].map(([tone, path]) => {
    const id = `${kind}${index}${tone}`;
    const pattern = tone === 'ok' ? null : html`<use href="#${id}" fill="url(#p-${tone})"/>`;
    return html`<path id="${id}" d="${path}"/><use href="#${id}" class="f-${tone}"/>${pattern}`;
  });
  const every = kind === 'wide' ? (rows.length > 8 ? 5 : 2) : 5;
  const labels = rows.flatMap(({ first }, y) =>
    y % every === 0 ? [html`<text x="0" y="${10 * y + (kind === 'wide' ? 9.5 : 14)}">${first}</text>`] : [],
  );
  const [w, h] = [10 * width, 10 * rows.length];
  return html`<svg class="cells ${kind}" viewBox="0 0 ${gutter + w} ${h + 8}" role="img" aria-label="${words.say('map.description', facts)}">${labels}<svg x="${gutter}" width="${w}" height="${h}" viewBox="0 0 ${w} ${h}">${drawn}<rect width="${w}" height="${h}" fill="url(#grid)"/></svg></svg>`;
}

export function legendMark(result: PortResult): Markup {
  const tone = TONE_OF_RESULT[result];
  const pattern = tone === 'ok' ? null : html`<rect width="10" height="10" fill="url(#p-${tone})"/>`;
  return html`<svg viewBox="0 0 10 10" aria-hidden="true"><rect width="10" height="10" class="f-${tone}"/>${pattern}</svg>`;
}

const LEFT = 250;
const WIDTH = 1100;
const ROW = 23;
const COLUMNS = { 3: [300, 640, 1020], 4: [300, 545, 800, 1030] } as const;

/** Who sent what to whom, from top to bottom. */
export function ladder({ port, places, groups }: Ladder, { words }: View): Markup {
  const columns: readonly number[] = places.length === 4 ? COLUMNS[4] : COLUMNS[3];
  let y = 52;
  const drawn = groups.map((group) => {
    const top = y;
    const height = Math.max(2, group.arrows.length) * ROW + 18;
    y += height + 8;
    return {
      band: html`<rect class="band" x="0" y="${top}" width="${WIDTH}" height="${height}" rx="6"/>`,
      group: groupDrawn(group, top, columns),
    };
  });
  const lives = columns.map((x) => html`<path class="life" d="M${x} 46V${y - 4}"/>`);
  const heads = places.map(({ name, address }, index) => {
    const x = columns[index] ?? 0;
    return html`<text class="b" x="${x}" y="14" text-anchor="middle">${name}</text><text class="m" x="${x}" y="32" text-anchor="middle">${address}</text>`;
  });
  return html`<svg class="ladder" viewBox="0 0 ${WIDTH} ${y}" role="img" aria-label="${words.say('packet.ladder', { port })}">${drawn.map(({ band }) => band)}${lives}${heads}${drawn.map(({ group }) => group)}</svg>`;
}

function groupDrawn({ name, outcome, tone, arrows }: LadderGroup, top: number, columns: readonly number[]): Markup {
  const rows = arrows.map((arrow, index) => arrowDrawn(arrow, top + 24 + index * ROW, columns));
  return html`<text class="b" x="12" y="${top + 24}">${name}</text><svg x="12" y="${top + 34}" width="14" height="14" class="${'i'} ${tone}"><use href="#${ICONS[tone]}" width="14" height="14"/></svg><text class="b t-${tone}" x="32" y="${top + 45}">${outcome}</text>${rows}`;
}

function arrowDrawn({ at, from, to, kind, label }: Arrow, y: number, columns: readonly number[]): Markup {
  const [start, end] = [columns[from] ?? 0, columns[to] ?? 0];
  const outward = end > start;
  const tip = outward ? `M${end} ${y}l-9-4.500v9z` : `M${end} ${y}l9-4.500v9z`;
  const goal =
    kind === 'asked' || kind === 'arrived'
      ? html`<path class="h-${kind}" d="${tip}"/>`
      : kind === 'lost'
        ? html`<rect class="f-bad" x="${end - 7}" y="${y - 7}" width="14" height="14" rx="2.500"/><path class="cross" d="M${end - 3} ${y - 3}l6 6m0-6-6 6"/>`
        : html`<circle class="ring" cx="${end}" cy="${y}" r="6.500"/>`;
  const line = kind === 'lost' || kind === 'unknown' ? `M${start} ${y}H${end + 10}` : `M${start} ${y}H${end}`;
  const text = outward
    ? html`<text class="m" x="${start + 10}" y="${y - 5}">${label}</text>`
    : html`<text class="m" x="${start - 10}" y="${y - 5}" text-anchor="end">${label}</text>`;
  return html`<text class="m q" x="${LEFT + 10}" y="${y + 4}" text-anchor="end">${at}</text><path class="s-${kind}" d="${line}" fill="none"/>${goal}${text}`;
}

const BOXES = { pbx: 20, router: 330, internet: 600, server: 880 } as const;

/** From the phone system to the server, and back; where it ends is marked. */
export function way({ outward, inward, addresses }: PathPicture, { words }: View): Markup {
  const [pbx, router, server, second] = addresses;
  const box = (x: number, name: string, lines: readonly string[], style: string) =>
    html`<rect class="${style}" x="${x}" y="14" width="200" height="112" rx="10"/><text class="b" x="${x + 100}" y="${lines.length > 0 ? 56 : 74}" text-anchor="middle">${name}</text>${lines.map((line, index) => html`<text class="m" x="${x + 100}" y="${78 + 18 * index}" text-anchor="middle">${line}</text>`)}`;
  const some = (...lines: readonly string[]) => lines.filter((line) => line !== '');
  const label = `${words.say('path.out')}: ${outward.text}. ${words.say('path.in')}: ${inward.text}.`;
  return html`<svg class="way" viewBox="0 0 1100 140" role="img" aria-label="${label}">${lane(outward, 52, true)}${lane(inward, 92, false)}${box(BOXES.pbx, words.say('path.pbx'), some(pbx), 'box')}${box(BOXES.router, words.say('path.router'), some(router), 'box')}${box(BOXES.internet, words.say('path.internet'), [], 'cloud')}${box(BOXES.server, words.say('path.server'), some(server, second), 'box')}${marked(inward, 92)}${marked(outward, 52)}</svg>`;
}

/** What arrives goes all the way; what does not ends before the place where it is lost. */
function lane({ tone, stopsAt }: Leg, y: number, isOutward: boolean): Markup {
  const end = stopsAt === null ? (isOutward ? 872 : 228) : STOP_AT[stopsAt];
  const [from, to] = isOutward ? [220, stopsAt === 'server' ? 866 : end] : [880, stopsAt === 'server' ? 866 : end];
  const tip = isOutward ? `M${to + 8} ${y}l-10-5v10z` : `M${to - 8} ${y}l10-5v10z`;
  const head = stopsAt === null ? html`<path class="f-${tone}" d="${tip}"/>` : null;
  return html`<path class="w-${tone}" d="M${from} ${y}H${to}"/>${head}`;
}

const STOP_AT = { pbx: 236, router: 546, beyond: 586, server: 866 } as const;

function marked({ tone, stopsAt }: Leg, y: number): Markup | null {
  if (stopsAt === null) return null;
  const x = STOP_AT[stopsAt];
  return html`<svg x="${x - 10}" y="${y - 10}" width="20" height="20" class="i ${tone}"><use href="#${ICONS[tone]}" width="20" height="20"/></svg>`;
}
