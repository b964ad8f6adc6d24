import { adviseText, type Language } from '../advice/index.ts';
import { formatRanges, type PortRange, type Protocol, toRanges } from '../base/index.ts';
import type { PortResult } from '../verdict/index.ts';
import { clean } from './clean.ts';
import type { Report, ReportPort } from './contract.ts';
import { explanations } from './explained.ts';
import { cleanFinding } from './finding.ts';
import { type Phrases, phrasesOf } from './phrases.ts';

type Outcome = 'passed' | 'failure' | 'error' | 'skipped';

/** Skipped: it was not tested, and not because anything about it is wrong. */
const OUTCOMES = {
  open: 'passed',
  closed: 'failure',
  translated: 'failure',
  'no-answer': 'failure',
  malformed: 'error',
  'in-use': 'skipped',
  untested: 'skipped',
} as const satisfies Readonly<Record<PortResult, Outcome>>;

/** A run that found out nothing would else be green, with every port left out. */
const OUTCOME_OF_RUN = {
  supported: 'passed',
  unsupported: 'failure',
  inconclusive: 'error',
  cancelled: 'error',
} as const satisfies Readonly<Record<Report['verdict'], Outcome>>;

interface Case {
  readonly outcome: Outcome;
  readonly text: string;
}

/**
 * For servers that build, or watch: each port a case, and the verdict one. One `testsuite`, as Surefire writes it and
 * Jenkins, GitLab and others read it (docs/decisions/0018); everything that a port is not told again for is said in
 * the verdict's case.
 */
export function renderJunit(report: Report, language: Language): string {
  const phrases = phrasesOf(language);
  const explained = explanations(report, language);
  const classOf = classes(report);
  // Texts are looked up slowly, and there may be 65,535 ports.
  const words = new Map(Object.keys(OUTCOMES).map((result) => [result, phrases.say(`result.${result}`)]));
  const ports = report.ports.map((port) => {
    const title = explained(port)?.title ?? '';
    return caseOf(port, { classname: classOf(port), word: words.get(port.result) ?? port.result, title });
  });
  const cases = [verdictCase(report, language, phrases), ...ports];
  const count = (outcome: Outcome): number => cases.filter((one) => one.outcome === outcome).length;
  const attributes = {
    name: 'fullcone',
    tests: cases.length,
    failures: count('failure'),
    errors: count('error'),
    skipped: count('skipped'),
    time: seconds(report.durationMs),
    // xs:dateTime without a zone is what readers expect; it is UTC.
    timestamp: report.startedAt.slice(0, 19),
  };
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuite${written(attributes)}>`,
    '  <properties>',
    ...propertiesOf(report).map((property) => `    <property${written(property)}/>`),
    '  </properties>',
    ...cases.map(({ text }) => text),
    '</testsuite>',
    '',
  ].join('\n');
}

function propertiesOf(report: Report): { name: string; value: string }[] {
  const { verdict, reason, mode, servers, publicAddresses, startedAt, version, redacted } = report;
  const values: Readonly<Record<string, string | undefined>> = {
    verdict,
    reason: reason ?? undefined,
    mode,
    server: servers.map(({ name }) => clean(name)).join(', '),
    publicAddress: publicAddresses.map(clean).join(', '),
    startedAt,
    version: version === undefined ? undefined : clean(version),
    redacted: redacted ? 'true' : undefined,
  };
  return Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [{ name: `fullcone.${name}`, value }],
  );
}

function verdictCase(report: Report, language: Language, phrases: Phrases): Case {
  const outcome = OUTCOME_OF_RUN[report.verdict];
  const [first] = report.findings;
  const title = first ? adviseText(cleanFinding(first), language).title : '';
  const word = phrases.say(`verdict.${report.verdict}`);
  const said = report.findings.map((finding) => adviceText(finding, language)).join('\n\n');
  return {
    outcome,
    text: element({
      name: 'verdict',
      classname: 'fullcone',
      time: seconds(report.durationMs),
      outcome,
      message: title === '' ? word : phrases.say('headline', { verdict: word, sentence: title }),
      type: report.reason ?? report.verdict,
      said,
    }),
  };
}

function adviceText(finding: Report['findings'][number], language: Language): string {
  const { title, meaning, steps } = adviseText(cleanFinding(finding), language);
  const where = finding.ports.length > 0 ? [finding.ports.map(clean).join(', ')] : [];
  return [finding.code, ...where, title, meaning, ...steps.map((step, index) => `${index + 1}. ${step}`)].join('\n');
}

function caseOf(
  port: ReportPort,
  { classname, word, title }: Readonly<Record<'classname' | 'word' | 'title', string>>,
): Case {
  const outcome = OUTCOMES[port.result];
  const what = port.cause === null ? word : `${word} (${port.cause})`;
  const holder = [port.process?.name, port.process?.unit]
    .flatMap((name) => (name == null ? [] : [clean(name)]))
    .join(', ');
  const text = element({
    name: `${port.protocol}/${port.port}`,
    classname,
    // Surefire's schema wants a number; an old report, or one that asked nothing, has none.
    time: seconds(port.tookMs ?? 0),
    outcome,
    message: [`${what}${holder === '' ? '' : `: ${holder}`}`, title].filter((part) => part !== '').join('. '),
    type: port.cause ?? port.result,
    said: '',
  });
  return { outcome, text };
}

/** By transport, and by the stretch of ports that were asked; a sample has as many of these as ports. */
function classes({ ports, plannedPorts = 0 }: Report): (port: ReportPort) => string {
  const numbers = (wanted: Protocol) => ports.filter(({ protocol }) => protocol === wanted).map(({ port }) => port);
  const stretches = new Map<string, string>();
  for (const protocol of ['udp', 'tcp'] as const) {
    const asked = numbers(protocol);
    const isSample = protocol === 'udp' && plannedPorts > asked.length;
    const named = (range: PortRange): string => `fullcone.${protocol}.${isSample ? 'sample' : formatRanges([range])}`;
    for (const range of toRanges(asked)) {
      const name = named(range);
      for (let port = range.from; port <= range.to; port++) stretches.set(`${protocol}/${port}`, name);
    }
  }
  return ({ protocol, port }) => stretches.get(`${protocol}/${port}`) ?? `fullcone.${protocol}`;
}

interface Told {
  readonly name: string;
  readonly classname: string;
  readonly time: string;
  readonly outcome: Outcome;
  readonly message: string;
  readonly type: string;
  readonly said: string;
}

function element({ name, classname, time, outcome, message, type, said }: Told): string {
  const start = `  <testcase${written({ name, classname, time })}`;
  const inside = [
    // A test that was left out has no type: Surefire knows only its message.
    ...(outcome === 'passed'
      ? []
      : [`<${outcome}${written(outcome === 'skipped' ? { message } : { message, type })}/>`]),
    ...(said === '' ? [] : [`<system-out>${escaped(said)}</system-out>`]),
  ];
  return inside.length === 0 ? `${start}/>` : `${start}>${inside.join('')}</testcase>`;
}

const seconds = (ms: number): string => (ms / 1000).toFixed(3);

const written = (attributes: Readonly<Record<string, string | number>>): string =>
  Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${escaped(String(value)).replaceAll('\n', '&#10;')}"`)
    .join('');

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Whatever XML 1.0 has no place for (section 2.2), and whatever no reader would see, is left out. */
const escaped = (text: string): string =>
  text.replace(/(?!\n)[\p{C}\p{Zl}\p{Zp}\ufffe\uffff]/gu, '').replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? '');
