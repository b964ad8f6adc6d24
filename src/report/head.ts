import { adviseText, type Language } from '../advice/index.ts';
import { formatEndpoint, isAnyAddress } from '../base/index.ts';
import { clean } from './clean.ts';
import type { Report, ReportFinding, ReportServer } from './contract.ts';
import { cleanFinding } from './finding.ts';
import { originText, type ReportOrigin } from './origin.ts';
import type { Page } from './page.ts';
import { type Phrases, phrasesOf } from './phrases.ts';
import { wrap } from './wrap.ts';

const COLOURS = { supported: 'green', unsupported: 'red', inconclusive: 'yellow', cancelled: 'yellow' } as const;

/** The verdict in one sentence, and below it what was asked. */
export function renderHead(report: Report, page: Page): string[] {
  const verdict = page.phrases.say(`verdict.${report.verdict}`);
  const headline = page.phrases.say('headline', { verdict, sentence: sentenceOf(report, page) });
  const [first = '', ...rest] = wrap(headline, page.width);
  const word = page.paint('bold', page.paint(COLOURS[report.verdict], first.slice(0, verdict.length)));
  return [
    word + page.paint('bold', first.slice(verdict.length)),
    ...rest.map((line) => page.paint('bold', line)),
    ...aboutRun(report, page.phrases).flatMap((line) =>
      wrap(line, page.width, '  ').map((text) => page.paint('dim', text)),
    ),
  ];
}

/** The finding that the headline speaks of; its title is not said again. */
export function headlineFinding({ verdict, findings }: Report): ReportFinding | undefined {
  if (verdict === 'supported') return undefined;
  const cancelled = findings.find(({ code }) => code === 'cancelled');
  return (verdict === 'cancelled' ? cancelled : undefined) ?? findings[0];
}

export function sentenceOf(report: Report, { language, phrases }: Pick<Page, 'language' | 'phrases'>): string {
  const finding = headlineFinding(report);
  if (report.verdict === 'supported') return supported(report, phrases);
  if (finding) return adviseText(cleanFinding(finding), language).title;
  const open = report.ports.filter(({ result }) => result === 'open').length;
  return phrases.count('sentence.count', report.ports.length, { open: phrases.amount(open) });
}

/** What is the matter, in one sentence. */
export const headlineOf = (report: Report, language: Language): string =>
  sentenceOf(report, { language, phrases: phrasesOf(language) });

function supported({ ports, plannedPorts = 0, findings }: Report, phrases: Phrases): string {
  const planned = phrases.amount(plannedPorts);
  const asked = ports.filter(({ protocol }) => protocol === 'udp').length;
  if (plannedPorts > asked) return phrases.count('sentence.sample', ports.length, { planned });
  const warm = findings.some(({ code }) => code === 'cold-not-asked');
  return phrases.count(warm ? 'sentence.warm' : 'sentence.open', ports.length, { ports: ports[0]?.port ?? '' });
}

export function aboutRun(report: Report, phrases: Phrases): string[] {
  const all = report.bindAddress === undefined || isAnyAddress(report.bindAddress);
  const address = all ? phrases.say('about.allAddresses') : clean(report.bindAddress ?? '');
  const tested = report.ports.filter(({ result }) => result !== 'untested').length;
  const which = tested < report.ports.length ? 'about.some' : 'about.ports';
  const transport = transports(report, phrases);
  const ports = phrases.count(which, report.ports.length, { address, transport, tested: phrases.amount(tested) });
  const date = report.startedAt.slice(0, 16).replace('T', ' ');
  const duration = durationOf(report.durationMs, phrases);
  const path = [publicAddresses(report, phrases), ...servers(report, phrases), ...loss(report, phrases)];
  const list = report.serverList === undefined ? [] : [phrases.say('about.list', { date: clean(report.serverList) })];
  const run = phrases.say(`about.run.${howItWent(report)}`, { ports, duration, date: clean(date) });
  const redacted = report.redacted ? [phrases.say('about.redacted')] : [];
  return [run, capital(path.join(', ')), ...list, ...discovered(report, phrases), ...redacted];
}

/** Where nobody held the ports, no service was stopped. */
function howItWent({ mode, services }: Report): Report['mode'] {
  const stopped = services?.services.some(({ steps }) => steps.some(({ step }) => step === 'stopped')) ?? false;
  return mode === 'exclusive' && !stopped ? 'bind' : mode;
}

function discovered({ discovered: found }: Report, phrases: Phrases): string[] {
  if (!found) return [];
  const where = [...new Set(found.ports.map(({ origin }) => whereOf(origin, phrases)))].join(', ');
  return [phrases.say('about.discovered', { name: clean(found.name), where })];
}

const whereOf = (origin: ReportOrigin, phrases: Phrases): string =>
  origin.kind === 'profile' ? phrases.say('ports.origin.usual') : originText(origin, phrases);

function transports({ ports }: Report, phrases: Phrases): string {
  const tcp = ports.filter(({ protocol }) => protocol === 'tcp').length;
  if (tcp === 0) return 'UDP';
  return tcp === ports.length ? 'TCP' : phrases.say('about.both');
}

function durationOf(ms: number, phrases: Phrases): string {
  const seconds = Math.max(1, Math.round(ms / 1000));
  if (seconds < 60) return phrases.say('duration.seconds', { s: seconds });
  return phrases.say('duration.minutes', { min: Math.floor(seconds / 60), s: seconds % 60 });
}

function publicAddresses({ publicAddresses: all, router }: Report, phrases: Phrases): string {
  if (all.length === 1 && router?.nats === 'one-nat')
    return phrases.say('about.publicOwn', { addresses: clean(all[0] ?? '') });
  if (all.length === 0) return phrases.say('about.noPublic');
  return phrases.count('about.public', all.length, { addresses: all.slice(0, 4).map(clean).join(', ') });
}

function servers({ servers: all }: Report, phrases: Phrases): string[] {
  const lead = all.find(({ state }) => state === 'ok' || state === 'throttling') ?? all[0];
  if (lead === undefined) return [phrases.say('about.noServer')];
  const more = all.length > 1 ? [phrases.count('about.moreServers', all.length - 1)] : [];
  return [phrases.say('about.server', { server: serverLabel(lead) }), ...more];
}

export function serverLabel({ name, address, port }: ReportServer): string {
  if (address === null) return clean(name);
  const endpoint = clean(formatEndpoint({ address, port }));
  return [address, `[${address}]`, endpoint].includes(name) ? endpoint : `${clean(name)} (${endpoint})`;
}

/** Only where it is worth a word: from one in a hundred on. */
function loss({ loss }: Report, phrases: Phrases): string[] {
  if (loss === undefined || loss.sent === 0) return [];
  const percent = Math.round((1 - loss.answered / loss.sent) * 100);
  return percent < 1 ? [] : [phrases.say('about.loss', { percent })];
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
