import type { Language } from '../../../advice/index.ts';
import { clean } from '../../clean.ts';
import type { Report, ReportPort } from '../../contract.ts';
import type { Ladder } from '../ladder.ts';
import { TONE_OF_RESULT } from '../tone.ts';
import { type View, type ViewFinding, viewOf } from '../view.ts';
import { html, jsonMarkup, type Markup, trusted } from './markup.ts';
import { cells, icon, ladder, legendMark, SYMBOLS, way } from './pictures.ts';
import { POLICY } from './policy.ts';
import { SCRIPT } from './script.ts';
import { STYLE } from './style.ts';

/** One file that needs no network and no other file; what is searched in it is in it. */
export function renderHtml(report: Report, language: Language): string {
  const view = viewOf(report, language);
  const { words } = view;
  const body = html`${SYMBOLS}<a class="skip" href="#findings">${words.say('skip')}</a>
<main class="page">
<p class="brand"><svg class="i24" aria-hidden="true"><use href="#mark"/></svg>fullcone<span>${words.say('title')}</span></p>
${verdict(view)}
${findings(view)}
${path(view)}
${portMap(view)}
${ports(view)}
${thisRun(view)}
${servers(view)}
<footer>${view.foot}</footer>
</main>
<script type="application/json" id="data">${jsonMarkup(searchable(report, view))}</script>
<script>${trusted(SCRIPT)}</script>`;
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
${html`<title>${view.verdict}: ${view.sentence}</title>`.markup}
<style>${STYLE}</style>
</head>
<body>
${body.markup}
</body>
</html>
`;
}

function verdict({ tone, verdict: word, sentence, about }: View): Markup {
  const lines = about.map((line) => html`<p class="lead">${line}</p>`);
  return html`<header class="verdict ${tone}">${icon(tone, 'i56')}<div><p class="kicker ${tone}">${word}</p><h1>${sentence}</h1>${lines}</div></header>`;
}

function findings(view: View): Markup {
  const { findings: all, words } = view;
  const none = html`<section class="card"><p>${words.say('findings.none')}</p></section>`;
  return html`<h2 class="sec" id="findings">${words.say('findings.title')}</h2>${all.length > 0 ? all.map((one) => finding(one, view)) : none}`;
}

function finding(one: ViewFinding, view: View): Markup {
  const { words } = view;
  const where = one.where === '' ? null : html`<span class="tag">${one.where}</span><span>${one.amount}</span>`;
  const steps =
    one.steps.length === 0
      ? null
      : html`<div><h4>${words.say('findings.steps')}</h4><ol class="steps">${one.steps.map((step) => html`<li><span>${step}</span></li>`)}</ol></div>`;
  return html`<article class="card finding">
<header>${icon(one.tone, 'i i24')}<h3>${one.title}</h3><p><b class="${one.tone}">${one.severity}</b>${where}<span class="mono">${one.code}</span></p></header>
<div class="halves"><div><h4>${words.say('findings.meaning')}</h4><p class="text">${one.meaning}</p></div>${steps}</div>
${one.ladder ? proof(one.ladder, view) : null}
</article>
`;
}

/** Drawn where there is room, and in words for phones and screen readers. */
function proof(of: Ladder, view: View): Markup {
  const groups = of.groups.map(
    ({ name, outcome, tone, lines, note }) =>
      html`<div class="group"><p><b>${name}</b><span class="st ${tone}">${icon(tone)}${outcome}</span></p><ol>${lines.map((line) => html`<li>${line}</li>`)}</ol>${note === '' ? null : html`<p class="note">${note}</p>`}</div>`,
  );
  const notes = of.groups.flatMap(({ name, note }) => (note === '' ? [] : [html`<p>${name}: ${note}</p>`]));
  return html`<div class="proof"><h4>${view.words.say('findings.proof', { port: of.port })}</h4>${ladder(of, view)}<div class="notes" aria-hidden="true">${notes}</div><div class="groups">${groups}</div></div>`;
}

function path(view: View): Markup {
  const { words, path: picture } = view;
  const [pbx, router, server, second] = picture.addresses;
  const places = [
    [words.say('path.pbx'), pbx],
    [words.say('path.router'), router],
    [words.say('path.server'), [server, second].filter((one) => one !== '').join(', ')],
  ].flatMap(([name = '', address = '']) =>
    address === '' ? [] : [html`<p><span class="muted">${name}</span> <span class="mono">${address}</span></p>`],
  );
  const legs = (['outward', 'inward'] as const).map((side) => {
    const { tone, text } = picture[side];
    return html`<li>${icon(tone)}<b>${words.say(side === 'outward' ? 'path.out' : 'path.in')}</b><span>${text}</span></li>`;
  });
  return html`<section class="card" aria-labelledby="h-path"><header><h2 id="h-path">${words.say('path.title')}</h2></header>${way(picture, view)}<div class="places">${places}</div><ul class="ways">${legs}</ul></section>`;
}

/** Chips beyond this are in the table. */
const MOST_CHIPS = 60;

function portMap(view: View): Markup | null {
  const { words, phrases, map, legend } = view;
  if (map.stretches.length + map.alone.length === 0) return null;
  const marks = legend.map(({ result, word, amount }) => html`<span>${legendMark(result)}${word} ${amount}</span>`);
  const chips = map.alone.slice(0, MOST_CHIPS).map((port) => {
    const tone = TONE_OF_RESULT[port.result];
    return html`<li class="chip">${icon(tone)}<b>${port.protocol.toUpperCase()} ${port.port}</b><span class="${tone}">${phrases.say(`result.${port.result}`)}</span></li>`;
  });
  const drawn = map.stretches.map(
    (stretch, index) =>
      html`<h3 class="small">${words.say('map.stretch', { protocol: stretch.protocol.toUpperCase(), from: stretch.from, to: stretch.to })}</h3>${cells(stretch, index, 'wide', view)}${cells(stretch, index, 'narrow', view)}`,
  );
  const alone = chips.length > 0 ? html`<ul class="chips" aria-label="${words.say('map.alone')}">${chips}</ul>` : null;
  return html`<section class="card" aria-labelledby="h-map"><header><h2 id="h-map">${words.say('map.title')}</h2><div class="legend">${marks}</div></header>${alone}${drawn}</section>`;
}

function ports({ words, ranges, moreRanges }: View): Markup | null {
  if (ranges.length === 0) return null;
  const names = ['protocol', 'range', 'count', 'result', 'cause', 'seen'].map(
    (name) =>
      html`<th scope="col"${name === 'count' ? trusted(' class="r"') : null}>${words.say(`ports.${name}`)}</th>`,
  );
  const head = html`<thead><tr>${names}</tr></thead>`;
  const rows = ranges.map(
    (one) =>
      html`<tr><td>${one.protocol}</td><td>${one.range}</td><td class="r">${one.count}</td><td><span class="st ${one.tone}">${icon(one.tone)}${one.result}</span></td><td class="mono">${one.cause}</td><td class="mono">${one.seen}</td></tr>`,
  );
  const more = moreRanges > 0 ? html`<p class="muted">${words.count('ports.more', moreRanges)}</p>` : null;
  return html`<section class="card" aria-labelledby="h-ports"><header><h2 id="h-ports">${words.say('ports.title')}</h2></header>
<div class="find" id="find" hidden><label for="query">${words.say('ports.search')}</label><input id="query" type="search" autocomplete="off" aria-describedby="said"><p id="said" role="status">${words.say('ports.hint')}</p></div>
<div id="ranges"><table class="ranges">${head}<tbody>${rows}</tbody></table>${more}</div>
<div id="hits" hidden><table class="ranges">${head}<tbody id="rows"></tbody></table></div></section>`;
}

function thisRun({ words, facts }: View): Markup | null {
  if (facts.length === 0) return null;
  const rows = facts.map(
    ({ name, lines }) => html`<dt>${name}</dt><dd>${lines.map((line) => html`<p>${line}</p>`)}</dd>`,
  );
  return html`<section class="card" aria-labelledby="h-run"><header><h2 id="h-run">${words.say('run.title')}</h2></header><dl class="dl">${rows}</dl></section>`;
}

function servers({ words, servers: all }: View): Markup | null {
  if (all.length === 0) return null;
  const names = ['name', 'address', 'other', 'state'].map(
    (name) => html`<th scope="col">${words.say(`servers.${name}`)}</th>`,
  );
  const rows = all.map(
    ([name, address, other, state]) =>
      html`<tr><td>${name}</td><td class="mono">${address}</td><td class="mono">${other}</td><td>${state}</td></tr>`,
  );
  return html`<section class="card" aria-labelledby="h-servers"><header><h2 id="h-servers">${words.say('servers.title')}</h2></header><table class="servers"><thead><tr>${names}</tr></thead><tbody>${rows}</tbody></table></section>`;
}

/** Every port, in runs of those that are alike; what the script reads. */
function searchable({ ports: all }: Report, { words, phrases }: View) {
  const [results, causes, addresses] = [new Index(), new Index(), new Index()];
  const runs: [number, number, number, number, number, number | string | null][] = [];
  for (const port of all) {
    const seen = seenAs(port, addresses);
    const next = [
      port.protocol === 'tcp' ? 1 : 0,
      port.port,
      port.port,
      results.of(port.result),
      causes.of(port.cause ?? ''),
      seen,
    ] as const;
    const last = runs.at(-1);
    const isNext = last && last[2] === port.port - 1 && typeof seen !== 'string';
    if (last && isNext && [0, 3, 4, 5].every((place) => last[place] === next[place])) last[2] = port.port;
    else runs.push([...next]);
  }
  const { hint, nothing } = { hint: words.say('ports.hint'), nothing: words.say('ports.nothing') };
  return {
    protocols: ['UDP', 'TCP'],
    results: results.all.map((result) => phrases.say(`result.${result}`)),
    tones: results.all.map((result) => TONE_OF_RESULT[result as ReportPort['result']]),
    causes: causes.all,
    addresses: addresses.all,
    ports: runs,
    words: {
      ...{ hint, nothing, first: words.say('ports.first', { n: '#', shown: '%' }) },
      one: words.say('ports.found', { count: 1, n: '#' }),
      other: words.say('ports.found', { count: 2, n: '#' }),
    },
  };
}

/** Where a port kept its number, the address alone says it all. */
function seenAs({ mapped, port, by }: ReportPort, addresses: Index): number | string | null {
  if (mapped === null) return by === undefined ? null : clean(by);
  const end = `:${port}`;
  return mapped.endsWith(end) ? addresses.of(clean(mapped.slice(0, -end.length))) : clean(mapped);
}

/** Names, each with its number. */
class Index {
  readonly #numbers = new Map<string, number>();

  get all(): string[] {
    return [...this.#numbers.keys()];
  }

  of(name: string): number {
    const number = this.#numbers.get(name) ?? this.#numbers.size;
    this.#numbers.set(name, number);
    return number;
  }
}
