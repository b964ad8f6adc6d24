import { adviseRouter, findKnownRouter, packetsIn } from '../../app/index.ts';
import {
  compareReports,
  explainFinding,
  type FormatName,
  formatOf,
  headlineOf,
  type Report,
  redact,
} from '../../report/index.ts';
import type { Language, Settings } from '../api/index.ts';
import { type Answer, empty, type Handlers, json, problem } from '../handler.ts';
import type { Store } from '../store/index.ts';
import type { RunManager } from './manager.ts';
import type { RouterHere } from './router-here.ts';
import { Trend } from './trend.ts';

export interface HistoryTools {
  readonly store: Store;
  readonly manager: RunManager;
  readonly here: RouterHere;
}

const NO_REPORT = problem(409, 'no-report');
const NOT_FOUND = problem(404, 'not-found');

const TYPES: Readonly<Record<FormatName, readonly [type: string, ending: string]>> = {
  text: ['text/plain; charset=utf-8', 'txt'],
  json: ['application/json', 'json'],
  junit: ['application/xml', 'xml'],
  csv: ['text/csv; charset=utf-8', 'csv'],
  html: ['text/html; charset=utf-8', 'html'],
  pdf: ['application/pdf', 'pdf'],
};

/** Wide enough for a file that is read in a window. */
const TEXT = { columns: 100, colour: false, verbose: true } as const;

/** What is known of runs that are over. */
export const historyHandlers = (
  { store, manager, here }: HistoryTools,
  trend = new Trend(store, manager),
): Handlers<'runs' | 'run' | 'removeRun' | 'exportRun' | 'packets' | 'advice' | 'compare' | 'trend'> => ({
  runs: async ({ query: { before, limit, came } }) => {
    const found = await store.runs(before, limit, came);
    return json({ items: found.slice(0, limit), more: found.length > limit });
  },

  run: async ({ params: { id } }) => {
    const run = await store.run(id);
    return run ? json({ ...run, report: run.report === null ? null : JSON.parse(run.report) }) : NOT_FOUND;
  },

  removeRun: async ({ params: { id } }) => {
    if (await store.removeRun(id)) return empty();
    return (await store.run(id)) ? problem(409, 'run-in-progress') : NOT_FOUND;
  },

  exportRun: async ({ params: { id }, query, who }) => {
    const run = await store.run(id);
    if (!run) return NOT_FOUND;
    if (query.format === 'events') return eventsOf(id, query.redact === 'true', store);
    const report = await manager.report(id);
    if (!report) return NO_REPORT;
    return exported(id, report, { ...query, format: query.format, language: query.language ?? who.language });
  },

  packets: async ({ params: { id }, query: { port } }) => {
    if (!(await store.run(id))) return NOT_FOUND;
    const record = await store.record(id);
    return record === null ? NO_REPORT : json({ proof: packetsIn(record, port) });
  },

  advice: async ({ params: { id }, query, who }) => {
    if (!(await store.run(id))) return NOT_FOUND;
    const report = await manager.report(id);
    if (!report) return NO_REPORT;
    const settings = await store.settings();
    const router = await routerMeant(query.router ?? settings.router.product, report, here);
    if (router === null) return problem(404, 'no-such-router');
    return json(await adviceOf(report, router, settings, query.language ?? who.language));
  },

  compare: async ({ query: { a, b } }) => {
    if (!(await store.run(a)) || !(await store.run(b))) return NOT_FOUND;
    const [first, second] = [await manager.report(a), await manager.report(b)];
    if (!first || !second) return NO_REPORT;
    return json({ comparison: compareReports(first, second) });
  },

  trend: async () => json(await trend.read()),
});

/** The packets of a run are full of addresses; nothing takes them out. */
async function eventsOf(id: number, isRedacted: boolean, store: Store): Promise<Answer> {
  const record = isRedacted ? null : await store.record(id);
  if (record === null) return NO_REPORT;
  return { kind: 'file', type: 'application/jsonl', name: `fullcone-run-${id}.jsonl`, content: record };
}

async function exported(
  id: number,
  whole: Report,
  how: { readonly format: FormatName; readonly language: Language; readonly redact: 'true' | 'false' },
): Promise<Answer> {
  const report = how.redact === 'true' ? redact(whole) : whole;
  const [type, ending] = TYPES[how.format];
  const content = await formatOf(how.format).render(report, how.language, TEXT);
  const hidden = report.redacted ? '-redacted' : '';
  return { kind: 'file', type, name: `fullcone-run-${id}${hidden}.${ending}`, content };
}

/** null: nobody knows it. */
async function routerMeant(wanted: string, report: Report, here: RouterHere): Promise<string | null> {
  return wanted === 'auto' ? here.before(report) : ((await findKnownRouter(wanted))?.id ?? null);
}

async function adviceOf(report: Report, router: string, { router: { wanInterface } }: Settings, language: Language) {
  const options = { pbx: null, wan: wanInterface, forwardChain: null, scanChain: null };
  const advice = await adviseRouter(report, router, options);
  const findings = await Promise.all(report.findings.map((finding) => explainFinding(finding, language)));
  return {
    headline: headlineOf(report, language),
    language,
    findings,
    router: advice.router,
    isTranslated: advice.isTranslated,
    /** In this router, in this order. */
    steps: advice.steps.map(({ text, ...step }) => ({ ...step, text: text[language] })),
    hasConfiguration: advice.config,
  };
}
