import { familyOf } from '../../base/index.ts';
import { clean } from '../clean.ts';
import type { ReportExchange, ReportProof } from '../contract.ts';
import type { Tone } from './tone.ts';
import type { Words } from './words.ts';

/** The packets of one port as lines between four places, and the same in words. */
export interface Ladder {
  /** `UDP 9500`. */
  readonly port: string;
  /** Phone system, router, server, and its second address; of a call that comes from the server's own, three. */
  readonly places: readonly { readonly name: string; readonly address: string }[];
  readonly groups: readonly LadderGroup[];
}

export interface LadderGroup {
  readonly name: string;
  readonly outcome: string;
  readonly tone: Tone;
  readonly arrows: readonly Arrow[];
  /** The same in words, in the order of time. */
  readonly lines: readonly string[];
  /** What the silence rests on, or why nothing is known; empty: nothing to add. */
  readonly note: string;
}

/** From one place to another, counted from 0; `lost`: it has not come there, and where it was lost is the best guess. */
export interface Arrow {
  readonly at: string;
  readonly from: number;
  readonly to: number;
  readonly kind: 'asked' | 'arrived' | 'lost' | 'unknown';
  readonly label: string;
}

/** Let in, or not: the others are about the way out. */
const INWARD: ReadonlySet<string> = new Set(['cold', 'cold-near', 'warm', 'change-port', 'sentinel', 'call']);

/** So many lines of silence are drawn; the others share one. */
const DRAWN = 3;

const [PBX, ROUTER, SERVER, SECOND] = [0, 1, 2, 3] as const;

/** Where a packet to the port ends that does not arrive. */
export type Barrier = 'router' | 'pbx';

export function ladderOf(proof: ReportProof, barrier: Barrier, publicAddress: string, words: Words): Ladder {
  const port = clean(proof.port.replace('/', ' ').toUpperCase());
  const [local = '', server = ''] = [proof.exchanges[0]?.from, proof.exchanges[0]?.to].map((one) => hostOf(one ?? ''));
  const second = proof.exchanges
    .flatMap(({ to, answerFrom }) => [to, answerFrom])
    .map(hostOf)
    .find((address) => address !== server);
  const places = [
    { name: words.say('path.pbx'), address: clean(local) },
    { name: words.say('path.router'), address: clean(publicAddress) },
    { name: words.say('path.server'), address: clean(server) },
    ...(second === undefined ? [] : [{ name: words.say('path.second'), address: clean(second) }]),
  ];
  const scene = { number: port.replace(/\D/g, '').slice(0, 5), server, barrier, words };
  return { port, places, groups: proof.exchanges.map((exchange) => groupOf(exchange, scene)) };
}

interface Scene {
  readonly number: string;
  readonly server: string;
  readonly barrier: Barrier;
  readonly words: Words;
}

/** `192.0.2.1:5060`, `[2001:db8::1]:5060`, and both without a port. */
const hostOf = (endpoint: string): string =>
  familyOf(endpoint) ? endpoint : endpoint.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');

function groupOf(exchange: ReportExchange, scene: Scene): LadderGroup {
  const { words } = scene;
  return {
    name: words.say(`question.${exchange.question}.name`),
    ...outcomeOf(exchange, scene),
    ...drawn(exchange, scene),
    note: noteOf(exchange, words),
  };
}

function outcomeOf(
  { question, answer, mapped, tries }: ReportExchange,
  { number, words }: Scene,
): Pick<LadderGroup, 'outcome' | 'tone'> {
  if (answer === 'unknown') return { outcome: words.say('outcome.unknown'), tone: 'idle' };
  const isInward = INWARD.has(question);
  if (answer === 'no' && tries.some(isElsewhere)) return { outcome: words.say('outcome.elsewhere'), tone: 'bad' };
  if (answer === 'no') return { outcome: words.say(isInward ? 'outcome.notLetIn' : 'outcome.noAnswer'), tone: 'bad' };
  if (isInward) return { outcome: words.say('outcome.letIn'), tone: 'ok' };
  if (mapped?.endsWith(`:${number}`)) return { outcome: words.say('outcome.preserved'), tone: 'ok' };
  if (question === 'relay' || mapped === null) return { outcome: words.say('outcome.answered'), tone: 'ok' };
  return { outcome: words.say('outcome.seenAs', { mapped: clean(mapped) }), tone: 'warn' };
}

function drawn(exchange: ReportExchange, scene: Scene): Pick<LadderGroup, 'arrows' | 'lines'> {
  const { words, server } = scene;
  const { tries, question } = exchange;
  const [from, to] = [hostOf(exchange.from), hostOf(exchange.to)];
  const asked = to === server ? SERVER : SECOND;
  const asks = words.say(`question.${question}.asks`, { port: scene.number });
  const first = tries[0]?.atMs ?? 0;
  const sender = exchange.from === from ? words.say('packet.otherPort') : `:${scene.number}`;
  const arrows: Arrow[] = [
    { at: msOf(first, words), from: PBX, to: asked, kind: 'asked', label: `${sender}  "${asks}"` },
  ];
  const place = { from: clean(exchange.from), to: clean(exchange.to) };
  const lines = [words.say('packet.request', { at: msOf(first, words), ...place, asks })];
  for (const row of rowsOf(exchange)) {
    const drawing = rowDrawn(row, exchange, scene);
    arrows.push(drawing.arrow);
    lines.push(drawing.line);
  }
  return { arrows, lines };
}

interface Row {
  readonly atMs: number;
  readonly answeredMs: number | null;
  readonly arrivedOn?: number;
  readonly state?: string;
  /** Numbers of tries, from 1. */
  readonly first: number;
  readonly last: number;
}

const isElsewhere = ({ arrivedOn }: Pick<Row, 'arrivedOn'>): boolean => arrivedOn !== undefined;

/** An answer is a row, and so is each silence; from some point on they share one. */
function rowsOf({ tries, moreTries }: ReportExchange): Row[] {
  const rows = tries.map((one, index): Row => ({ ...one, first: index + 1, last: index + 1 }));
  const silent = rows.filter(({ answeredMs }) => answeredMs === null).slice(DRAWN - 1);
  const [start] = silent;
  if (!start || silent.length + moreTries < 2) return rows;
  const kept = rows.filter((row) => !silent.includes(row) && row.first < start.first);
  const answeredLater = rows.filter((row) => row.answeredMs !== null && row.first > start.first);
  return [...kept, { ...start, last: tries.length + moreTries - answeredLater.length }, ...answeredLater];
}

function rowDrawn(row: Row, exchange: ReportExchange, scene: Scene): { readonly arrow: Arrow; readonly line: string } {
  const { words, server } = scene;
  const { answerFrom, answerTo, question, mapped } = exchange;
  const source = hostOf(answerFrom) === server ? SERVER : SECOND;
  const ends = { from: clean(answerFrom), to: clean(answerTo ?? '-') };
  if (row.answeredMs !== null) {
    const at = msOf(row.answeredMs, words);
    const elsewhere =
      row.arrivedOn === undefined ? '' : `, ${words.say('packet.elsewhere', { port: `${row.arrivedOn}` })}`;
    const label =
      INWARD.has(question) || mapped === null ? `${shortOf(answerFrom)} → ${ends.to}` : `"${clean(mapped)}"`;
    return {
      arrow: { at, from: source, to: PBX, kind: 'arrived', label: label + elsewhere },
      line: words.say('packet.answered', { at, ...ends }) + elsewhere,
    };
  }
  const at = msOf(row.atMs, words);
  const tried =
    row.last > row.first
      ? words.say('packet.tries', { first: row.first, n: row.last })
      : words.say('packet.try', { n: row.first });
  const state = row.state ? `, ${words.say(`packet.state.${row.state}`)}` : '';
  const label = row.first === 1 && !row.state ? `${shortOf(answerFrom)} → ${ends.to}` : tried + state;
  const key = row.last > row.first ? 'packet.lostFrom' : 'packet.lost';
  const kind = exchange.answer === 'no' ? 'lost' : 'unknown';
  return {
    arrow: { at, from: source, to: scene.barrier === 'pbx' ? PBX : ROUTER, kind, label },
    line: words.say(key, { at, first: row.first, n: row.last, ...ends }) + state,
  };
}

/** Without the address, which stands above. */
const shortOf = (endpoint: string): string => /:\d+$/.exec(familyOf(endpoint) ? '' : endpoint)?.[0] ?? '';

function noteOf({ answer, why, backedBy }: ReportExchange, words: Words): string {
  if (answer === 'unknown' && why !== null) return words.say(`packet.why.${why}`);
  if (backedBy.length === 0) return '';
  const times = backedBy.map(({ role, beforeMs, afterMs }) =>
    words.say('packet.backedBy', {
      ...{ role: words.say(`packet.role.${role}`), before: msOf(beforeMs, words), after: msOf(afterMs, words) },
    }),
  );
  return words.say('packet.backed', { times: times.join(', ') });
}

/** `−40.0`, in German `−40,0`. */
function msOf(ms: number, words: Words): string {
  const [whole = '', tenth = ''] = ms.toFixed(1).replace('-', '−').split('.');
  return words.say('packet.ms', { whole, tenth });
}
